using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Versions;
using FolderSync.Filesystem;

namespace FolderSync.Engine.Pulling;

/// <summary>A full disk: what waits for room is fetched when there is some. All that needs no room goes on meanwhile.</summary>
internal sealed class RoomWatch(OpenFolder open, RetryTable retries, DiskRoom room)
{
    /// <summary>Nothing tells of room on a disk: it is looked for.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var time = open.Folder.Parts.Time;
        var look = Deadline.Never;
        while (true)
        {
            if (!retries.RoomWanted.Any())
                look = Deadline.Never;
            else if (look == Deadline.Never)
                look = Deadline.In(LookEvery, time);
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
            // The disk is gone; the next scan says so.
            return room.Left;
        }
    }
}
