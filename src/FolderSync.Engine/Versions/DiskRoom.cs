using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Versions;

/// <summary>
/// The disk space for a folder's files, counted once over all that are being fetched. A peer's announcement is only compared with it; versions are
/// deleted step by step, for verified bytes that a peer really sent and that are written next. Thread-safe; calls block.
/// </summary>
/// <param name="ages">Computes how long ago a time was.</param>
internal sealed class DiskRoom(IFileSystem disk, TrashCanVersioner? trashCan, Func<FolderConfig> config, Func<Func<DateTimeOffset, TimeSpan>> ages, TimeProvider time)
{
    /// <summary>
    /// If deleting versions freed nothing (a snapshot holds them, or they are on another disk), no more are deleted for this long.
    /// </summary>
    private static readonly TimeSpan UselessFor = TimeSpan.FromHours(1);

    private const int MaxSteps = 16;

    private readonly Lock _lock = new();
    private long _planned;
    private long _writing;
    private long _left = long.MaxValue;
    private (long Since, long Free)? _useless;

    /// <summary>Raised when versions were deleted to make room.</summary>
    public Action<CleanedVersions>? MadeRoom { get; init; }

    /// <summary>How much more could be fetched, when last counted.</summary>
    public long Left => Interlocked.Read(ref _left);

    /// <summary>There has been too little since the folder was opened.</summary>
    public bool WasShort => Left != long.MaxValue;

    /// <summary>Counts how much more could be fetched now, including reclaimable versions.</summary>
    public long Count()
    {
        lock (_lock)
            return Count(Measure()).Left;
    }

    /// <summary>Reserves room for a file that is about to be fetched, besides all others in progress. Deletes nothing.</summary>
    /// <param name="holes">Bytes that nobody sends: no version is deleted for them.</param>
    /// <exception cref="FileSystemException">NoSpace, with the figures and what to do.</exception>
    public Plan Admit(FileName name, long missing, long holes = 0)
    {
        lock (_lock)
        {
            var space = Measure();
            var free = space.Free - space.Keep - _planned;
            if (missing + holes > free)
            {
                var (left, spare) = Count(space);
                if (missing + holes > left || (holes > 0 && holes > free))
                    throw Full(name, missing + holes, _planned, space, spare);
            }
            _planned += missing + holes;
            return new Plan(this, name, missing + holes);
        }
    }

    private void Hold(Plan plan, long bytes)
    {
        lock (_lock)
        {
            for (var step = 0; !TryHold(bytes); step++)
            {
                var space = Measure();
                var lacking = space.Keep + _writing + bytes - space.Free;
                if (lacking > 0 && (step == MaxSteps || !FreeSpace(lacking, space.Free)))
                    throw Full(plan.Name, plan.Remaining, _planned - plan.Remaining, space, Count(space).Spare);
            }
        }
    }

    private bool TryHold(long bytes)
    {
        lock (_lock)
        {
            var space = Measure();
            if (space.Free - _writing - bytes < space.Keep)
                return false;
            _writing += bytes;
            return true;
        }
    }

    private bool FreeSpace(long lacking, long free)
    {
        if (IsUseless(free) || trashCan is not { IsInFolder: true })
            return false;
        var cleaned = trashCan.FreeSpace(ages(), lacking);
        if (cleaned.Removed == 0)
            return false;
        // Some filesystems count freed space only with their next commit: deletion counts as useful as soon as more is free.
        _useless = disk.GetSpace().Free > free ? null : (time.GetTimestamp(), free);
        MadeRoom?.Invoke(cleaned);
        return true;
    }

    private bool IsUseless(long free) => _useless is var (since, before) && free <= before && time.GetElapsedTime(since) < UselessFor;

    private long ReclaimableBytes(long free) => trashCan is { IsInFolder: true } && !IsUseless(free) ? trashCan.ReclaimableBytes(ages()) : 0;

    private (long Left, long Spare) Count((long Free, long Keep) space)
    {
        var spare = ReclaimableBytes(space.Free);
        var left = Math.Max(0, space.Free - space.Keep + spare - _planned);
        Interlocked.Exchange(ref _left, left);
        return (left, spare);
    }

    private (long Free, long Keep) Measure()
    {
        var (free, total) = disk.GetSpace();
        // Some filesystems don't report their size.
        return total <= 0 ? (long.MaxValue / 4, 0) : (free, Keep(config(), total));
    }

    public static long Keep(FolderConfig config, long total) => (long)(config.MinDiskFreeIsBytes ? config.MinDiskFree : total * config.MinDiskFree / 100);

    private FileSystemException Full(FileName name, long bytes, long planned, (long Free, long Keep) space, long spare)
    {
        var others = planned > 0 ? $" Other files that are being fetched take up to {planned:N0}." : "";
        var versions = trashCan is not { IsInFolder: true } ? ""
            : $" Versions that can be deleted for it make {spare:N0} bytes; those younger than seven days, the last one of each file and what was there before the changes of the last 30 days are kept.";
        return new FileSystemException(FileSystemError.NoSpace,
            $"Not enough space for {name}: it needs {bytes:N0} bytes, {space.Free:N0} are free and {space.Keep:N0} must stay free (min-free).{others}{versions} " +
            "Free some space on the disk, delete versions or lower min-free: the transfer then resumes automatically.");
    }

    /// <summary>What one file still needs. Disposed when the file is finished or abandoned.</summary>
    internal sealed class Plan(DiskRoom room, FileName name, long bytes) : IDisposable
    {
        private long _remaining = bytes;

        public FileName Name => name;

        public long Remaining => Interlocked.Read(ref _remaining);

        /// <summary>Writes verified bytes that a peer sent: old versions may be deleted for them.</summary>
        /// <exception cref="FileSystemException">NoSpace: nothing was written.</exception>
        public void Write(long bytes, Action write)
        {
            room.Hold(this, bytes);
            Use(bytes, write);
            lock (room._lock)
                Revise(_remaining - bytes);
        }

        /// <summary>
        /// Writes bytes that nobody sent (copies of local blocks, holes) if there is room; deletes no version. False: there isn't.
        /// </summary>
        public bool TryWrite(long bytes, Action write)
        {
            if (!room.TryHold(bytes))
                return false;
            Use(bytes, write);
            return true;
        }

        /// <summary>It needs this much more and nothing else.</summary>
        public void Revise(long bytes)
        {
            lock (room._lock)
            {
                bytes = Math.Max(0, bytes);
                room._planned += bytes - _remaining;
                _remaining = bytes;
            }
        }

        public void Dispose() => Revise(0);

        private void Use(long bytes, Action write)
        {
            try
            {
                write();
            }
            finally
            {
                lock (room._lock)
                    room._writing -= bytes;
            }
        }
    }
}
