namespace FolderSync.Network.Bandwidth;

/// <summary>How long the other side of a stream has kept this side waiting. Thread-safe.</summary>
public interface IStreamProgress
{
    /// <summary>How long a read has waited for the first byte; zero while nobody reads.</summary>
    TimeSpan ReadWaits { get; }

    /// <summary>How long a write of at most 256 KiB has waited to be accepted; zero while nobody writes.</summary>
    TimeSpan WriteWaits { get; }
}
