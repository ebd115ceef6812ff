using FolderSync.Network;

namespace FolderSync.Engine.Peers;

/// <summary>Whether the path of one connection still carries anything. Thread-safe.</summary>
internal sealed class LinkLiveness(TimeProvider time, AuthenticatedStream stream)
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    /// <summary>A suspect path has this long to carry a ping there and its acknowledgement back.</summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Unanswered this long, a suspect path carries nothing.</summary>
    private static readonly TimeSpan LostAfterProbe = TimeSpan.FromSeconds(1.5);

    /// <summary>Unanswered this long, it carries nothing though nobody suspected it.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(15);

    private readonly long _begun = time.GetTimestamp();
    private long _lastReceived = time.GetTimestamp();
    private long _lastSent = time.GetTimestamp();

    /// <summary>Timestamp; 0 while nobody suspects it.</summary>
    private long _suspected;

    /// <summary>How long the connection has existed, whatever was done to the clock meanwhile.</summary>
    public TimeSpan Age => time.GetElapsedTime(_begun);

    /// <summary>The path was found to carry nothing: dialing anew is worth an attempt at once.</summary>
    public bool IsLost { get; private set; }

    public TimeSpan UntilCheck => Volatile.Read(ref _suspected) != 0 ? ProbeTimeout : CheckInterval;

    public bool NeedsPing => time.GetElapsedTime(Volatile.Read(ref _lastSent)) > PingAfter;

    public void OnReceived() => Volatile.Write(ref _lastReceived, time.GetTimestamp());

    public void OnSent() => Volatile.Write(ref _lastSent, time.GetTimestamp());

    /// <summary>The network changed, or time passed unseen: the next checks decide quickly.</summary>
    public void Suspect() => Volatile.Write(ref _suspected, Math.Max(1, time.GetTimestamp()));

    /// <returns>Why the connection is at its end; null where it isn't. The caller aborts the path.</returns>
    public string? Check()
    {
        var suspected = Volatile.Read(ref _suspected);
        if (stream.Path is { } path)
        {
            if (path.Unanswered > (suspected == 0 ? LostAfter : LostAfterProbe) || (suspected != 0 && path.HasLostItsAddress))
            {
                IsLost = true;
                return "The network no longer carries the connection.";
            }
            if (suspected != 0 && time.GetElapsedTime(suspected) >= ProbeTimeout)
                Interlocked.CompareExchange(ref _suspected, 0, suspected);
        }
        return time.GetElapsedTime(Volatile.Read(ref _lastReceived)) > DeadAfter ? "Nothing was heard of the other device for 5 minutes." : null;
    }
}
