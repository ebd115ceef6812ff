using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Engine.Folders;

/// <summary>
/// The other filesystems that are mounted inside the folder, as scans found them; kept over restarts. When one goes, its files are hidden and not
/// deleted, and nothing may be put into the directory that it leaves behind. The same holds where one hides what stood there before.
/// </summary>
/// <param name="document">Where the state store keeps it.</param>
internal sealed partial class MountPoints(EngineParts parts, string document) : IDisposable
{
    /// <summary>What a filesystem holds that nobody has put there.</summary>
    private static readonly string[] NobodysFiles = ["lost+found", "System Volume Information", "$RECYCLE.BIN"];

    private readonly StoredDocument<List<StoredMount>> _document = new(parts, document, MountsJson.Default.ListStoredMount);
    private ImmutableSortedDictionary<FileName, Mount>? _known;

    /// <summary>The directory for whose sake deletions are held.</summary>
    public FileName? HeldAt { get; private set; }

    /// <summary>Set with each change of <see cref="HeldAt"/>.</summary>
    public Wakeup HeldWake { get; } = new(parts.Time);

    private ImmutableSortedDictionary<FileName, Mount> Known => _known ??= Load();

    /// <summary>Why what a scan did not find may not be deleted: directories, with a sentence for each. None where no mount is the cause. Blocks.</summary>
    /// <param name="gone">In tree order.</param>
    public IEnumerable<(FileName Directory, string Why)> FindCauses(IFileSystem disk, IReadOnlyList<FileEntry> gone)
    {
        foreach (var (directory, mount) in Known)
        {
            if (gone.Any(g => IsAtOrUnder(g.Name, directory)) && (WhyLost(disk, directory, mount) ?? WhyEmpty(disk, directory)) is { } why)
                yield return (directory, why);
        }
        foreach (var directory in Unknown(disk, gone.Select(g => g.Name)))
            yield return (directory, WhyHidden(directory));
    }

    /// <summary>Where nothing may be put, with a sentence for each: directories whose filesystem went, or was mounted over what stood there. Blocks.</summary>
    public IReadOnlyDictionary<FileName, string> FindLost(IFileSystem disk)
    {
        var lost = new SortedDictionary<FileName, string>();
        foreach (var (directory, mount) in Known)
        {
            if (WhyLost(disk, directory, mount) is { } why)
                lost.Add(directory, why);
        }
        return lost;
    }

    /// <summary>What a scan found, once it is known that nothing is hidden.</summary>
    /// <param name="isAll">It saw the whole folder: what it did not find is forgotten.</param>
    public void Learn(IReadOnlyCollection<ScanFinding.MountPoint> found, bool isAll)
    {
        HoldAt(null);
        var known = isAll ? ImmutableSortedDictionary<FileName, Mount>.Empty : Known;
        Keep(known.SetItems(found.Select(f => KeyValuePair.Create(f.Directory, new Mount(f.Filesystem, IsHiding: false)))));
    }

    /// <summary>What is gone is held: a new mount that hides some of it is remembered as such, so that it isn't taken for granted next time.</summary>
    /// <param name="heldAt">The directory for whose sake it is held; null where that was known before.</param>
    public void LearnHeld(IReadOnlyCollection<ScanFinding.MountPoint> found, IReadOnlyList<FileEntry> gone, FileName? heldAt = null)
    {
        HoldAt(heldAt ?? HeldAt);
        var added = found.Where(f => !Known.ContainsKey(f.Directory));
        Keep(Known.AddRange(added.Select(f => KeyValuePair.Create(f.Directory, new Mount(f.Filesystem, gone.Any(g => g.Name.IsUnder(f.Directory)))))));
    }

    /// <summary>
    /// Filesystems above these names that no scan has seen: something is about to be put there, and must be known to go with them. Blocks.
    /// </summary>
    /// <param name="hides">True for a directory below which something is missing that the index has.</param>
    public IReadOnlyList<NewMount> FindNew(IFileSystem disk, IEnumerable<FileName> names, Func<FileName, bool> hides) =>
        [.. Unknown(disk, names).Select(d => new NewMount(d, Filesystem(disk, d), hides(d)))];

    /// <summary>Before something is put there.</summary>
    public void LearnNew(IReadOnlyList<NewMount> found) => Keep(Known.SetItems(found.Select(f => KeyValuePair.Create(f.Directory, new Mount(f.Filesystem, f.IsHiding)))));

    /// <summary>True while the cause of a hold stands: asked now and then, since nothing tells of a mount. Blocks.</summary>
    public bool IsLost(IFileSystem disk, FileName directory) => Known.TryGetValue(directory, out var mount) && (WhyLost(disk, directory, mount) ?? WhyEmpty(disk, directory)) is not null;

