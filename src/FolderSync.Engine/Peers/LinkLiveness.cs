using FolderSync.Network;

namespace FolderSync.Engine.Peers;

/// <summary>Detects a dead connection path, and a peer that reads nothing of what is sent to it. Thread-safe.</summary>
internal sealed class LinkLiveness(TimeProvider time, AuthenticatedStream stream)
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(300);

    /// <summary>A write of which the peer reads nothing for so long is given up.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(30);

    /// <summary>What is found too long ago is known this much later.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long a suspect path has to carry a ping and its acknowledgement.</summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A suspect path without acknowledgements for this long is dead.</summary>
    private static readonly TimeSpan LostAfterProbe = TimeSpan.FromSeconds(1.5);

    /// <summary>Any path without acknowledgements for this long is dead.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(15);

    private readonly long _begun = time.GetTimestamp();
    private long _lastReceived = time.GetTimestamp();
    private long _lastSent = time.GetTimestamp();

    /// <summary>What the peer's system had acknowledged when that last grew; belongs to <see cref="Check"/>.</summary>
    private (long Bytes, long Time) _acknowledged = (0, time.GetTimestamp());

    /// <summary>Timestamp; 0 while it isn't suspect.</summary>
    private long _suspected;

    /// <summary>The connection's age on the monotonic clock.</summary>
    public TimeSpan Age => time.GetElapsedTime(_begun);

    /// <summary>The path was found dead: dialing at once is worthwhile.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The peer read nothing of what was sent.</summary>
    public bool IsStuck { get; private set; }

    public TimeSpan UntilCheck => Volatile.Read(ref _suspected) != 0 ? ProbeTimeout : CheckInterval;

    public bool NeedsPing => time.GetElapsedTime(Volatile.Read(ref _lastSent)) > PingAfter;

    /// <summary>How long the peer has sent nothing at all, not even a part of a message. What this side doesn't read is no silence.</summary>
    public TimeSpan Silence
    {
        get
        {
            var message = time.GetElapsedTime(Volatile.Read(ref _lastReceived));
            return stream.Progress is { ReadWaits: var waits } && waits < message ? waits : message;
        }
    }

    public void OnReceived() => Volatile.Write(ref _lastReceived, time.GetTimestamp());

    public void OnSent() => Volatile.Write(ref _lastSent, time.GetTimestamp());

    /// <summary>The network changed, or the computer slept: the next checks decide quickly.</summary>
    public void Suspect() => Volatile.Write(ref _suspected, Math.Max(1, time.GetTimestamp()));

    /// <returns>Why the connection is dead, or null. The caller aborts the path.</returns>
    public string? Check()
    {
        var suspected = Volatile.Read(ref _suspected);
        if (stream.Path is { } path)
        {
            if (path.UnacknowledgedFor > (suspected == 0 ? LostAfter : LostAfterProbe) || (suspected != 0 && path.IsLocalAddressGone))
            {
                IsLost = true;
                return "The network no longer carries the connection.";
            }
            if (suspected != 0 && time.GetElapsedTime(suspected) >= ProbeTimeout)
                Interlocked.CompareExchange(ref _suspected, 0, suspected);
        }
        IsStuck = HasStuckWrite();
        if (IsStuck)
            return "The other device has read nothing for 30 seconds.";
        return Silence > DeadAfter ? "The other device was silent for 5 minutes." : null;
    }

    /// <summary>A slow reader isn't stuck: on Linux a write waits until a third of a large buffer is free, but what it reads is acknowledged.</summary>
    private bool HasStuckWrite()
    {
        var acknowledged = stream.Path?.AcknowledgedBytes ?? 0;
        if (acknowledged != _acknowledged.Bytes)
            _acknowledged = (acknowledged, time.GetTimestamp());
        return stream.Progress is { } progress && progress.WriteWaits >= StuckAfter && time.GetElapsedTime(_acknowledged.Time) >= StuckAfter;
    }
}
