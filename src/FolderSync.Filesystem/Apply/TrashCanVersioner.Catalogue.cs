using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>How many versions were removed, and their bytes.</summary>
public readonly record struct CleanedVersions(int Removed, long Bytes);

/// <summary>Lists and removes versions. The disk is the catalogue: nothing else records which versions exist.</summary>
public sealed partial class TrashCanVersioner
{
    private static readonly TimeSpan ReclaimableCacheTime = TimeSpan.FromMinutes(10);

    /// <summary>FAT's.</summary>
    private static readonly TimeSpan CoarseTime = TimeSpan.FromSeconds(2);

    private LinkedList<(KeptVersion Version, LocalPath Newest)>? _reclaimable;
    private long _reclaimableAt;
    private long? _totalBytes;
    private long _changes;
    private ILookup<FileName, KeptVersion>? _byName;
    private long _byNameAt;

    /// <summary>Bytes of all versions; null until they have been listed once.</summary>
    public long? TotalBytes
    {
        get
        {
            lock (_gate)
                return _totalBytes;
        }
    }

    /// <summary>Changes with every version that is kept, restored or removed.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>Bytes free on the versions' disk, and its size.</summary>
    public (long Free, long Total) Space() => _versions.GetSpace();

    /// <summary>True when the versions are on the folder's own disk, so that removing them makes room there.</summary>
    public bool IsInFolder => !IsElsewhere;

    /// <summary>All versions, by name and then from the newest to the oldest.</summary>
    public IReadOnlyList<KeptVersion> List()
    {
        return [.. Walk().OrderBy(v => v.Name).ThenByDescending(v => v.KeptAt).ThenBy(v => v.Path.Value, StringComparer.Ordinal)];
    }

    /// <summary>True where a version of the name has exactly that content. Reads those of that size and mtime.</summary>
    public bool Has(FileName name, FileTime modified, BlockList content)
    {
        lock (_gate)
        {
            // Asked about many names, one after the other.
            if (_byName is null || _byNameAt != Changes)
                (_byName, _byNameAt) = (Walk().ToLookup(v => v.Name), Changes);
            return _byName[name].Any(v => v.Kind == FileKind.File && v.Size == content.FileSize && IsNear(v.Modified, modified) && HasContent(v.Path, content));
        }
    }

    /// <summary>Identifies a version in requests to restore or remove it: its path among the versions.</summary>
    public string KeyOf(KeptVersion version) => _top.IsRoot ? version.Path.Value : version.Path.Value[(_top.Value.Length + 1)..];

    /// <summary>The version with that key, or null. A key can name nothing but a version.</summary>
    public KeptVersion? Find(string key)
    {
        if (!FileName.TryParse(key.Normalize(NormalizationForm.FormC), out _, out _))
            return null;
        var path = key.Split('/').Aggregate(_top, (p, leaf) => p.Child(leaf));
        if (InternalNames.IsTemporary(path.Leaf) || _versions.Stat(path) is not { Kind: FileKind.File or FileKind.Symlink } stat || NameOf(path) is not { } name)
            return null;
        return new KeptVersion(name, path, KeptAt(stat), stat.Modified, stat.Size, stat.Kind);
    }

    /// <exception cref="FileSystemException">NotFound: it is gone already.</exception>
    public void Remove(KeptVersion version)
    {
        lock (_gate)
        {
            _reclaimable = null;
            RemoveWithDirectories(version);
        }
    }

    /// <summary>Deletes versions beyond the limits, and directories that are then empty.</summary>
    /// <param name="ageOf">How long ago a time was.</param>
    public CleanedVersions CleanUp(Func<DateTimeOffset, TimeSpan> ageOf, RetentionLimits limits)
    {
        lock (_gate)
        {
            var found = Walk();
            var going = VersionRetention.ToDelete(Candidates(found, ageOf), limits).Select(i => found[i]).ToList();
            _totalBytes = found.Sum(v => v.Size);
            _reclaimable = null;
            foreach (var version in going)
            {
                _versions.RemoveFile(version.Path);
                OnKept(-version.Size);
            }
            if (going.Count > 0)
                Walk(_top, _ => { }, d => RemoveIfEmpty(d));
            return new CleanedVersions(going.Count, going.Sum(v => v.Size));
        }
    }

    /// <summary>Bytes of versions that may be deleted to free space on their disk.</summary>
    public long ReclaimableBytes(Func<DateTimeOffset, TimeSpan> ageOf)
    {
        lock (_gate)
            return FindReclaimable(ageOf).Sum(s => s.Version.Size);
    }

    /// <summary>
    /// Deletes reclaimable versions until that many bytes are free; deletes none if all of them together aren't enough.
    /// </summary>
    public CleanedVersions FreeSpace(Func<DateTimeOffset, TimeSpan> ageOf, long bytes)
    {
        lock (_gate)
        {
            var spare = FindReclaimable(ageOf);
            var enough = VersionRetention.CountToReclaim(spare.Select(s => s.Version.Size), bytes);
            var (removed, freed) = (0, 0L);
            foreach (var (version, newest) in spare.Take(enough).ToList())
            {
                spare.RemoveFirst();
                // The user may have cleaned up by hand: one of several versions may be the only one by now.
                if (!IsStill(version) || !(IsFile(OwnPlace(version)) || IsFile(newest)))
                    continue;
                RemoveWithDirectories(version);
                removed++;
                freed += version.Size;
            }
            return new CleanedVersions(removed, freed);
        }
    }

