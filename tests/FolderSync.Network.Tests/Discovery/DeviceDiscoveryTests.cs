using System.Net;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Nearby;
using FolderSync.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FolderSync.Network.Tests.Discovery;

/// <summary>All of discovery on a network in memory; an event reports found devices.</summary>
public class DeviceDiscoveryTests
{
    private static readonly TimeSpan Timeout = TestLimits.Timeout;
    private static readonly DeviceId A = Id(1);
    private static readonly DeviceId B = Id(2);

    private readonly FakeLan _lan = new();

    /// <summary>The second one starts later: the first one announces itself again at once, instead of after the next half minute.</summary>
    [Fact]
    public async Task Whoever_comes_later_is_told_at_once()
    {
        await using var a = Discovery(A, "10.0.0.1");
        await a.ApplyAsync(Settings());
        var byA = Heard(a, B);
        await using var b = Discovery(B, "10.0.0.2");
        var byB = Heard(b, A);
        await b.ApplyAsync(Settings());
        Assert.Contains("tcp://10.0.0.2:22000", (await byA.WaitAsync(Timeout)).Addresses);
        Assert.Contains("tcp://10.0.0.1:22000", (await byB.WaitAsync(Timeout)).Addresses);
        Assert.Contains("tcp://10.0.0.2:22000", a.AddressesOf(B));
        Assert.DoesNotContain(a.Devices(), d => d.Id == A);
        Assert.Equal([null, null, null, null], new[] { "IPv4 local", "mDNS IPv4" }.SelectMany(n => new[] { a.Status[n], b.Status[n] }));
    }

    /// <summary>The packets as sent: the device's own listening address to the network's broadcast address.</summary>
    [Fact]
    public async Task What_is_announced_is_what_is_listened_at()
    {
        await using var b = Discovery(B, "10.0.0.2");
        var heard = Heard(b, A);
        await b.ApplyAsync(Settings());
        await using var a = Discovery(A, "10.0.0.1");
        await a.ApplyAsync(Settings() with { ListenAddresses = ["tcp://127.0.0.1:22000", "tcp://0.0.0.0:22000"], Mdns = false });
        await heard.WaitAsync(Timeout);
        var (_, to, data) = _lan.Sent.First(s => s.From.Address.Equals(IPAddress.Parse("10.0.0.1")));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.0.0.255"), 21027), to);
        Assert.Equal(["tcp://0.0.0.0:22000"], AnnouncementPacket.TryParse(data)!.Addresses);
    }

    [Fact]
    public async Task Off_means_not_a_packet()
    {
        await using var b = Discovery(B, "10.0.0.2");
        await b.ApplyAsync(Settings());
        await using var a = Discovery(A, "10.0.0.1");
        await a.ApplyAsync(Settings() with { Enabled = false });
        a.OnNetworkChanged();
        Assert.Empty(a.Status);
        var heard = Heard(a, B);
        await a.ApplyAsync(Settings());
        await heard.WaitAsync(Timeout);
        await a.ApplyAsync(Settings() with { Enabled = false });
        var sent = _lan.Sent.Count(s => s.From.Address.Equals(IPAddress.Parse("10.0.0.1")));
        a.OnNetworkChanged();
        Assert.Empty(a.Devices());
        Assert.Empty(a.AddressesOf(B));
        Assert.Equal(sent, _lan.Sent.Count(s => s.From.Address.Equals(IPAddress.Parse("10.0.0.1"))));
    }

