using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Queries;

/// <summary>Kept versions as users handle them. The scan treats the changes made here like a user's. Thread-safe.</summary>
/// <param name="onDeleted">Called when a version was deleted: whatever waits for room may use it.</param>
internal sealed class VersionCatalogue(OpenFolder open, IScanRequests scans, Action onDeleted)
{
    /// <summary>Paging through a catalogue doesn't read it from disk for each page.</summary>
    private static readonly TimeSpan CachedFor = TimeSpan.FromSeconds(20);

    /// <summary>Versions from before versioning was switched off can still be restored.</summary>
    private readonly TrashCanVersioner _versions = open.Versioner ?? new TrashCanVersioner(open.Disk, open.Folder.Parts.Time);
    private VersionListCache? _cache;

    private ConfiguredFolder Folder => open.Folder;

    public async Task<IReadOnlyList<FolderVersion>> ListAsync(CancellationToken cancellation)
    {
        var time = Folder.Parts.Time;
        var cached = Volatile.Read(ref _cache);
        if (cached is not null && cached.Changes == _versions.Changes && !cached.Until.IsPast(time))
            return cached.Versions;
        var changes = _versions.Changes;
        var versions = await Folder.OnDiskAsync(() => _versions.List().Select(v => new FolderVersion(v, _versions.KeyOf(v))).ToList(), cancellation);
        Volatile.Write(ref _cache, new VersionListCache(versions, changes, Deadline.In(CachedFor, time)));
        return versions;
    }

    /// <returns>The name whose content is restored.</returns>
    public async Task<FileName> RestoreAsync(string key, CancellationToken cancellation)
    {
        var version = await FindAsync(key, cancellation);
        var scan = NearestKnown(version.Name);
        await Folder.OnDiskAsync(() => { _versions.Restore(version); return true; }, cancellation);
        Log.Restored(Folder.Log, Folder.DisplayName, version.Name);
        await scans.ScanAsync([scan], cancellation);
        return version.Name;
    }

    public async Task RemoveAsync(string key, CancellationToken cancellation)
    {
        var version = await FindAsync(key, cancellation);
        await Folder.OnDiskAsync(() => { _versions.Remove(version); return true; }, cancellation);
        onDeleted();
    }

    /// <summary>Resolves a conflict: the copy's content gets the name, or the copy is removed. The other content becomes a version.</summary>
    public async Task ResolveConflictAsync(FileName copy, bool keepCopy, CancellationToken cancellation)
    {
        if (ConflictName.OriginalOf(copy) is not { } name)
            throw new EngineException($"'{copy}' is not a conflict copy.");
        var state = Folder.Parts.State;
        name = state.Conflicts().FirstOrDefault(c => c.Folder == Folder.Id && c.Copy == copy.Value) is { } conflict ? FileName.Parse(conflict.Path) : name;
        await Folder.OnDiskAsync(() => { Resolve(copy, name, keepCopy); return true; }, cancellation);
        Log.Resolved(Folder.Log, Folder.DisplayName, copy, keepCopy ? copy : name);
        await scans.ScanAsync([name, copy], cancellation);
        state.RemoveConflict(Folder.Id, copy.Value);
    }

    /// <summary>The versioner that <see cref="ListAsync"/> lists.</summary>
    public TrashCanVersioner Versioner => _versions;

    private void Resolve(FileName copy, FileName name, bool keepCopy)
    {
        if (open.Disk.Stat(LocalPath.Of(copy)) is not { Kind: FileKind.File or FileKind.Symlink })
            throw new NothingThereException($"The conflict copy '{copy}' no longer exists.");
        if (keepCopy)
        {
            _versions.Replace(LocalPath.Of(copy), name);
            return;
        }
        _versions.Keep(LocalPath.Of(copy), copy);
        open.Disk.SyncDirectory(LocalPath.Of(copy).Parent);
        _versions.Flush();
    }

    private Task<KeptVersion> FindAsync(string key, CancellationToken cancellation) =>
        Folder.OnDiskAsync(() => _versions.Find(key) ?? throw new NothingThereException($"There is no version '{key}' (any more)."), cancellation);

    /// <summary>
    /// The highest directory above the name that the index doesn't know, or the name itself: what to scan so that the name is found.
    /// </summary>
    private FileName NearestKnown(FileName name)
    {
        while (!name.Parent.IsRoot && open.Index.FindLocal(name.Parent) is not { Deleted: false })
            name = name.Parent;
        return name;
    }

    private sealed record VersionListCache(IReadOnlyList<FolderVersion> Versions, long Changes, Deadline Until);
}
