using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Versions;
using FolderSync.Filesystem;

namespace FolderSync.Engine.Pulling;

/// <summary>Watches a full disk: fetches what waits for room once there is some. Everything that needs no room continues meanwhile.</summary>
internal sealed class RoomWatch(OpenFolder open, RetryTable retries, DiskRoom room)
{
    /// <summary>Nothing reports free space on a disk, so it is polled.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var time = open.Folder.Parts.Time;
        var look = Deadline.Never;
        while (true)
        {
            if (!retries.RoomWanted.Any())
                look = Deadline.Never;
            else if (look == Deadline.Never)
                look = Deadline.In(CheckInterval, time);
            await retries.RoomWake.WaitUntilAsync(look, cancellation);
            if (!look.IsPast(time))
                continue;
            look = Deadline.Never;
            var before = room.Left;
            var left = await open.RunAsync(CountRoom, cancellation);
            if (retries.RoomWanted.Any(w => before < w && w <= left))
                open.Folder.PullWake.Set();
        }
    }

    private long CountRoom()
    {
        try
        {
            return room.Count();
        }
        catch (FileSystemException)
        {
            // The disk is gone; the next scan reports it.
            return room.Left;
        }
    }
}
