using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Kept versions and conflict copies, as a person deals with them. What is done here to the disk is to the scan as if the person had done it.</summary>
internal sealed partial class FolderLoop
{
    /// <summary>A catalogue that is paged through is not read from the disk for each page.</summary>
    private static readonly TimeSpan ListedFor = TimeSpan.FromSeconds(20);

    private Listed? _listed;
    private long _spaceWanted;

    /// <summary>Thread-safe.</summary>
    public async Task<IReadOnlyList<FolderVersion>> VersionsAsync(CancellationToken cancellation)
    {
        var trashCan = TrashCan();
        var known = Volatile.Read(ref _listed);
        if (known is not null && known.Changes == trashCan.Changes && _parts.Time.GetUtcNow() - known.At < ListedFor)
            return known.Versions;
        var changes = trashCan.Changes;
        var versions = await OnDiskAsync(() => trashCan.List().Select(v => new FolderVersion(v, trashCan.KeyOf(v))).ToList(), cancellation);
        Volatile.Write(ref _listed, new Listed(versions, changes, _parts.Time.GetUtcNow()));
        return versions;
    }

    /// <summary>Thread-safe.</summary>
    public async Task<FileName> RestoreVersionAsync(string key, CancellationToken cancellation)
    {
        var trashCan = TrashCan();
        var version = await FindVersionAsync(trashCan, key, cancellation);
        var scan = NearestKnown(version.Name);
        await OnDiskAsync(() => { trashCan.Restore(version); return true; }, cancellation);
        Log.Restored(_log, Config.DisplayName, version.Name);
        await ScanAsync([scan], cancellation);
        return version.Name;
    }

    /// <summary>Thread-safe.</summary>
    public async Task RemoveVersionAsync(string key, CancellationToken cancellation)
    {
        var trashCan = TrashCan();
        var version = await FindVersionAsync(trashCan, key, cancellation);
        await OnDiskAsync(() => { trashCan.Remove(version); return true; }, cancellation);
    }

    /// <summary>Thread-safe.</summary>
    public Task<CleanedVersions> CleanVersionsAsync(CancellationToken cancellation)
    {
        var trashCan = TrashCan();
        var now = _parts.Time.GetUtcNow();
        return OnDiskAsync(() => CleanVersions(trashCan, now), cancellation);
    }

    /// <summary>Thread-safe.</summary>
    public async Task ResolveConflictAsync(FileName copy, bool keepCopy, CancellationToken cancellation)
    {
        if (ConflictName.OriginalOf(copy) is not { } name)
            throw new EngineException($"'{copy}' is not a conflict copy.");
        name = _parts.State.Conflicts().FirstOrDefault(c => c.Folder == Id && c.Copy == copy.Value) is { } open ? FileName.Of(open.Path) : name;
        var disk = RunningDisk();
        var trashCan = TrashCan();
        await OnDiskAsync(
            () =>
            {
                if (disk.Stat(LocalPath.Of(copy)) is not { Kind: FileKind.File or FileKind.Symlink })
                    throw new NothingThereException($"The conflict copy '{copy}' is not there any more.");
                if (keepCopy)
                {
                    trashCan.Replace(LocalPath.Of(copy), name);
                }
                else
                {
                    trashCan.Keep(LocalPath.Of(copy), copy);
                    disk.SyncDirectory(LocalPath.Of(copy).Parent);
                    trashCan.Flush();
                }
                return true;
            },
            cancellation);
        Log.Resolved(_log, Config.DisplayName, copy, keepCopy ? copy : name);
        await ScanAsync([name, copy], cancellation);
        _parts.State.RemoveConflict(Id, copy.Value);
    }

    /// <summary>Something can't be brought in for lack of space: versions are to make room, where that helps. Thread-safe.</summary>
    internal void WantSpace(long bytes)
    {
        if (bytes > Interlocked.Read(ref _spaceWanted))
            Interlocked.Exchange(ref _spaceWanted, bytes);
    }

