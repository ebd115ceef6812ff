using System.Net;
using FolderSync.Core.Model;
using FolderSync.Network.Discovery;
using Xunit;

namespace FolderSync.Network.Tests.Discovery;

public class AnnouncementPacketTests
{
    private static readonly DeviceId Device = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private static readonly NetworkLink[] Links =
    [
        new(2, "eth0", true, [(IPAddress.Parse("10.0.0.1"), 24), (IPAddress.Parse("2001:db8::5"), 64), (IPAddress.Parse("fe80::5%2"), 64)]),
        new(3, "wlan0", true, [(IPAddress.Parse("192.168.1.5"), 24)]),
        new(4, "tun0", true, [(IPAddress.Parse("10.8.0.2"), 32)]),
    ];

    /// <summary>Byte for byte as in Syncthing's specification: magic, then fields 1, 2, 2, 3.</summary>
    [Fact]
    public void Bytes_on_the_wire()
    {
        var packet = new AnnouncementPacket(Device, ["tcp://0.0.0.0:22000", "a"], 300).ToPacket();
        byte[] expected = [0x2E, 0xA7, 0xD9, 0x0B, 0x0A, 32, .. Device.ToBytes(), 0x12, 19, .. "tcp://0.0.0.0:22000"u8, 0x12, 1, (byte)'a', 0x18, 0xAC, 0x02];
        Assert.Equal(expected, packet);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var said = new AnnouncementPacket(Device, ["tcp://0.0.0.0:22000", "tcp://[::]:1"], long.MaxValue);
        var read = AnnouncementPacket.TryParse(said.ToPacket())!;
        Assert.Equal((said.Id, said.Instance), (read.Id, read.Instance));
        Assert.Equal(said.Addresses, read.Addresses);
    }

