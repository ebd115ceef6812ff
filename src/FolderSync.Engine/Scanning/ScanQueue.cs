using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Scanning;

/// <summary>What is to be scanned next.</summary>
/// <param name="Below">Empty: everything.</param>
/// <param name="Waiters">Whoever waits for its end.</param>
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

/// <summary>Scans that were asked for or are due, and whoever waits for them. One scan flow takes them. Thread-safe.</summary>
internal sealed class ScanQueue(TimeProvider time) : IScanRequests, IDisposable
{
    /// <summary>Beyond these all is scanned.</summary>
    private const int MaxNames = 10_000;

    private readonly Lock _lock = new();
    private readonly Wakeup _wake = new(time);
    private readonly SortedSet<FileName> _names = [];

    /// <summary>Names to be scanned when <see cref="_laterDue"/> is; empty with that set: all.</summary>
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

    /// <summary>When everything is scanned without being asked for.</summary>
    public void SetFullScan(Deadline due)
    {
        lock (_lock)
            _fullScanDue = due;
        _wake.Set();
    }

    /// <summary>Everything is scanned then at the latest.</summary>
    public void AdvanceFullScan(Deadline due)
    {
        lock (_lock)
            _fullScanDue = Deadline.Earlier(_fullScanDue, due);
        _wake.Set();
    }

    /// <summary>A scan was asked for that is not due yet.</summary>
    public bool HasLater
    {
        get
        {
            lock (_lock)
                return _laterDue is not null;
        }
    }

    /// <summary>Asks for a scan of these names, beside those of the calls before, at a time.</summary>
    /// <param name="due">Null: when those of the calls before are due.</param>
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

    /// <summary>True when a scan of everything is to read all content again; asked once for each, the first begins the interval.</summary>
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

    /// <summary>Takes all that is to be scanned now; null where nothing is. Whoever waits gets its names scanned even if they have just been.</summary>
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
