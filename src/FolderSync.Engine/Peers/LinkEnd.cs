namespace FolderSync.Engine.Peers;

/// <summary>How one connection ends, or ended. Thread-safe.</summary>
internal sealed class LinkEnd
{
    private string? _reason;
    private bool _isReplaced;

    /// <summary>Why it ended; null while nothing ended it.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>A loop's unexpected fault.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Why the peer closed it; null if it didn't say so.</summary>
    public string? PeerReason { get; set; }

    /// <summary>A newer connection replaces it: nothing that it still carries counts.</summary>
    public bool IsReplaced
    {
        get => Volatile.Read(ref _isReplaced);
        set => Volatile.Write(ref _isReplaced, value);
    }

    /// <summary>It was replaced, and the peer answered by closing its end: whoever made the new connection, the old one's maker was still there.</summary>
    public bool WasReplacedAlive { get; set; }

    /// <summary>The first reason counts.</summary>
    public bool TrySetReason(string reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;
}
