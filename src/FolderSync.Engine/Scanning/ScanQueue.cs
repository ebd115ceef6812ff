using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Scanning;

/// <summary>The next scan.</summary>
/// <param name="Below">Empty: everything.</param>
/// <param name="Waiters">The callers that wait for its end.</param>
internal sealed record QueuedScan(IReadOnlyList<FileName> Below, IReadOnlyList<FolderRequest> Waiters)
{
    public bool IsFull => Below.Count == 0;

    public void Succeed()
    {
        foreach (var waiter in Waiters)
            waiter.Succeed();
    }

    public void Fail(string reason)
    {
        foreach (var waiter in Waiters)
            waiter.Fail(reason);
    }
}

/// <summary>Requested and scheduled scans and their waiters. One scan flow takes them. Thread-safe.</summary>
internal sealed class ScanQueue(TimeProvider time) : IScanRequests, IDisposable
{
    /// <summary>Beyond this number of names everything is scanned.</summary>
    private const int MaxNames = 10_000;

    private readonly Lock _lock = new();
    private readonly Wakeup _wake = new(time);
    private readonly SortedSet<FileName> _names = [];

    /// <summary>Names to scan when <see cref="_laterDue"/> is due; empty while that is set: everything.</summary>
    private readonly SortedSet<FileName> _later = [];
    private Deadline? _laterDue;
    private Deadline _fullScanDue = Deadline.Never;
    private bool _all;

    /// <summary>Timestamp of the last full verification, or of the first scan.</summary>
    private long? _lastVerified;

    /// <summary>Whoever waits for the next scan.</summary>
    public RequestQueue<FolderRequest> Waiting { get; } = new();

    public void Request(IReadOnlyList<FileName> below) => Request(below, null);

    public async Task ScanAsync(IReadOnlyList<FileName> below, CancellationToken cancellation)
    {
        var request = new FolderRequest();
        Request(below, request);
        await request.WaitAsync(cancellation);
    }

    /// <summary>When everything is scanned without a request.</summary>
    public void SetFullScan(Deadline due)
    {
        lock (_lock)
            _fullScanDue = due;
        _wake.Set();
    }

    /// <summary>Scans everything then at the latest.</summary>
    public void AdvanceFullScan(Deadline due)
    {
        lock (_lock)
            _fullScanDue = Deadline.Earlier(_fullScanDue, due);
        _wake.Set();
    }

    /// <summary>True when a requested scan isn't due yet.</summary>
    public bool HasLater
    {
        get
        {
            lock (_lock)
                return _laterDue is not null;
        }
    }

    /// <summary>Requests a later scan of these names together with those of earlier calls.</summary>
    /// <param name="due">Null: when the earlier ones are due.</param>
    public void RequestLater(IReadOnlyCollection<FileName> names, Deadline? due)
    {
        lock (_lock)
        {
            var isAll = _laterDue is not null && _later.Count == 0;
            _laterDue = due ?? _laterDue ?? Deadline.Passed;
            _later.UnionWith(names);
            if (isAll || _later.Count > MaxNames)
                _later.Clear();
        }
        _wake.Set();
    }

    /// <summary>True when a full scan should read all content again; call it once per full scan. The first call starts the interval.</summary>
    /// <param name="every">Zero: never.</param>
    public bool TakeVerification(TimeSpan every)
    {
        lock (_lock)
        {
            var isDue = every > TimeSpan.Zero && _lastVerified is { } last && time.GetElapsedTime(last) >= every;
            if (isDue || _lastVerified is null)
                _lastVerified = time.GetTimestamp();
            return isDue;
        }
    }

    public void CancelLater()
    {
        lock (_lock)
        {
            _later.Clear();
            _laterDue = null;
        }
    }

    /// <summary>
    /// Takes everything that is to be scanned now, or null. Waiting callers get their names scanned even if those have just been scanned.
    /// </summary>
    public QueuedScan? TryTake()
    {
        lock (_lock)
        {
            if (_laterDue?.IsPast(time) == true)
            {
                _all |= _later.Count == 0;
                _names.UnionWith(_later);
                _later.Clear();
                _laterDue = null;
            }
            var all = _all || _fullScanDue.IsPast(time);
            if (!all && _names.Count == 0 && Waiting.IsEmpty)
                return null;
            var scan = new QueuedScan(all ? [] : [.. _names], Waiting.TakeAll());
            _all = false;
            _names.Clear();
            return scan;
        }
    }

    /// <summary>Returns when there may be something to scan.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        Deadline due;
        lock (_lock)
            due = Deadline.Earlier(_fullScanDue, _laterDue ?? Deadline.Never);
        return _wake.WaitUntilAsync(due, cancellation);
    }

    public void Dispose() => _wake.Dispose();

    private void Request(IReadOnlyList<FileName> below, FolderRequest? waiter)
    {
        lock (_lock)
        {
            if (waiter is not null)
                Waiting.Add(waiter);
            _all |= below.Count == 0;
            _names.UnionWith(below);
            if (_names.Count > MaxNames)
            {
                _all = true;
                _names.Clear();
            }
        }
        _wake.Set();
    }
}
