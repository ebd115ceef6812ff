using System.Net;
using FolderSync.Network.Tcp;
using Xunit;

namespace FolderSync.Network.Tests;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("tcp://192.168.1.2:22001", "tcp", "192.168.1.2", 22001)]
    [InlineData("tcp://192.168.1.2", "tcp", "192.168.1.2", 22000)]
    [InlineData("TCP://Nas.Example.org:1", "tcp", "Nas.Example.org", 1)]
    [InlineData("tcp://:22000", "tcp", "", 22000)]
    [InlineData("tcp://", "tcp", "", 22000)]
    [InlineData("tcp://0.0.0.0:0", "tcp", "0.0.0.0", 0)]
    [InlineData("tcp4://host_1:5", "tcp4", "host_1", 5)]
    [InlineData("tcp6://[2001:db8::1]", "tcp6", "2001:db8::1", 22000)]
    [InlineData("tcp://[fe80::1%eth0]:9", "tcp", "fe80::1%eth0", 9)]
    [InlineData("  tcp://host:7/ ", "tcp", "host", 7)]
    [InlineData("tcp://büro:7", "tcp", "büro", 7)]
    public void Addresses_are_read(string text, string scheme, string host, int port)
    {
        var address = PeerAddress.Parse(text);
        Assert.Equal(new PeerAddress(scheme, host, port), address);
        Assert.True(address.IsSupported);
        Assert.Equal(address, PeerAddress.Parse(address.ToString()));
    }

    [Theory]
    [InlineData("quic://1.2.3.4:22000", "quic", 22000)]
    [InlineData("relay://relay.example.org:22067/?id=ABC&pingInterval=1m", "relay", 22067)]
    [InlineData("dynamic+https://relays.syncthing.net/endpoint", "dynamic+https", 22000)]
    public void Known_but_unsupported_ones_say_so(string text, string scheme, int port)
    {
        var address = PeerAddress.Parse(text);
        Assert.Equal((scheme, port, false), (address.Scheme, address.Port, address.IsSupported));
    }

    [Theory]
    [InlineData("192.168.1.2:22000", "tcp://192.168.1.2:22000")]
    [InlineData("", "tcp://host")]
    [InlineData("ftp://host", "\"ftp\"")]
    [InlineData("tcp://host:66000", "0 to 65535")]
    [InlineData("tcp://host:-1", "0 to 65535")]
    [InlineData("tcp://host:+1", "0 to 65535")]
    [InlineData("tcp://host:1x", "0 to 65535")]
    [InlineData("tcp://2001:db8::1", "brackets")]
    [InlineData("tcp://[2001:db8::1", "bracket")]
    [InlineData("tcp://[2001:db8::1]22", "bracket")]
    [InlineData("tcp://[1.2.3.4]:22", "IPv6")]
    [InlineData("tcp://ho st:1", "character")]
    [InlineData("tcp://user@host:1", "character")]
    [InlineData("tcp://host/path:1", "character")]
    [InlineData("tcp4://[::1]:1", "other family")]
    [InlineData("tcp6://127.0.0.1:1", "other family")]
    public void Bad_ones_say_what_is_wrong(string text, string part)
    {
        Assert.Contains(part, Assert.Throws<FormatException>(() => PeerAddress.Parse(text)).Message);
        Assert.False(PeerAddress.TryParse(text, out _));
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.0", false)]
    [InlineData("192.168.0.1", true)]
    [InlineData("169.254.9.9", true)]
    [InlineData("127.0.0.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("::ffff:9.9.9.9", false)]
    [InlineData("fe80::1%3", true)]
    [InlineData("fd00::1", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("8.8.8.8", false)]
    public void Private_ranges_are_local(string address, bool local) => Assert.Equal(local, LanAddresses.IsPrivate(IPAddress.Parse(address)));

    [Fact]
    public void Families_take_turns()
    {
        IPAddress[] found = [.. new[] { "::1", "::2", "::3", "1.1.1.1" }.Select(IPAddress.Parse)];
        Assert.Equal(["::1", "1.1.1.1", "::2", "::3"], TcpDialer.Interleave(found).Select(a => a.ToString()));
    }
}
