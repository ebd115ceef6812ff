using System.Net.NetworkInformation;
using System.Threading.Channels;
using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery;

/// <summary>
/// Reports when an interface, an address or a carrier comes or goes, and when this computer has slept: existing connections may be dead, and
/// unreachable devices may be reachable again. Thread-safe.
/// </summary>
public sealed class NetworkMonitor : IAsyncDisposable
{
    /// <summary>Changes come in bursts: an interface, then each of its addresses.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    /// <summary>A tick later than this means that the process or the computer stood still.</summary>
    private static readonly TimeSpan s_gap = TimeSpan.FromSeconds(5);

    /// <summary>If the system sends no notifications, the interfaces are checked this often.</summary>
    private const int TicksBetweenLooks = 10;

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly INetworkChangeSource? _changes;
    private readonly Lock _lock = new();
    private readonly Channel<bool> _touched = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private IReadOnlyList<NetworkLink> _paths;
    private string _last;
    private Task _running = Task.CompletedTask;
    private bool _wasAsleep;

    public NetworkMonitor(TimeProvider clock, ILogger<NetworkMonitor> logger)
        : this(clock, logger, Netlink.TryOpen())
    {
    }

    /// <param name="news">Null: the system sends no notifications.</param>
    internal NetworkMonitor(TimeProvider clock, ILogger<NetworkMonitor> logger, INetworkChangeSource? news)
    {
        (_clock, _logger, _changes) = (clock, logger, news);
        _paths = NetworkLink.ReadAll();
        _last = string.Join('\n', _paths);
    }

    /// <summary>The network changed, or the computer slept. Raised on the thread pool, one call at a time.</summary>
    public event Action? Changed;

    internal IReadOnlyList<NetworkLink> Paths => Volatile.Read(ref _paths);

    /// <summary>Runs until disposed.</summary>
    public void Start()
    {
        NetworkChange.NetworkAddressChanged += OnAddressChanged;
        NetworkChange.NetworkAvailabilityChanged += OnAvailabilityChanged;
        _running = Task.WhenAll(Keep(TickAsync), Keep(ListenAsync), Keep(DebounceAsync));
    }

    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnAddressChanged;
        NetworkChange.NetworkAvailabilityChanged -= OnAvailabilityChanged;
        await _stop.CancelAsync().ConfigureAwait(false);
        _changes?.Dispose();
        await _running.ConfigureAwait(false);
    }

    /// <summary>A fault of the system's interfaces or of a handler must not leave the network unwatched.</summary>
    private Task Keep(Func<Task> loop) => new RestartingLoop(_clock).Start(loop, OnFault, _stop.Token);

    private void OnFault(Exception e)
    {
        Log.WatchBug(_logger, e);
        // Check again what the failed loop was about to check.
        Soon();
    }

    private void OnAddressChanged(object? sender, EventArgs e) => Soon();

    private void OnAvailabilityChanged(object? sender, EventArgs e) => Soon();

    private void Soon() => _touched.Writer.TryWrite(true);

    private async Task DebounceAsync()
    {
        while (true)
        {
            await _touched.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
            do
                await Task.Delay(s_settling, _clock, _stop.Token).ConfigureAwait(false);
            while (_touched.Reader.TryRead(out _));
            OnSettled();
        }
    }

    /// <summary>
    /// Compares two clocks: the monotonic one stops during suspend on Linux, the wall clock can be set by hand. A jump of either one counts.
    /// </summary>
    private async Task TickAsync()
    {
        var (monotonic, wall) = (_clock.GetTimestamp(), _clock.GetUtcNow());
        for (var ticks = 1; ; ticks++)
        {
            try
            {
                await Task.Delay(s_tick, _clock, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var (elapsed, byWall) = (_clock.GetElapsedTime(monotonic), _clock.GetUtcNow() - wall);
            (monotonic, wall) = (_clock.GetTimestamp(), _clock.GetUtcNow());
            if (elapsed > s_gap || byWall > s_gap || byWall < -s_gap)
            {
                Log.Slept(_logger, (byWall.Duration() > elapsed ? byWall : elapsed).TotalSeconds);
                lock (_lock)
                    _wasAsleep = true;
                OnSettled();
            }
            else if (_changes is null && ticks % TicksBetweenLooks == 0)
            {
                OnSettled();
            }
        }
    }

    private async Task ListenAsync()
    {
        if (_changes is null)
            return;
        await foreach (var _ in _changes.ReadChangesAsync(_stop.Token).ConfigureAwait(false))
            Soon();
    }

    private void OnSettled()
    {
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
                return;
            var paths = NetworkLink.ReadAll();
            var text = string.Join('\n', paths);
            if (text == _last && !_wasAsleep)
                return;
            if (text != _last)
                Log.NetworkChanged(_logger, string.Join(", ", paths.Select(p => $"{p.Name} ({string.Join(' ', p.Addresses.Select(a => a.Address))})")));
            (_last, _wasAsleep) = (text, false);
            Volatile.Write(ref _paths, paths);
            // Under the lock, so that calls come one at a time; handlers only set signals.
            Changed?.Invoke();
        }
    }
}