    /// <summary>One clear message for each method that doesn't work; the other methods work.</summary>
    [Fact]
    public async Task Taken_ports_are_told_and_hinder_no_other_way()
    {
        var log = new LogLines();
        var host = _lan.Add("10.0.0.1");
        host.Taken.Add(5353);
        await using var a = new DeviceDiscovery(A, "1", host, TimeProvider.System, log);
        await using var b = Discovery(B, "10.0.0.2");
        var heard = Heard(a, B);
        await a.ApplyAsync(Settings());
        await b.ApplyAsync(Settings());
        await heard.WaitAsync(Timeout);
        await log.Until("Discovery by mDNS IPv4 does not work: UDP port 5353 is taken by a program that does not share it.").WaitAsync(Timeout);
        await log.Until("Discovery by IPv6 local does not work: no interface has an IPv6 address").WaitAsync(Timeout);
        await log.Until("Discovery by mDNS IPv6 does not work: UDP port 5353 is taken").WaitAsync(Timeout);
        await log.Until("Discovery by IPv4 local is on").WaitAsync(Timeout);
    }

    /// <summary>Anybody on the network can speak in a known device's name, from any address.</summary>
    [Fact]
    public async Task A_forged_announcement_makes_this_device_dial_nothing_beyond_its_networks()
    {
        await using var a = Discovery(A, "10.0.0.1");
        await a.ApplyAsync(Settings() with { Mdns = false });
        // Once it has announced itself, it listens.
        while (_lan.Sent.Count == 0)
            await Task.Yield();
        Announce("8.8.8.8", "tcp://0.0.0.0:22", "tcp://10.0.0.80:22");
        Announce("10.0.1.9", "tcp://0.0.0.0:22");
        Announce("10.0.0.66", "tcp://8.8.8.8:22", "tcp://[2001:db8::1]:22", "tcp://192.168.1.1:80");
        var heard = Heard(a, B);
        // The first that has an address that counts, and so the first that is heard at all.
        Announce("10.0.0.66", "tcp://8.8.8.8:22", "tcp://10.0.0.2:22000", "tcp://0.0.0.0:22001");
        Assert.Equal(["tcp://10.0.0.2:22000", "tcp://10.0.0.66:22001"], (await heard.WaitAsync(Timeout)).Addresses);
        Assert.Equal(["tcp://10.0.0.2:22000", "tcp://10.0.0.66:22001"], a.AddressesOf(B));

        void Announce(string from, params string[] addresses)
        {
            using var port = _lan.Add(from).Open(System.Net.Sockets.AddressFamily.InterNetwork, 0);
            Assert.Null(port.Send(new AnnouncementPacket(B, addresses, 1).ToPacket(), new IPEndPoint(IPAddress.Parse("10.0.0.255"), DiscoverySettings.DefaultPort), 0));
        }
    }

    private static DeviceId Id(byte n) => new([.. Enumerable.Repeat(n, 32)]);

    private static DiscoverySettings Settings() =>
        new(true, true, DiscoverySettings.DefaultPort, DiscoverySettings.DefaultGroup, "name", ["tcp://0.0.0.0:22000"], new HashSet<DeviceId> { A, B });

    private DeviceDiscovery Discovery(DeviceId id, string address) => new(id, "1", _lan.Add(address), TimeProvider.System, NullLogger.Instance);

    private static Task<DeviceFound> Heard(DeviceDiscovery by, DeviceId whom)
    {
        var heard = new TaskCompletionSource<DeviceFound>(TaskCreationOptions.RunContinuationsAsynchronously);
        by.Found += found =>
        {
            if (found.Device == whom)
                heard.TrySetResult(found);
        };
        return heard.Task;
    }

    /// <summary>Collects the messages that discovery logs.</summary>
    private sealed class LogLines : ILogger
    {
        private readonly List<(string Text, TaskCompletionSource Done)> _waiting = [];

        private readonly Lock _lock = new();

        public List<string> All { get; } = [];

        public Task Until(string text)
        {
            lock (_lock)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (All.Exists(l => l.StartsWith(text, StringComparison.Ordinal)))
                    done.SetResult();
                else
                    _waiting.Add((text, done));
                return done.Task;
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            if (!line.StartsWith("Discovery by", StringComparison.Ordinal))
                return;
            lock (_lock)
            {
                All.Add(line);
                _waiting.Where(w => line.StartsWith(w.Text, StringComparison.Ordinal)).ToList().ForEach(w => w.Done.TrySetResult());
            }
        }
    }
}
