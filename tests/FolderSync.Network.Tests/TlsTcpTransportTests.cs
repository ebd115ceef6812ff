using System.Net;
using System.Net.Sockets;
using FolderSync.Network.Tcp;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

public sealed class TlsTcpTransportTests
{
    private static readonly TimeSpan s_timeout = TestLimits.Timeout;

    private readonly TlsTcpTransport _a = new(Identities.A);
    private readonly TlsTcpTransport _b = new(Identities.B, TlsStacks.BouncyCastle);

    [Theory]
    [InlineData("tcp://127.0.0.1:0", "tcp://127.0.0.1:")]
    [InlineData("tcp4://127.0.0.1:0", "tcp://localhost:")]
    [InlineData("tcp://0.0.0.0:0", "tcp4://localhost:")]
    [InlineData("tcp4://0.0.0.0:0", "tcp://localhost:")]
    [InlineData("tcp://:0", "tcp://127.0.0.1:")]
    public async Task Two_devices_meet(string listen, string dial)
    {
        await using var listener = await _a.ListenAsync(listen, default);
        var accepting = listener.AcceptAsync(default);
        await using var dialed = await _b.DialAsync(dial + PortOf(listener), Identities.A.DeviceId, default).WaitAsync(s_timeout);
        await using var accepted = await accepting.WaitAsync(s_timeout);

        Assert.Equal(("tcp-client", "tcp-server"), (dialed.Kind, accepted.Kind));
        Assert.Equal((Identities.A.DeviceId, Identities.B.DeviceId), (dialed.Peer, accepted.Peer));
        Assert.True(dialed.IsLan && accepted.IsLan);
        Assert.StartsWith("127.0.0.1:", accepted.Remote);
        Assert.Equal($"127.0.0.1:{PortOf(listener)}", dialed.Remote);
        await dialed.Stream.WriteAsync("hi"u8.ToArray());
        var buffer = new byte[2];
        await accepted.Stream.ReadExactlyAsync(buffer);
        Assert.Equal("hi"u8.ToArray(), buffer);
        await Task.WhenAll(dialed.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask());
    }

