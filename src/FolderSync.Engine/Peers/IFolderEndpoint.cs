using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>An index message of a peer, for a folder.</summary>
/// <param name="RefusedInAll">How many entries were refused; <paramref name="Refused"/> may leave some of a flood out.</param>
/// <param name="IsFull">The first of a full index: what was known of the peer goes.</param>
internal sealed record ReceivedIndex(
    DeviceId Device, ulong IndexId, IReadOnlyList<FileEntry> Files, IReadOnlyList<RefusedEntry> Refused, int RefusedInAll, bool IsFull);

/// <summary>A folder as its peers need it. Thread-safe.</summary>
internal interface IFolderEndpoint
{
    FolderConfig Config { get; }

    /// <summary>For reading; null while the folder is paused or could not be opened.</summary>
    IFolderIndex? Index { get; }

    /// <summary>Entries that are not to be announced yet; its end wakes those who subscribed.</summary>
    AnnouncementLimit? AnnouncementLimit { get; }

    /// <summary>Sets the signal at each local commit until disposed.</summary>
    IDisposable SubscribeToCommits(Wakeup wakeup);

    /// <summary>The block that a peer asks for. The bytes are the caller's to dispose.</summary>
    Task<(ErrorCode Code, PooledBytes? Data)> ServeAsync(DeviceId peer, BepMessage.Request request, CancellationToken cancellation);

    /// <summary>Queues a peer's batch; waits while the queue is full.</summary>
    ValueTask ReceiveAsync(ReceivedIndex batch, CancellationToken cancellation);

    /// <summary>
    /// Something that the device announced did not get into the index, while what it announces next would: its place in the device's sequence
    /// would be taken for known. Once the folder runs again, the connection begins anew from what the index really has.
    /// </summary>
    void OnMissed(DeviceId device);

    /// <summary>Forgets what a peer announced (its index is another one now).</summary>
    Task ForgetAsync(DeviceId device, CancellationToken cancellation);

    /// <summary>Takes a new index ID: a peer knows more of this index than there is.</summary>
    Task RenewIndexAsync();

    /// <summary>A peer came, went, or announced what it has meanwhile.</summary>
    void OnSourcesChanged();

    /// <summary>A reader found the index damaged.</summary>
    void OnIndexDamaged(IndexDamagedException e);
}
