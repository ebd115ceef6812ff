namespace FolderSync.Network;

/// <summary>What the system knows of the way to the other device. Thread-safe.</summary>
public interface IConnectionPath
{
    /// <summary>This side's address is no longer one of this computer: nothing will come back.</summary>
    bool HasLostItsAddress { get; }

    /// <summary>
    /// Since when the other system has acknowledged nothing although what was sent was sent again; zero while all is well, or where the
    /// system doesn't tell (other than Linux).
    /// </summary>
    TimeSpan Unanswered { get; }

    /// <summary>Ends the connection at once, without a last word; what waits on it fails.</summary>
    void Abort();
}