    [SkippableTheory]
    [InlineData("tcp://[::1]:0")]
    [InlineData("tcp6://[::]:0")]
    [InlineData("tcp://[::]:0")]
    public async Task IPv6_works(string listen)
    {
        Skip.IfNot(Socket.OSSupportsIPv6, "no IPv6 here");
        await using var listener = await _a.ListenAsync(listen, default);
        await using var dialed = await _b.DialAsync($"tcp://[::1]:{PortOf(listener)}", Identities.A.DeviceId, default).WaitAsync(s_timeout);
        Assert.StartsWith("[::1]:", dialed.Remote);
        Assert.True(dialed.IsLan);
        await using var accepted = await listener.AcceptAsync(default);
        await Task.WhenAll(dialed.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task A_connection_that_is_gone_at_once_is_told_like_any_other_that_failed()
    {
        using var listener = new ResettingListener();
        var address = $"tcp://127.0.0.1:{listener.Port}";
        for (var i = 0; i < 500; i++)
        {
            var refusal = await Assert.ThrowsAsync<TransportException>(() => _b.DialAsync(address, Identities.A.DeviceId, default).WaitAsync(s_timeout));
            Assert.Contains($"127.0.0.1:{listener.Port}", refusal.Message);
        }
    }

    [Fact]
    public async Task The_address_keeps_its_form_with_the_real_port()
    {
        await using var listener = await _a.ListenAsync("tcp://0.0.0.0:0", default);
        Assert.Matches(@"^tcp://0\.0\.0\.0:[1-9]\d+$", listener.Address);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_owner()
    {
        await using var first = await _a.ListenAsync("tcp://127.0.0.1:0", default);
        var refusal = await Assert.ThrowsAsync<TransportException>(() => _b.ListenAsync(first.Address, default));
        Assert.Contains($"Port {PortOf(first)} is taken", refusal.Message);
        if (OperatingSystem.IsLinux())
            Assert.Contains($"process {Environment.ProcessId}", refusal.Message);
    }

    [Theory]
    [InlineData("tcp://256.1.1.1.1.no-such-name.invalid:1", "no-such-name.invalid")]
    [InlineData("quic://127.0.0.1:22000", "quic")]
    [InlineData("127.0.0.1:22000", "scheme")]
    [InlineData("tcp://0.0.0.0:22000", "listen")]
    [InlineData("tcp://127.0.0.1:0", "listen")]
    [InlineData("tcp://255.255.255.255:1", "255.255.255.255:1")]
    public async Task Addresses_that_lead_nowhere_say_so(string address, string part) =>
        Assert.Contains(part, (await Assert.ThrowsAsync<TransportException>(() => _a.DialAsync(address, Identities.B.DeviceId, default))).Message);

    [Fact]
    public async Task Nobody_listening_is_said()
    {
        var port = await UnusedPortAsync();
        var refusal = await Assert.ThrowsAsync<TransportException>(() => _a.DialAsync($"tcp://127.0.0.1:{port}", Identities.B.DeviceId, default));
        Assert.StartsWith($"Nobody listens at 127.0.0.1:{port} (connection refused)", refusal.Message);
    }

    [Fact]
    public async Task Another_device_than_expected_is_named_and_left()
    {
        await using var listener = await _a.ListenAsync("tcp://127.0.0.1:0", default);
        var refusal = await Assert.ThrowsAsync<TransportException>(
            () => _b.DialAsync(listener.Address, Identities.Of("P-384").DeviceId, default));
        Assert.Contains($"Device {Identities.A.DeviceId} answers at {listener.Address}, not {Identities.Of("P-384").DeviceId}", refusal.Message);
    }

    [Fact]
    public async Task A_connection_to_ourselves_is_recognised_on_both_sides()
    {
        await using var listener = await _a.ListenAsync("tcp://127.0.0.1:0", default);
        var refusal = await Assert.ThrowsAsync<TransportException>(() => _a.DialAsync(listener.Address, Identities.B.DeviceId, default));
        Assert.Contains("is this device itself", refusal.Message);

        var accepting = listener.AcceptAsync(default);
        await using var real = await _b.DialAsync(listener.Address, Identities.A.DeviceId, default);
        await using var accepted = await accepting.WaitAsync(s_timeout);
        Assert.Equal(Identities.B.DeviceId, accepted.Peer);
        await Task.WhenAll(real.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task A_server_that_stays_silent_is_given_up_at_the_deadline()
    {
        var time = new ManualTime();
        var dialer = new TlsTcpTransport(Identities.A, clock: time);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var dialing = dialer.DialAsync($"tcp://{silent.LocalEndpoint}", Identities.B.DeviceId, default);
        using var accepted = await silent.AcceptSocketAsync();
        // When the ClientHello arrives, the handshake's deadline is set.
        Assert.NotEqual(0, await accepted.ReceiveAsync(new byte[1]));
        Assert.False(dialing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(11));
        var refusal = await Assert.ThrowsAsync<TransportException>(() => dialing.WaitAsync(s_timeout));
        Assert.Contains("doesn't answer the TLS handshake", refusal.Message);
    }

    [Fact]
    public async Task Dialing_can_be_cancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var cancel = new CancellationTokenSource();
        var dialing = _a.DialAsync($"tcp://{silent.LocalEndpoint}", Identities.B.DeviceId, cancel.Token);
        using var accepted = await silent.AcceptSocketAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing.WaitAsync(s_timeout));
    }

    private static int PortOf(IPeerListener listener) => PeerAddress.Parse(listener.Address).Port;

    private static async Task<int> UnusedPortAsync()
    {
        await using var listener = await new TlsTcpTransport(Identities.A).ListenAsync("tcp://127.0.0.1:0", default);
        return PortOf(listener);
    }
}
