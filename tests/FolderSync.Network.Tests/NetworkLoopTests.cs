using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Mdns;
using FolderSync.Network.Tcp;
using FolderSync.Network.Tests.Discovery;
using FolderSync.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>An unexpected exception in each loop of discovery and listening is logged with its stack, and the loop restarts.</summary>
public sealed class NetworkLoopTests
{
    private static readonly DeviceId Self = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private readonly FaultLog<NetworkMonitor> _log = new();

    [Fact]
    public async Task The_look_at_the_clocks_starts_again()
    {
        var time = new FaultyTime("NetworkMonitor.TickAsync");
        await using var watch = new NetworkMonitor(time, _log, null);
        watch.Start();
        await AssertResumedAsync(time);
    }

    [Fact]
    public async Task The_look_at_a_changed_network_starts_again()
    {
        var time = new FaultyTime("NetworkMonitor.DebounceAsync");
        await using var watch = new NetworkMonitor(time, _log, new BrokenChangeSource());
        watch.Start();
        await AssertResumedAsync(time);
    }

    [Fact]
    public async Task Hearing_of_the_network_starts_again()
    {
        var news = new BrokenChangeSource();
        await using var watch = new NetworkMonitor(TimeProvider.System, _log, news);
        watch.Start();
        await news.Resumed.WaitAsync(TestLimits.Timeout);
        Assert.Contains(news.Fault, _log.Faults);
    }

    [Theory]
    [InlineData("LocalDiscovery.AnnounceLoopAsync")]
    [InlineData("LocalDiscovery.ListenLoopAsync")]
    public async Task Local_discovery_starts_again(string method)
    {
        var time = new FaultyTime(method);
        var lan = new FakeLan();
        await using var local = new LocalDiscovery(
            Self, AddressFamily.InterNetwork, LocalDiscovery.DefaultPort, LocalDiscovery.DefaultGroup, lan.Add("10.0.0.1"), () => ["tcp://0.0.0.0:22000"], 1,
            _ => { }, new DiscoveryMethodStatus("IPv4 local", 1, _log), time, _log);
        // It receives its own announcements.
        local.Wake();
        await AssertResumedAsync(time);
        Assert.NotEmpty(lan.Sent);
    }

    [Theory]
    [InlineData("MdnsNode.RunAsync")]
    [InlineData("MdnsNode.ListenAsync")]
    public async Task Mdns_starts_again(string method)
    {
        var time = new FaultyTime(method);
        await using var node = new MdnsNode(
            Self, null, new FakeLan().Add("10.0.0.1"), _ => { }, (_, _) => { }, new DiscoveryMethodStatus("mDNS IPv4", 5353, _log), new DiscoveryMethodStatus("mDNS IPv6", 5353, _log), time, _ => 0, _log);
        // It receives its own packets, and reads the clock with the next one after the fault.
        while (!time.Resumed.IsCompleted)
        {
            node.Wake();
            await Task.WhenAny(time.Resumed, Task.Delay(TimeSpan.FromMilliseconds(200)));
        }
        await AssertResumedAsync(time);
    }

    [Fact]
    public async Task Accepting_starts_again()
    {
        var time = new FaultyTime("TlsTcpListener.AcceptLoopAsync");
        var log = new FaultLog<TlsTcpTransport>();
        await using var listener = await new TlsTcpTransport(Identities.A, clock: time, logger: log).ListenAsync("tcp://127.0.0.1:0", default);
        using var first = new TcpClient();
        await first.ConnectAsync("127.0.0.1", new Uri(listener.Address).Port);
        var dialer = new TlsTcpTransport(Identities.B);
        var accepting = listener.AcceptAsync(default);
        await using var dialed = await dialer.DialAsync(listener.Address, Identities.A.DeviceId, default);
        await using var accepted = await accepting.WaitAsync(TestLimits.Timeout);
        Assert.Contains(time.Fault, log.Faults);
        Assert.Equal(Identities.B.DeviceId, accepted.Peer);
    }

    private async Task AssertResumedAsync(FaultyTime time)
    {
        await time.Resumed.WaitAsync(TestLimits.Timeout);
        Assert.Contains(time.Fault, _log.Faults);
        Assert.Contains("FolderSync", time.Fault.StackTrace, StringComparison.Ordinal);
    }

    private sealed class BrokenChangeSource : INetworkChangeSource
    {
        private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public Exception Fault { get; } = new SocketException((int)SocketError.NetworkDown);

        public Task Resumed => _resumed.Task;

        public async IAsyncEnumerable<bool> ReadChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            if (++_calls == 1)
                throw Fault;
            _resumed.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            yield return true;
        }

        public void Dispose()
        {
        }
    }

    private sealed class FaultLog<T> : ILogger<T>
    {
        private readonly Lock _lock = new();
        private readonly List<Exception> _faults = [];

        public IReadOnlyList<Exception> Faults
        {
            get
            {
                lock (_lock)
                    return [.. _faults];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel < LogLevel.Error || exception is null)
                return;
            lock (_lock)
                _faults.Add(exception);
        }
    }
}
