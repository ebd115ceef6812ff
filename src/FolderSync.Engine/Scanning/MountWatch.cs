using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Scanning;

/// <summary>Looks whether a filesystem is mounted again whose files are held: all is scanned then, and the hold ends by itself.</summary>
internal sealed class MountWatch(OpenFolder open, MountPoints mounts, IScanRequests scans)
{
    /// <summary>Nothing tells of a mount: it is looked for.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var time = open.Folder.Parts.Time;
        while (true)
        {
            await mounts.HeldWake.WaitUntilAsync(mounts.HeldAt is null ? Deadline.Never : Deadline.In(LookEvery, time), cancellation);
            if (mounts.HeldAt is { } directory && !await open.RunAsync(() => mounts.IsLost(open.Disk, directory), cancellation))
                scans.Request([]);
        }
    }
}
