using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>A folder's disk and index while it is open. Any thread may read the index; the rest belongs to the folder's context.</summary>
internal sealed class OpenFolder
{
    private readonly IFileSystem? _versionsDisk;
    private IgnoreRules _ignores = IgnoreRules.None;

    private OpenFolder(ConfiguredFolder folder, IFileSystem disk, IFolderIndex index)
    {
        (Folder, Disk, Index) = (folder, disk, index);
        SequenceAtOpening = index.LocalSequence;
        IndexSince = folder.Shared.Identities.IndexSince(folder.Id, isNew: SequenceAtOpening == 0);
        var config = folder.Config;
        if (config.Versioning is { Kind: VersioningKind.TrashCan, Path.Length: > 0 })
            _versionsDisk = folder.Parts.FileSystems.Open(config.Versioning.Path);
        if (config.Versioning.Kind == VersioningKind.TrashCan)
            Versioner = _versionsDisk is null ? new TrashCanVersioner(disk, folder.Parts.Time) : new TrashCanVersioner(disk, _versionsDisk, folder.Parts.Time);
        var options = new ApplierOptions
        {
            IgnorePermissions = config.IgnorePermissions,
            SparseFiles = config.SparseFiles,
            ModifiedWindowNanoseconds = Math.Max(config.ModifiedWindowSeconds * 1_000_000_000L, disk.Traits.ModifiedWindowNanoseconds),
            LeftoverOf = ClassifyLeftover,
            IsToBeRemoved = name => IndexTree.IsToBeRemoved(index, folder.Config, name),
        };
        Applier = new Applier(disk, Versioner, options, folder.Parts.Time);
    }

    public ConfiguredFolder Folder { get; }

    public IFileSystem Disk { get; }

    public IFolderIndex Index { get; }

    /// <summary>This device's highest sequence when the folder was opened.</summary>
    public long SequenceAtOpening { get; }

    /// <summary>Since when the index exists, in Unix seconds.</summary>
    public long IndexSince { get; }

    public Applier Applier { get; }

    /// <summary>Null when replaced and deleted files aren't kept.</summary>
    public TrashCanVersioner? Versioner { get; }

    /// <summary>As the last scan read them.</summary>
    public IgnoreRules Ignores
    {
        get => Volatile.Read(ref _ignores);
        set => Volatile.Write(ref _ignores, value);
    }

    /// <summary>What to do with a replaced or deleted file that isn't in conflict.</summary>
    public ActionForExisting DisplacedByVersioning => Folder.Config.Versioning.Kind == VersioningKind.None ? ActionForExisting.Discard : ActionForExisting.Version;

    /// <exception cref="IndexDamagedException">The index can't be trusted.</exception>
    /// <exception cref="IOException">The disk or the index can't be opened.</exception>
    public static async Task<OpenFolder> OpenAsync(ConfiguredFolder folder, CancellationToken cancellation)
    {
        var disk = folder.Parts.FileSystems.Open(folder.Config.Path);
        IFolderIndex? index = null;
        try
        {
            index = await folder.Parts.Workers.Run(() => folder.Parts.Indexes.Open(folder.Id), cancellation);
            return new OpenFolder(folder, disk, index);
        }
        catch
        {
            index?.Dispose();
            disk.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What to close, in this order, when nothing uses the folder any more; each item separately, so that one fault leaves nothing open.
    /// </summary>
    public IEnumerable<IDisposable> ToClose()
    {
        yield return Index;
        yield return Disk;
        if (_versionsDisk is not null)
            yield return _versionsDisk;
    }

    /// <summary>Runs work that blocks or computes.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation) => Folder.Parts.Workers.Run(work, cancellation);

    public Task RunAsync(Action work, CancellationToken cancellation) => Folder.Parts.Workers.Run(work, cancellation);

    /// <summary>True when the disk has no such name. A file that answers under another spelling is another one. Blocks.</summary>
    /// <param name="names">What is known of the disk's names already; null: nothing.</param>
    public bool IsGone(FileName name, ExactNames? names = null)
    {
        try
        {
            return !(names ?? new ExactNames(Disk)).Exists(LocalPath.Of(name));
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    /// <summary>Classifies an item left in a directory that is to be deleted.</summary>
    private Leftover ClassifyLeftover(FileName name, bool isDirectory)
    {
        var match = Ignores.Match(name, isDirectory);
        if (!match.Ignored && Index.FindLocal(name) is { Deleted: false })
            return Leftover.Kept;
        return match.Ignored ? match.Deletable ? Leftover.Deletable : Leftover.Kept : Leftover.Unknown;
    }
}
