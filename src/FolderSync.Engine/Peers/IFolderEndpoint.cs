using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>A peer's index message for a folder.</summary>
/// <param name="RefusedInAll">How many entries were refused; <paramref name="Refused"/> may omit some of a flood.</param>
/// <param name="IsFull">The first batch of a full index: forget what was known about the peer.</param>
internal sealed record ReceivedIndex(
    DeviceId Device, ulong IndexId, IReadOnlyList<FileEntry> Files, IReadOnlyList<RefusedEntry> Refused, int RefusedInAll, bool IsFull);

/// <summary>A folder from its peers' point of view. Thread-safe.</summary>
internal interface IFolderEndpoint
{
    FolderConfig Config { get; }

    /// <summary>For reading; null while the folder is paused or couldn't be opened.</summary>
    IFolderIndex? Index { get; }

    /// <summary>Entries that must not be announced yet; when that ends, subscribers are woken.</summary>
    AnnouncementLimit? AnnouncementLimit { get; }

    /// <summary>Sets the signal at each local commit until disposed.</summary>
    IDisposable SubscribeToCommits(Wakeup wakeup);

    /// <summary>Serves a block that a peer requests. The caller disposes the bytes.</summary>
    Task<(ErrorCode Code, PooledBytes? Data)> ServeAsync(DeviceId peer, BepMessage.Request request, CancellationToken cancellation);

    /// <summary>Queues a peer's batch; waits while the queue is full.</summary>
    ValueTask ReceiveAsync(ReceivedIndex batch, CancellationToken cancellation);

    /// <summary>
    /// Part of the device's announcements didn't get into the index, but the next ones would, and their sequence would suggest that nothing is
    /// missing. Once the folder runs again, the connection starts over from what the index really has.
    /// </summary>
    void OnMissed(DeviceId device);

    /// <summary>Forgets a peer's announcements (its index was replaced).</summary>
    /// <param name="replaced">Only if this is still its index ID.</param>
    Task ForgetAsync(DeviceId device, ulong replaced, CancellationToken cancellation);

    /// <summary>Forgets all that a peer has announced, including what is still queued.</summary>
    Task ForgetAllAsync(DeviceId device, CancellationToken cancellation);

    /// <summary>How far the index was announced to a device by this computer; null where that isn't known.</summary>
    long? AnnouncedTo(DeviceId device, IFolderIndex index);

    /// <summary>Entries up to that sequence are about to be sent to a device. Blocks.</summary>
    void OnAnnouncing(DeviceId device, IFolderIndex index, long sequence);

    /// <summary>Takes a new index ID: a peer knows more of this index than exists, or than it was sent.</summary>
    Task RenewIndexAsync();

    /// <summary>A peer connected, disconnected, or announced what it has.</summary>
    void OnSourcesChanged();

    /// <summary>A reader found the index damaged.</summary>
    void OnIndexDamaged(IndexDamagedException e);
}