    /// <summary>After each pull and each full scan: a look at what is known of the size and at what is free; rarely more.</summary>
    private async Task KeepVersionsInBoundsAsync()
    {
        if (_trashCan is not { } trashCan)
            return;
        try
        {
            await _parts.Workers.Run(
                () =>
                {
                    var limits = Limits(trashCan);
                    var total = trashCan.TotalBytes;
                    if (total == 0 || (total is null && limits.MaxBytes == 0 && limits.Wanted == 0 && trashCan.Space().Free >= limits.MinFree))
                        return;
                    if (total is null || (limits.MaxBytes > 0 && total > limits.MaxBytes) || trashCan.Space().Free < limits.MinFree + limits.Wanted)
                        CleanVersions(trashCan, _parts.Time.GetUtcNow());
                },
                _stop.Token);
        }
        catch (FileSystemException e)
        {
            Log.CleanUpFailed(_log, Config.DisplayName, e.Message);
        }
    }

    private CleanedVersions CleanVersions(TrashCanVersioner trashCan, DateTimeOffset now)
    {
        var cleaned = trashCan.CleanUp(now, Limits(trashCan));
        Interlocked.Exchange(ref _spaceWanted, 0);
        if (cleaned.Removed == 0)
            return cleaned;
        Log.Cleaned(_log, Config.DisplayName, cleaned.Removed, cleaned.Bytes);
        _pullWake.Set();
        return cleaned;
    }

    private RetentionLimits Limits(TrashCanVersioner trashCan)
    {
        var config = Config;
        var total = trashCan.Space().Total;
        var minFree = config.MinDiskFreeIsBytes ? config.MinDiskFree : total * config.MinDiskFree / 100;
        var max = config.Versioning.MaxSizeIsBytes ? config.Versioning.MaxSize : total * config.Versioning.MaxSize / 100;
        return new RetentionLimits(config.Versioning.CleanoutDays, (long)max, (long)minFree, trashCan.IsInFolder ? Interlocked.Read(ref _spaceWanted) : 0);
    }

    /// <summary>Versions that are there from before versioning was switched off are still to be had.</summary>
    private TrashCanVersioner TrashCan()
    {
        var disk = RunningDisk();
        return _trashCan ?? new TrashCanVersioner(disk, _parts.Time);
    }

    private Task<KeptVersion> FindVersionAsync(TrashCanVersioner trashCan, string key, CancellationToken cancellation) =>
        OnDiskAsync(() => trashCan.Find(key) ?? throw new NothingThereException($"There is no version '{key}' (any more)."), cancellation);

    /// <summary>The highest directory above the name that the index doesn't know, or the name itself: what must be scanned so that the name is found.</summary>
    private FileName NearestKnown(FileName name)
    {
        var index = Index;
        while (!name.Parent.IsRoot && index?.FindLocal(name.Parent) is not { Deleted: false })
            name = name.Parent;
        return name;
    }

    /// <summary>A conflict copy is an open conflict wherever it was made, until it is gone.</summary>
    private void NoteConflictCopies(IReadOnlyList<FileEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Type == FileType.Directory || !entry.Name.Value.Contains(".sync-conflict-", StringComparison.Ordinal) || ConflictName.OriginalOf(entry.Name) is not { } original)
                continue;
            var known = _parts.State.Conflicts().Any(c => c.Folder == Id && c.Copy == entry.Name.Value);
            if (entry.Deleted || entry.LocalFlags.HasFlag(LocalFlags.Ignored))
            {
                if (known)
                    _parts.State.RemoveConflict(Id, entry.Name.Value);
            }
            else if (!known)
            {
                var winner = Index?.FindGlobal(original)?.ModifiedBy ?? entry.ModifiedBy;
                _parts.State.PutConflict(new OpenConflict(Id, original.Value, entry.Name.Value, winner, _parts.Time.GetUtcNow()));
            }
        }
    }

    private async Task<T> OnDiskAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        try
        {
            return await _parts.Workers.Run(work, cancellation);
        }
        catch (FileSystemException e)
        {
            throw new EngineException(e.Message);
        }
    }

    private sealed record Listed(IReadOnlyList<FolderVersion> Versions, long Changes, DateTimeOffset At);
}
