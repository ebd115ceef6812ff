using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Status;
using FolderSync.Engine.Transfer;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Kept versions and conflict copies, as a person deals with them. What is done here to the disk is to the scan as if the person had done it.</summary>
internal sealed partial class FolderLoop
{
    /// <summary>A catalogue that is paged through is not read from the disk for each page.</summary>
    private static readonly TimeSpan ListedFor = TimeSpan.FromSeconds(20);

    /// <summary>More can't be counted.</summary>
    private const int MostDays = 1_000_000;

    private Listed? _listed;
    private long _thinnedAt = -1;
    private bool _isOverSize;

    /// <summary>Thread-safe.</summary>
    public async Task<IReadOnlyList<FolderVersion>> VersionsAsync(CancellationToken cancellation)
    {
        var trashCan = TrashCan();
        var known = Volatile.Read(ref _listed);
        if (known is not null && known.Changes == trashCan.Changes && !known.Until.IsPast(_parts.Time))
            return known.Versions;
        var changes = trashCan.Changes;
        var versions = await OnDiskAsync(() => trashCan.List().Select(v => new FolderVersion(v, trashCan.KeyOf(v))).ToList(), cancellation);
        Volatile.Write(ref _listed, new Listed(versions, changes, Deadline.In(ListedFor, _parts.Time)));
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
        _roomWake.Set();
    }

    /// <summary>Thread-safe.</summary>
    public Task<CleanedVersions> CleanVersionsAsync(CancellationToken cancellation)
    {
        var trashCan = TrashCan();
        return OnDiskAsync(() => CleanVersions(trashCan), cancellation);
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

    /// <summary>After each pull and each full scan: a look at what is known of the size; rarely more.</summary>
    private async Task KeepVersionsInBoundsAsync()
    {
        if (_trashCan is not { } trashCan)
            return;
        try
        {
            var isOver = await _parts.Workers.Run(
                () =>
                {
                    var max = Limits(trashCan).MaxBytes;
                    if (max > 0 && (trashCan.TotalBytes ?? long.MaxValue) > max && trashCan.Changes != _thinnedAt)
                    {
                        CleanVersions(trashCan);
                        _thinnedAt = trashCan.Changes;
                    }
                    if (!trashCan.IsInFolder)
                        KeepVersionsDiskFree(trashCan);
                    return max > 0 && trashCan.TotalBytes > max ? (Bytes: trashCan.TotalBytes.Value, Max: max) : default((long Bytes, long Max)?);
                },
                _stop.Token);
            WarnOfSize(isOver);
        }
        catch (FileSystemException e)
        {
            Log.CleanUpFailed(_log, Config.DisplayName, e.Message);
        }
    }

    /// <summary>A file's last version is worth more than the bound.</summary>
    private void WarnOfSize((long Bytes, long Max)? over)
    {
        if (over.HasValue == _isOverSize)
            return;
        _isOverSize = over.HasValue;
        Warn(
            InternalNames.Versions,
            over is var (bytes, max)
                ? [new FileProblem(InternalNames.Versions, $"The kept versions take {bytes:N0} bytes, more than versions-max-size allows ({max:N0}). The last version of each file is kept all " +
                                                           "the same: delete versions that you don't need, or raise versions-max-size.")]
                : []);
    }

    /// <summary>Versions on a disk of their own count for the room there.</summary>
    private void KeepVersionsDiskFree(TrashCanVersioner trashCan)
    {
        var (free, total) = trashCan.Space();
        var lacking = DiskRoom.Keep(Config, total) - free;
        if (lacking > 0 && trashCan.MakeRoom(_shares.Clock.Ages(), lacking) is { Removed: > 0 } cleaned)
            Log.MadeRoom(_log, Config.DisplayName, cleaned.Removed, cleaned.Bytes);
    }

    private CleanedVersions CleanVersions(TrashCanVersioner trashCan)
    {
        var cleaned = trashCan.CleanUp(_shares.Clock.Ages(), Limits(trashCan));
        if (cleaned.Removed == 0)
            return cleaned;
        Log.Cleaned(_log, Config.DisplayName, cleaned.Removed, cleaned.Bytes);
        _roomWake.Set();
        return cleaned;
    }

    private RetentionLimits Limits(TrashCanVersioner trashCan)
    {
        var versioning = Config.Versioning;
        var max = versioning.MaxSizeIsBytes ? versioning.MaxSize : trashCan.Space().Total * versioning.MaxSize / 100;
        return new RetentionLimits(versioning.CleanoutDays > 0 ? TimeSpan.FromDays(Math.Min(versioning.CleanoutDays, MostDays)) : null, (long)max);
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

    private sealed record Listed(IReadOnlyList<FolderVersion> Versions, long Changes, Deadline Until);
}
