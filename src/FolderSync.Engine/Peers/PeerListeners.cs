using System.Net;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Network;
using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>Listens for peers at the configured addresses and retries when that fails or ends. Thread-safe.</summary>
/// <param name="admits">False: the address gets no response at all.</param>
/// <param name="onAccepted">Takes ownership of the stream.</param>
internal sealed class PeerListeners(EngineParts parts, ILogger log, Func<IPAddress, bool> admits, Action<AuthenticatedStream> onAccepted) : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (CancellationTokenSource Stop, Task Accepting)> _listeners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _listening = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _errors = new(StringComparer.Ordinal);

    /// <summary>As bound.</summary>
    public IReadOnlyList<string> Addresses
    {
        get
        {
            lock (_lock)
                return [.. _listening.Values];
        }
    }

    /// <summary>Address → why listening failed.</summary>
    public IReadOnlyDictionary<string, string> Errors
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, string>(_errors);
        }
    }

    /// <summary>Listens at exactly these addresses. Has tried each of them once when it returns.</summary>
    public async Task ApplyAsync(IReadOnlyList<string> wanted)
    {
        var addresses = wanted.Select(a => a == "default" ? "tcp://0.0.0.0:22000" : a).Where(a => a.StartsWith("tcp", StringComparison.Ordinal)).Distinct().ToList();
        List<(string Address, CancellationTokenSource Stop, Task Accepting)> removed;
        lock (_lock)
        {
            removed = [.. _listeners.Where(l => !addresses.Contains(l.Key)).Select(l => (l.Key, l.Value.Stop, l.Value.Accepting))];
            removed.ForEach(r => _listeners.Remove(r.Address));
        }
        foreach (var (address, stop, accepting) in removed)
        {
            stop.Cancel();
            await accepting;
            lock (_lock)
            {
                _listening.Remove(address);
                _errors.Remove(address);
            }
        }
        foreach (var address in addresses)
        {
            lock (_lock)
            {
                if (_listeners.ContainsKey(address))
                    continue;
            }
            await StartAsync(address);
        }
    }

    /// <summary>Asks all of them to end, without waiting.</summary>
    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        Stop();
        List<Task> accepting;
        lock (_lock)
            accepting = [.. _listeners.Values.Select(l => l.Accepting)];
        await Task.WhenAll(accepting);
    }

    private async Task StartAsync(string address)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        // Try once before returning, so that whoever applied the configuration can report what failed.
        var first = await TryListenAsync(address, stop.Token);
        lock (_lock)
        {
            _listeners[address] = (stop, parts.Supervisor.StartRestarting(
                $"accept {address}", () => ListenLoopAsync(address, Interlocked.Exchange(ref first, null), stop.Token), e => Note(address, e.Message), stop.Token));
        }
    }

    private async Task ListenLoopAsync(string address, IPeerListener? listener, CancellationToken cancellation)
    {
        var backoff = new Backoff(FirstRetry, LastRetry);
        while (true)
        {
            if ((listener ??= await TryListenAsync(address, cancellation)) is { } listening)
            {
                backoff.Reset();
                await AcceptAsync(address, listening, cancellation);
                listener = null;
            }
            await Waiting.PauseAsync(backoff.Next(), parts.Time, cancellation);
        }
    }

    private async Task<IPeerListener?> TryListenAsync(string address, CancellationToken cancellation)
    {
        try
        {
            var listener = await parts.Transport.ListenAsync(address, admits, cancellation);
            lock (_lock)
            {
                _listening[address] = listener.Address;
                _errors.Remove(address);
            }
            Log.Listening(log, listener.Address);
            return listener;
        }
        catch (Exception e) when (e is TransportException or IOException or System.Net.Sockets.SocketException)
        {
            Note(address, e.Message);
            return null;
        }
    }

    /// <summary>Accepts connections until the listener fails.</summary>
    private async Task AcceptAsync(string address, IPeerListener listener, CancellationToken cancellation)
    {
        await using (listener)
        {
            try
            {
                while (true)
                    onAccepted(await listener.AcceptAsync(cancellation));
            }
            catch (Exception e) when (e is TransportException or ObjectDisposedException)
            {
                Note(address, e.Message);
            }
        }
    }

    /// <summary>Logs each reason once.</summary>
    private void Note(string address, string why)
    {
        lock (_lock)
        {
            _listening.Remove(address);
            if (_errors.TryGetValue(address, out var before) && before == why)
                return;
            _errors[address] = why;
        }
        Log.NotListening(log, address, why);
    }
}