    /// <summary>Cached for a while: freeing space block by block must not walk the versions each time.</summary>
    private LinkedList<(KeptVersion Version, LocalPath Newest)> FindReclaimable(Func<DateTimeOffset, TimeSpan> ageOf)
    {
        if (_reclaimable is { } known && _time.GetElapsedTime(_reclaimableAt) < ReclaimableCacheTime)
            return known;
        var found = Walk();
        var newest = found.GroupBy(v => v.Name).ToDictionary(g => g.Key, g => g.OrderBy(v => ageOf(v.KeptAt)).ThenBy(v => OwnPlace(v) != v.Path).First().Path);
        _reclaimableAt = _time.GetTimestamp();
        return _reclaimable = new LinkedList<(KeptVersion, LocalPath)>(
            VersionRetention.Reclaimable(Candidates(found, ageOf)).Select(i => (found[i], newest[found[i].Name])));
    }

    private List<RetentionCandidate> Candidates(List<KeptVersion> found, Func<DateTimeOffset, TimeSpan> ageOf)
    {
        var stood = new Dictionary<LocalPath, TimeSpan>();
        foreach (var file in found.GroupBy(v => v.Name))
        {
            DateTimeOffset? before = null;
            foreach (var (version, replaced) in file.Select(v => (Version: v, Replaced: ReplacedAt(v))).OrderBy(v => v.Replaced).ThenBy(v => IsAtOwnPlace(v.Version)))
            {
                stood[version.Path] = VersionRetention.Stood(replaced, version.Modified.ToDateTimeOffset(), before);
                before = replaced;
            }
        }
        return [.. found.Select(v => new RetentionCandidate(v.Name, ageOf(v.KeptAt), v.Size, IsAtOwnPlace(v), stood[v.Path]))];
    }

    /// <summary>The stamp: a version that makes way for a newer one is renamed, which gives it another ctime.</summary>
    private DateTimeOffset ReplacedAt(KeptVersion version) => VersionName.TimeOf(version.Path.Leaf, _time.LocalTimeZone) ?? version.KeptAt;

    private bool IsAtOwnPlace(KeptVersion version) => OwnPlace(version) == version.Path;

    private LocalPath OwnPlace(KeptVersion version) => version.Path.Parent.Child(VersionName.Original(version.Path.Leaf));

    private static bool IsNear(FileTime a, FileTime b) => (a.ToDateTimeOffset() - b.ToDateTimeOffset()).Duration() <= CoarseTime;

    private bool HasContent(LocalPath path, BlockList content)
    {
        try
        {
            using var file = _versions.OpenRead(path);
            var buffer = new byte[content.BlockSize];
            for (var i = 0; i < content.Count; i++)
            {
                var block = buffer.AsSpan(0, content.SizeOf(i));
                if (file.Read(block, (long)i * content.BlockSize) != block.Length || !content.HashBytes(i).SequenceEqual(SHA256.HashData(block)))
                    return false;
            }
            return true;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    private bool IsStill(KeptVersion version) => _versions.Stat(version.Path) is { } stat && stat.Size == version.Size && KeptAt(stat) == version.KeptAt;

    private bool IsFile(LocalPath path) => _versions.Stat(path) is { Kind: FileKind.File or FileKind.Symlink };

    private void RemoveWithDirectories(KeptVersion version)
    {
        _versions.RemoveFile(version.Path);
        for (var directory = version.Path.Parent; directory != _top && !directory.IsRoot && RemoveIfEmpty(directory); directory = directory.Parent)
            continue;
        OnKept(-version.Size);
    }

    /// <summary>All versions, in the order of their paths.</summary>
    private List<KeptVersion> Walk()
    {
        var found = new List<KeptVersion>();
        if (_versions.Stat(_top) is { Kind: FileKind.Directory })
            Walk(_top, found.Add, null);
        found.Sort((a, b) => string.CompareOrdinal(a.Path.Value, b.Path.Value));
        return found;
    }

    private void Walk(LocalPath directory, Action<KeptVersion> found, Action<LocalPath>? left)
    {
        foreach (var child in _versions.List(directory))
        {
            if (child.Leaf is not { } leaf)
                continue;
            var path = directory.Child(leaf);
            if (child.Stat.Kind == FileKind.Directory)
            {
                // No version lies deeper than the deepest valid name.
                if (path.Value.AsSpan().Count('/') <= EntryLimits.MaxDepth)
                    Walk(path, found, left);
            }
            else if (child.Stat.Kind != FileKind.Other && !InternalNames.IsTemporary(leaf) && NameOf(path) is { } name)
                found(new KeptVersion(name, path, KeptAt(child.Stat), child.Stat.Modified, child.Stat.Size, child.Stat.Kind));
        }
        if (directory != _top)
            left?.Invoke(directory);
    }

    private bool RemoveIfEmpty(LocalPath directory)
    {
        try
        {
            _versions.RemoveDirectory(directory);
            return true;
        }
        catch (FileSystemException e) when (e.Error is FileSystemError.NotEmpty or FileSystemError.Exists)
        {
            // The directory still holds versions.
            return false;
        }
    }

    private void OnKept(long bytes)
    {
        _totalBytes = _totalBytes is { } total ? Math.Max(0, total + bytes) : null;
        Interlocked.Increment(ref _changes);
    }

    private FileName? NameOf(LocalPath path)
    {
        var below = _top.IsRoot ? path.Value : path.Value[(_top.Value.Length + 1)..];
        var parent = below[..(below.LastIndexOf('/') + 1)];
        return FileName.TryParse((parent + VersionName.Original(path.Leaf)).Normalize(NormalizationForm.FormC), out var name, out _) ? name : null;
    }

    private static DateTimeOffset KeptAt(FileStat stat) =>
        (stat.ChangeTime != 0 ? FileTime.FromNanoseconds(stat.ChangeTime) : stat.Modified).ToDateTimeOffset();
}
