namespace FolderSync.Network;

/// <summary>What the system knows about the path to the other device. Thread-safe.</summary>
public interface IConnectionPath
{
    /// <summary>The local address no longer belongs to this computer: no reply can arrive.</summary>
    bool IsLocalAddressGone { get; }

    /// <summary>
    /// How long the peer's system has acknowledged nothing in spite of retransmissions; zero while all is well, and on systems that don't report it
    /// (other than Linux).
    /// </summary>
    TimeSpan UnacknowledgedFor { get; }

    /// <summary>
    /// Bytes sent that the peer's system has acknowledged: a slow reader's progress, which the sender's own writes show late and in large steps. Zero on
    /// systems that don't report it (other than Linux).
    /// </summary>
    long AcknowledgedBytes { get; }

    /// <summary>Ends the connection at once without close_notify; pending operations fail.</summary>
    void Abort();
}
