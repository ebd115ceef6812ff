using System.Net;
using System.Net.Sockets;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class LocalUserTests
{
    private static readonly string[] Rows =
    [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:20A0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0",
        "   1: 0100007F:20A0 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1",
        "   2: 0100007F:C001 0100007F:20A0 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 0 20 4 30 10 -1",
        "   3: 0200007F:C001 0100007F:20A0 01 00000000:00000000 00:00000000 00000000  1002        0 4 1 0 20 4 30 10 -1",
        "   5: 0100007F:C005 0100007F:20A0 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000",
        "   4: 00000000000000000000000001000000:C002 00000000000000000000000001000000:20A0 01 00000000:00000000 00:00000000 00000000  1003        0 5",
    ];

    [Theory]
    [InlineData("127.0.0.1:49153", "127.0.0.1:8352", 1001u)]
    [InlineData("127.0.0.2:49153", "127.0.0.1:8352", 1002u)]
    [InlineData("[::1]:49154", "[::1]:8352", 1003u)]
    [InlineData("127.0.0.1:49154", "127.0.0.1:8352", null)]
    // Closed by its process: the row then names root, whoever it was.
    [InlineData("127.0.0.1:49157", "127.0.0.1:8352", null)]
    public void Is_in_the_row_of_the_clients_socket(string client, string server, uint? expected) =>
        Assert.Equal(expected, LocalUser.Find(Rows, IPEndPoint.Parse(client), IPEndPoint.Parse(server)));

    [SkippableFact]
    public void Another_user_is_not_the_owner()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux tells it");
        Assert.True(LocalUser.MayBeOwner(Libc.EffectiveUser()));
        Assert.True(LocalUser.MayBeOwner(0));
        Assert.True(LocalUser.MayBeOwner(null));
        Assert.False(LocalUser.MayBeOwner(Libc.EffectiveUser() + 1));
    }

    [SkippableTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Of_a_connection_of_this_process_is_this_user(string address)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Socket.OSSupportsIPv6, "Linux tells it");
        var at = IPAddress.Parse(address);
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        listener.Listen();
        using var client = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (at.AddressFamily == AddressFamily.InterNetworkV6)
            client.DualMode = true;
        client.Connect(at, ((IPEndPoint)listener.LocalEndPoint!).Port);
        using var accepted = listener.Accept();
        Assert.Equal(Libc.EffectiveUser(), LocalUser.Of((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!));
    }
}
