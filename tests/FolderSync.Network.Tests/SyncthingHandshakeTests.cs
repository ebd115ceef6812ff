using System.Buffers.Binary;
using System.Text;
using FolderSync.Network.Tcp;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>
/// Real Syncthings dial and are dialed, up to the first byte after the Hello: only that proves that they accepted the connection.
/// </summary>
public sealed class SyncthingHandshakeTests
{
    private static readonly TimeSpan s_timeout = TestLimits.Timeout;

    [SkippableTheory]
    [InlineData("1.19", "its own")]
    [InlineData("1.19", "Ed25519")]
    [InlineData("1.29", "its own")]
    [InlineData("1.29", "Ed25519")]
    public async Task Both_stacks_meet_it_both_ways(string version, string kind)
    {
        await using var syncthing = await SyncthingProcess.StartAsync(version, kind == "Ed25519" ? Identities.Of(kind) : null);
        (string Stack, DeviceIdentity Dialing, DeviceIdentity Listening)[] cases =
        [
            (TlsStacks.SslStream, Identities.A, Identities.Of("P-384")),
            (TlsStacks.BouncyCastle, Identities.B, Identities.Of("P-521")),
            (TlsStacks.BouncyCastle, Identities.NewEd25519(), Identities.Of("RSA-3072")),
        ];

        await Task.WhenAll(cases.SelectMany(c => new[] { DialAsync(syncthing, c.Stack, c.Dialing), ListenAsync(syncthing, c.Stack, c.Listening) }));
    }

    private static async Task DialAsync(SyncthingProcess syncthing, string stack, DeviceIdentity self)
    {
        await syncthing.AddDeviceAsync(self.DeviceId, null);
        var transport = new TlsTcpTransport(self, stack);
        await using var stream = await transport.DialAsync($"tcp://127.0.0.1:{syncthing.Port}", syncthing.DeviceId, default).WaitAsync(s_timeout);
        await ExchangeHelloAsync(stream.Stream).WaitAsync(s_timeout);
    }

    private static async Task ListenAsync(SyncthingProcess syncthing, string stack, DeviceIdentity self)
    {
        var transport = new TlsTcpTransport(self, stack);
        await using var listener = await transport.ListenAsync("tcp://127.0.0.1:0", default);
        await syncthing.AddDeviceAsync(self.DeviceId, listener.Address);
        await using var stream = await listener.AcceptAsync(default).WaitAsync(s_timeout);
        Assert.Equal(syncthing.DeviceId, stream.Peer);
        await ExchangeHelloAsync(stream.Stream).WaitAsync(s_timeout);
    }

    /// <summary>magic(4) length(2) message; then the length of a ClusterConfig's header follows.</summary>
    private static async Task ExchangeHelloAsync(Stream stream)
    {
        byte[] message = [.. Field(1, "handshake-test"), .. Field(2, "syncthing"), .. Field(3, "v1.0.0")];
        var hello = new byte[6 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(hello, 0x2EA7D90B);
        BinaryPrimitives.WriteUInt16BigEndian(hello.AsSpan(4), (ushort)message.Length);
        message.CopyTo(hello, 6);
        await stream.WriteAsync(hello);

        var head = new byte[6];
        await stream.ReadExactlyAsync(head);
        Assert.Equal(0x2EA7D90Bu, BinaryPrimitives.ReadUInt32BigEndian(head));
        var theirs = new byte[BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(4))];
        await stream.ReadExactlyAsync(theirs);
        Assert.Contains("syncthing", Encoding.UTF8.GetString(theirs));
        await stream.ReadExactlyAsync(new byte[2]);
    }

    private static byte[] Field(int number, string text) => [(byte)((number << 3) | 2), (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];
}