    [Fact]
    public void Fields_of_later_versions_are_passed_over()
    {
        byte[] packet = [.. new AnnouncementPacket(Device, ["x"], 1).ToPacket(), (9 << 3) | 0, 5, (10 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8, (11 << 3) | 5, 1, 2, 3, 4, (12 << 3) | 2, 2, 9, 9];
        Assert.Equal(["x"], AnnouncementPacket.TryParse(packet)!.Addresses);
    }

    public static TheoryData<string, byte[]> Garbage()
    {
        var good = new AnnouncementPacket(Device, ["tcp://:22000"], 1).ToPacket();
        return new TheoryData<string, byte[]>
        {
            { "empty", [] },
            { "short magic", [0x2E, 0xA7, 0xD9] },
            { "other magic", [0x7D, 0x79, 0xBC, 0x40, .. good[4..]] },
            { "no id", good[..4] },
            { "id too short", [.. good[..4], 0x0A, 31, .. new byte[31]] },
            { "id too long", [.. good[..4], 0x0A, 33, .. new byte[33]] },
            { "length past the end", [.. good, 0x12, 200, 1] },
            { "length of 2^63", [.. good, 0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1] },
            { "endless number", [.. good, 0x18, .. Enumerable.Repeat((byte)0xFF, 20)] },
            { "a group", [.. good, (5 << 3) | 3] },
            { "field 0", [.. good, 0x00, 1] },
            { "cut", good[..^1] },
        };
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public void Garbage_is_nothing(string _, byte[] packet) => Assert.Null(AnnouncementPacket.TryParse(packet));

    [Fact]
    public void No_more_addresses_than_are_of_use()
    {
        var many = Enumerable.Range(0, 1000).Select(i => $"tcp://10.0.0.1:{i}").Prepend(new string('x', 300)).ToList();
        var read = AnnouncementPacket.TryParse(new AnnouncementPacket(Device, many, 1).ToPacket())!;
        Assert.Equal(many[1..17], read.Addresses);
    }

    [Theory]
    // The sender's own address, with the scope of the interface that received the packet.
    [InlineData("tcp://0.0.0.0:22000", "10.0.0.7", "tcp://10.0.0.7:22000")]
    [InlineData("tcp://:22000", "10.0.0.7", "tcp://10.0.0.7:22000")]
    [InlineData("tcp://[::]:22000", "fe80::1%3", "tcp://[fe80::1%3]:22000")]
    [InlineData("tcp://0.0.0.0:22000", "fe80::1%3", "tcp://[fe80::1%3]:22000")]
    [InlineData("tcp4://0.0.0.0:22000", "10.0.0.7", "tcp://10.0.0.7:22000")]
    [InlineData("tcp4://0.0.0.0:22000", "fe80::1%3", null)]
    [InlineData("tcp6://:22000", "10.0.0.7", null)]
    // Address literals.
    [InlineData("tcp://192.168.1.2:22001", "10.0.0.7", "tcp://192.168.1.2:22001")]
    [InlineData("tcp://[2001:db8::1]:22000", "10.0.0.7", "tcp://[2001:db8::1]:22000")]
    [InlineData("tcp://[::ffff:10.0.0.9]:22000", "10.0.0.7", "tcp://10.0.0.9:22000")]
    // Elsewhere than at the sender and in this computer's networks: whoever claims that wants something dialed.
    [InlineData("tcp://192.168.2.2:22001", "10.0.0.7", null)]
    [InlineData("tcp://8.8.8.8:22", "10.0.0.7", null)]
    [InlineData("tcp://[2001:db8:1::1]:22000", "10.0.0.7", null)]
    [InlineData("tcp://[::ffff:8.8.8.8]:22", "10.0.0.7", null)]
    [InlineData("tcp://10.0.1.7:22000", "10.0.0.7", null)]
    [InlineData("tcp://10.9.0.7:22000", "10.9.0.7", "tcp://10.9.0.7:22000")]
    // A scope ID is only valid on the computer that wrote it.
    [InlineData("tcp://[fe80::9%7]:22000", "fe80::1%3", "tcp://[fe80::9%3]:22000")]
    [InlineData("tcp://[fe80::9]:22000", "10.0.0.7", null)]
    // Host names are not looked up, whatever they look like.
    [InlineData("tcp://evil.example.com:22000", "10.0.0.7", null)]
    [InlineData("tcp://1:22000", "10.0.0.7", null)]
    [InlineData("tcp://010.0.0.1:22000", "10.0.0.7", null)]
    [InlineData("tcp://0x7f.1:22000", "10.0.0.7", null)]
    // Addresses that can't be another device.
    [InlineData("tcp://127.0.0.1:22000", "10.0.0.7", null)]
    [InlineData("tcp://[::1]:22000", "10.0.0.7", null)]
    [InlineData("tcp://[::ffff:127.0.0.1]:22000", "10.0.0.7", null)]
    [InlineData("tcp://224.0.0.1:22000", "10.0.0.7", null)]
    [InlineData("tcp://255.255.255.255:22000", "10.0.0.7", null)]
    [InlineData("tcp://[ff02::1]:22000", "10.0.0.7", null)]
    [InlineData("tcp://10.0.0.1:0", "10.0.0.7", null)]
    [InlineData("tcp://10.0.0.1:99999", "10.0.0.7", null)]
    // Protocols other than TCP.
    [InlineData("quic://0.0.0.0:22000", "10.0.0.7", null)]
    [InlineData("relay://10.0.0.1:22067/?id=x", "10.0.0.7", null)]
    [InlineData("http://10.0.0.1:80", "10.0.0.7", null)]
    [InlineData("", "10.0.0.7", null)]
    [InlineData("tcp://", "10.0.0.7", null)]
    public void Addresses_that_may_be_dialed(string announced, string source, string? expected)
    {
        var made = AddressHint.TryCreate(announced, IPAddress.Parse(source), Links);
        // "tcp://" means the sender's address with the default port.
        Assert.Equal(announced == "tcp://" ? "tcp://10.0.0.7:22000" : expected, made);
    }

    [Theory]
    [InlineData("10.0.0.7", 2, true)]
    [InlineData("192.168.1.7", 2, true)]
    [InlineData("fe80::7%2", 2, true)]
    [InlineData("2001:db8::7", 2, true)]
    [InlineData("127.0.0.1", 0, true)]
    [InlineData("10.0.1.7", 2, false)]
    [InlineData("8.8.8.8", 2, false)]
    [InlineData("8.8.8.8", 0, false)]
    [InlineData("2001:db8:1::7", 2, false)]
    [InlineData("10.8.0.1", 4, true)]
    [InlineData("10.8.0.1", 2, false)]
    [InlineData("2001:db8:1::7", 4, false)]
    public void Senders_that_can_be_on_a_network_of_this_computer(string source, int receivedBy, bool expected) =>
        Assert.Equal(expected, AddressHint.IsNeighbor(IPAddress.Parse(source), receivedBy, Links));
}
