using System.Net;
using System.Net.Sockets;
using FolderSync.Network.Tcp;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>The addresses that a device may use; clients elsewhere get no byte.</summary>
public sealed class NetworkFilterTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("", "203.0.113.5", true)]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::ffff:11.1.2.3", false)]
    [InlineData("10.0.0.0/8", "::1", false)]
    [InlineData("::/0", "10.1.2.3", false)]
    [InlineData("::/0", "::ffff:10.1.2.3", false)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("0.0.0.0/0", "198.51.100.7", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("192.168.1.77/24", "192.168.1.2", true)]
    [InlineData("192.168.1.77/24", "192.168.2.2", false)]
    [InlineData("192.168.1.2/32", "192.168.1.2", true)]
    [InlineData("192.168.1.2/32", "192.168.1.3", false)]
    [InlineData("2001:db8::/32, 10.0.0.0/8", "2001:db8:1::9", true)]
    [InlineData("2001:db8::/32, 10.0.0.0/8", "10.9.9.9", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("fe80::/10", "fe80::1%7", true)]
    [InlineData("fe80::/10", "fe80::1", true)]
    [InlineData("fe90::/16", "fe80::1%7", false)]
    [InlineData("!10.1.0.0/16, 10.0.0.0/8", "10.1.2.3", false)]
    [InlineData("!10.1.0.0/16, 10.0.0.0/8", "10.2.2.3", true)]
    [InlineData("10.0.0.0/8, !10.1.0.0/16", "10.1.2.3", true)]
    [InlineData("!10.1.0.0/16", "192.0.2.1", false)]
    [InlineData("! 10.1.0.0/16, 0.0.0.0/0", "10.1.0.1", false)]
    [InlineData("nonsense", "10.1.2.3", false)]
    [InlineData("nonsense, 10.0.0.0/8", "10.1.2.3", true)]
    public void The_first_network_with_the_address_decides(string networks, string address, bool allowed) =>
        Assert.Equal(allowed, NetworkFilter.Allows([.. networks.Split(", ", StringSplitOptions.RemoveEmptyEntries)], IPAddress.Parse(address)));

    [Fact]
    public void An_address_that_is_not_known_is_in_no_network()
    {
        Assert.True(NetworkFilter.Allows([], null));
        Assert.False(NetworkFilter.Allows(["0.0.0.0/0", "::/0"], null));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1/32")]
    [InlineData("!::1", "!::1/128")]
    [InlineData("fe80::1%eth0/64", "is not a network")]
    [InlineData("10.0.0.0/33", "is not a network")]
    [InlineData("::/129", "is not a network")]
    [InlineData("10.0.0.0/-1", "is not a network")]
    [InlineData("10.0.0.0/255.0.0.0", "is not a network")]
    [InlineData("10.1/16", "is not a network")]
    [InlineData("010.0.0.0/8", "is not a network")]
    [InlineData("nas.local/24", "is not a network")]
    [InlineData("", "is not a network")]
    [InlineData("!", "is not a network")]
    [InlineData("!!10.0.0.0/8", "is not a network")]
    public void What_is_no_network_is_told(string entry, string told) => Assert.Contains(told, NetworkFilter.Validate(entry), StringComparison.Ordinal);

    [Fact]
    public async Task A_caller_that_is_not_admitted_gets_no_byte()
    {
        List<IPAddress> asked = [];
        await using var listener = await new TlsTcpTransport(Identities.A).ListenAsync("tcp://127.0.0.1:0", a => { asked.Add(a); return false; }, default);
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(IPEndPoint.Parse(listener.Address["tcp://".Length..]));
        // The listener would respond to the beginning of a TLS handshake.
        await caller.SendAsync(new byte[] { 0x16, 0x03, 0x01 });
        var received = 0;
        try
        {
            received = await caller.ReceiveAsync(new byte[100]).WaitAsync(s_timeout);
        }
        catch (SocketException)
        {
            // Closed without reading what was sent.
        }
        Assert.Equal(0, received);
        Assert.Equal([IPAddress.Loopback], asked);
        var refusal = await Assert.ThrowsAsync<TransportException>(() => new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default).WaitAsync(s_timeout));
        Assert.NotEmpty(refusal.Message);
    }

    [Fact]
    public async Task What_a_name_stands_for_is_judged_not_the_name()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        List<IPAddress> asked = [];
        var refusal = await Assert.ThrowsAsync<TransportException>(
            () => new TlsTcpTransport(Identities.B).DialAsync($"tcp4://localhost:{port}", Identities.A.DeviceId, a => { asked.Add(a); return false; }, default).WaitAsync(s_timeout));
        Assert.Contains("allowed-networks", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(IPAddress.Loopback, asked);
        Assert.False(taken.Pending());
    }

    [Fact]
    public async Task Both_sides_know_the_others_address()
    {
        await using var listener = await new TlsTcpTransport(Identities.A).ListenAsync("tcp://127.0.0.1:0", default);
        var accepting = listener.AcceptAsync(default);
        await using var dialed = await new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default).WaitAsync(s_timeout);
        await using var accepted = await accepting.WaitAsync(s_timeout);
        Assert.Equal((IPAddress.Loopback, IPAddress.Loopback), (dialed.Address, accepted.Address!.IsIPv4MappedToIPv6 ? accepted.Address.MapToIPv4() : accepted.Address));
    }
}