    /// <summary>The user wants what is gone back: it is put into the directories as they are now. Blocks.</summary>
    public void Accept(IFileSystem disk) => Keep(Known.RemoveRange(FindLost(disk).Keys));

    /// <summary>Why nothing may be put at that name, or changed there; null where it may.</summary>
    /// <param name="lost">By <see cref="FindLost"/>.</param>
    public static string? WhyNotPlaced(IReadOnlyDictionary<FileName, string> lost, FileName name)
    {
        foreach (var (directory, why) in lost)
        {
            if (IsAtOrUnder(name, directory))
                return $"{why} Nothing is changed there until it is as it was, or you have decided about its files.";
        }
        return null;
    }

    public void Dispose() => HeldWake.Dispose();

    public static bool IsAtOrUnder(FileName name, FileName directory) => name == directory || name.IsUnder(directory);

    /// <summary>The mount points above the names that aren't known.</summary>
    private IEnumerable<FileName> Unknown(IFileSystem disk, IEnumerable<FileName> names)
    {
        var looked = new HashSet<FileName>();
        foreach (var name in names)
        {
            for (var directory = name.Parent; !directory.IsRoot && looked.Add(directory); directory = directory.Parent)
            {
                if (!Known.ContainsKey(directory) && IsMountPoint(disk, directory))
                    yield return directory;
            }
        }
    }

    private static string? WhyLost(IFileSystem disk, FileName directory, Mount mount)
    {
        if (!IsMountPoint(disk, directory))
            return $"The filesystem that was mounted at '{directory}' isn't mounted now.";
        if (mount.IsHiding)
            return WhyHidden(directory);
        return Filesystem(disk, directory) is { Length: > 0 } now && mount.Filesystem.Length > 0 && now != mount.Filesystem
            ? $"Another filesystem than before is mounted at '{directory}'."
            : null;
    }

    private static string WhyHidden(FileName directory) => $"A filesystem was mounted at '{directory}' and hides what stood there.";

    private static string? WhyEmpty(IFileSystem disk, FileName directory)
    {
        try
        {
            return disk.List(LocalPath.Of(directory)).All(c => NobodysFiles.Contains(c.DisplayName)) ? $"The filesystem that is mounted at '{directory}' is empty now." : null;
        }
        catch (FileSystemException)
        {
            return $"The filesystem that is mounted at '{directory}' can't be read.";
        }
    }

    private static bool IsMountPoint(IFileSystem disk, FileName directory)
    {
        try
        {
            return disk.Stat(LocalPath.Of(directory)) is { Kind: FileKind.Directory, Mount: not 0 and var mount } && disk.Stat(LocalPath.Of(directory.Parent))?.Mount != mount;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    private static string Filesystem(IFileSystem disk, FileName directory)
    {
        try
        {
            return disk.FilesystemOf(LocalPath.Of(directory));
        }
        catch (FileSystemException)
        {
            return "";
        }
    }

    private void HoldAt(FileName? directory)
    {
        if (directory == HeldAt)
            return;
        HeldAt = directory;
        HeldWake.Set();
    }

    private void Keep(ImmutableSortedDictionary<FileName, Mount> known)
    {
        if (known.SequenceEqual(Known))
            return;
        _known = known;
        _document.Write([.. known.Select(k => new StoredMount(k.Key.Value, k.Value.Filesystem, k.Value.IsHiding))]);
    }

    /// <summary>What can't be read is found anew by the next scan.</summary>
    private ImmutableSortedDictionary<FileName, Mount> Load()
    {
        var known = ImmutableSortedDictionary.CreateBuilder<FileName, Mount>();
        foreach (var stored in _document.Read() ?? [])
        {
            if (FileName.TryParse(stored.Directory, out var directory, out _))
                known[directory] = new Mount(stored.Filesystem, stored.IsHiding);
        }
        return known.ToImmutable();
    }

    /// <param name="Filesystem">What the filesystem calls itself; empty where it is not known.</param>
    /// <param name="IsHiding">Files that the index has are hidden below it.</param>
    private readonly record struct Mount(string Filesystem, bool IsHiding);

    /// <param name="Filesystem">As it calls itself; empty where it is not known.</param>
    /// <param name="IsHiding">Files that the index has are hidden below it.</param>
    internal readonly record struct NewMount(FileName Directory, string Filesystem, bool IsHiding);

    internal sealed record StoredMount(string Directory, string Filesystem, bool IsHiding);

    [JsonSerializable(typeof(List<StoredMount>))]
    private sealed partial class MountsJson : JsonSerializerContext;
}
