namespace FolderSync.Engine.Peers;

/// <summary>
/// Finds out that two computers connect as one device: as the peer, where each new connection replaces one whose other end is still alive; or as
/// this device, where the peer closes a connection for a newer one that was not made here. Thread-safe.
/// </summary>
internal sealed class LinkContention(TimeProvider time)
{
    /// <summary>The reason with which a connection is closed that another one of the same device replaces.</summary>
    public const string Replaced = "replaced by a newer connection";

    /// <summary>The same from a Syncthing.</summary>
    private const string ReplacedBySyncthing = "replacing connection";

    /// <summary>A single device replaces its own living connection when it finds a better address, which is rare.</summary>
    private const int MinReplaced = 3;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>How long each of the two computers keeps the connection once that is known: both get their turn, and neither starts over all the time.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(10);

    /// <summary>Without a sign for this long it counts as mended.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Queue<long> _replaced = [];
    private int _greetings;
    private int _inGreeting;

    /// <summary>Timestamp of the last sign; 0: none.</summary>
    private long _shown;

    /// <summary>A connection replaced one whose other end was still alive.</summary>
    /// <returns>True when that happens again and again.</returns>
    public bool OnReplacedAlive()
    {
        lock (_lock)
        {
            _replaced.Enqueue(time.GetTimestamp());
            while (time.GetElapsedTime(_replaced.Peek()) > Window)
                _replaced.Dequeue();
            if (_replaced.Count < MinReplaced && !IsContended())
                return false;
            _shown = Math.Max(1, time.GetTimestamp());
            return true;
        }
    }

    /// <summary>True when a connection of that age isn't to be replaced: it is the other computer's turn later.</summary>
    public bool MustKeep(TimeSpan age)
    {
        lock (_lock)
        {
            if (!IsContended() || age >= Turn)
                return false;
            _shown = Math.Max(1, time.GetTimestamp());
            return true;
        }
    }

    /// <summary>A connection with the peer is about to be made, by either side.</summary>
    public void OnGreeting()
    {
        lock (_lock)
        {
            _greetings++;
            _inGreeting++;
        }
    }

    public void OnGreeted()
    {
        lock (_lock)
            _inGreeting--;
    }

    /// <summary>How many connections were made or tried before one that begins now; null while others are under way.</summary>
    public int? GreetingsBefore()
    {
        lock (_lock)
            return _inGreeting == 0 ? _greetings : null;
    }

    /// <summary>True when the peer closed a connection for a newer one that this computer doesn't know of.</summary>
    /// <param name="greetingsBefore">When the connection began.</param>
    /// <param name="peersReason">With which the peer closed it; null: it didn't.</param>
    public bool IsReplacedElsewhere(int? greetingsBefore, string? peersReason)
    {
        lock (_lock)
            return peersReason is Replaced or ReplacedBySyncthing && greetingsBefore == _greetings;
    }

    private bool IsContended() => _shown != 0 && time.GetElapsedTime(_shown) < Lifetime;
}
