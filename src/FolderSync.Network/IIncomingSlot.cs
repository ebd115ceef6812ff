namespace FolderSync.Network;

/// <summary>
/// The place of an incoming connection among those that haven't sent their Hello. There are only so many: for a new connection the oldest one may
/// have to go. Disposing it frees the place. Thread-safe.
/// </summary>
public interface IIncomingSlot : IDisposable
{
    /// <summary>Cancelled when the connection had to go; it is broken then.</summary>
    CancellationToken Evicted { get; }

    /// <summary>
    /// Says whether the device is configured here, before its Hello is read. Unknown devices have limits of their own, and make room for others
    /// first; a known device makes room only for itself.
    /// </summary>
    void Identify(bool isKnown);
}
