using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Versions;

/// <summary>Keeps a folder's old versions within the configured limits of age, size and free space.</summary>
/// <param name="onDeleted">Called when versions were deleted: whatever waits for room may use it.</param>
internal sealed class VersionKeeper(OpenFolder open, Action onDeleted)
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>The largest number of days that can be represented.</summary>
    private const int MaxDays = 1_000_000;

    /// <summary>The versioner's change count at the last thinning: without a change there is nothing more to delete.</summary>
    private long _thinnedAt = -1;
    private bool _isOverSize;

    /// <summary>Timestamp.</summary>
    private long? _lastCleanUp;

    private ConfiguredFolder Folder => open.Folder;

    /// <summary>After each pull and each full scan: checks the known size, and rarely more.</summary>
    public async Task EnforceSizeAsync(CancellationToken cancellation)
    {
        if (open.Versioner is not { } versions)
            return;
        try
        {
            WarnOfSize(await open.RunAsync(() => EnforceSize(versions), cancellation));
        }
        catch (FileSystemException e)
        {
            Log.CleanUpFailed(Folder.Log, Folder.DisplayName, e.Message);
        }
    }

    /// <summary>Once a day, or as often as temp files expire: deletes old versions, and temp files of transfers that were never resumed.</summary>
    public async Task CleanUpAsync(CancellationToken cancellation)
    {
        var time = Folder.Parts.Time;
        var keep = Folder.Shared.KeepTemporaries;
        if (_lastCleanUp is { } last && time.GetElapsedTime(last) < (keep < OneDay ? keep : OneDay))
            return;
        _lastCleanUp = time.GetTimestamp();
        var now = time.GetUtcNow();
        try
        {
            await open.RunAsync(
                () =>
                {
                    if (open.Versioner is { } versions)
                        CleanUp(versions);
                    new TempCleaner(open.Disk).RemoveStale(now - keep);
                },
                cancellation);
        }
        catch (FileSystemException e)
        {
            Log.CleanUpFailed(Folder.Log, Folder.DisplayName, e.Message);
        }
    }

    /// <summary>Applies the age and size limits now. Blocks; thread-safe.</summary>
    public CleanedVersions CleanUp(TrashCanVersioner versions)
    {
        var cleaned = versions.CleanUp(Folder.Shared.Clock.Ages(), Limits(versions));
        if (cleaned.Removed == 0)
            return cleaned;
        Log.Cleaned(Folder.Log, Folder.DisplayName, cleaned.Removed, cleaned.Bytes);
        onDeleted();
        return cleaned;
    }

    /// <returns>The size and the limit of all versions if there are still too many.</returns>
    private (long Bytes, long Max)? EnforceSize(TrashCanVersioner versions)
    {
        var max = Limits(versions).MaxBytes;
        if (max > 0 && (versions.TotalBytes ?? long.MaxValue) > max && versions.Changes != _thinnedAt)
        {
            CleanUp(versions);
            _thinnedAt = versions.Changes;
        }
        if (!versions.IsInFolder)
            KeepDiskFree(versions);
        return max > 0 && versions.TotalBytes > max ? (versions.TotalBytes.Value, max) : null;
    }

    /// <summary>A file's last version and its originals are worth more than the limit.</summary>
    private void WarnOfSize((long Bytes, long Max)? over)
    {
        if (over.HasValue == _isOverSize)
            return;
        _isOverSize = over.HasValue;
        Folder.Status.Warn(
            InternalNames.Versions,
            over is var (bytes, max)
                ? [new FileProblem(InternalNames.Versions, $"The kept versions take {bytes:N0} bytes, more than versions-max-size allows ({max:N0}). The last version of each file, and what it was " +
                                                           "before the changes of the last 30 days, are kept anyway: delete versions that you don't need, or raise versions-max-size.")]
                : []);
    }

    /// <summary>Versions on a disk of their own are limited by the room there.</summary>
    private void KeepDiskFree(TrashCanVersioner versions)
    {
        var (free, total) = versions.Space();
        var lacking = DiskRoom.Keep(Folder.Config, total) - free;
        if (lacking > 0 && versions.FreeSpace(Folder.Shared.Clock.Ages(), lacking) is { Removed: > 0 } cleaned)
            Log.MadeRoom(Folder.Log, Folder.DisplayName, cleaned.Removed, cleaned.Bytes);
    }

    private RetentionLimits Limits(TrashCanVersioner versions)
    {
        var config = Folder.Config.Versioning;
        var max = config.MaxSizeIsBytes ? config.MaxSize : versions.Space().Total * config.MaxSize / 100;
        return new RetentionLimits(config.CleanoutDays > 0 ? TimeSpan.FromDays(Math.Min(config.CleanoutDays, MaxDays)) : null, (long)max);
    }
}
