using System.Net.Security;
using System.Security.Authentication;
using FolderSync.Network.Tcp;
using FolderSync.Network.Tls;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>Which peers each TLS stack refuses, whatever program they run.</summary>
public abstract class TlsRefusalTests(string stack)
{
    private static readonly TimeSpan s_timeout = TestLimits.Timeout;

    private ITlsStack Tls => TlsStacks.Create(Identities.A, stack);

    [Fact]
    public Task A_client_without_certificate_is_refused() =>
        AssertServerRefusesAsync(UnknownPeer.Client(null, "bep/1.0"), "no certificate");

    [Fact]
    public Task A_client_without_alpn_is_refused() =>
        AssertServerRefusesAsync(UnknownPeer.Client(Identities.B), "bep/1.0");

    [Fact]
    public Task A_client_with_another_alpn_is_refused() =>
        AssertServerRefusesAsync(UnknownPeer.Client(Identities.B, "h2"), "bep/1.0");

    [Fact]
    public Task A_client_of_tls_1_2_is_refused()
    {
        var options = UnknownPeer.Client(Identities.B, "bep/1.0");
        options.EnabledSslProtocols = SslProtocols.Tls12;
        return AssertServerRefusesAsync(options, "TLS");
    }

    [Fact]
    public Task A_server_without_alpn_is_refused() =>
        AssertClientRefusesAsync(UnknownPeer.Server(Identities.B), "bep/1.0");

    [Fact]
    public Task A_server_of_tls_1_2_is_refused()
    {
        var options = UnknownPeer.Server(Identities.B, "bep/1.0");
        options.EnabledSslProtocols = SslProtocols.Tls12;
        return AssertClientRefusesAsync(options, "TLS");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0005aaaaaaaaaaaaaa")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public async Task Garbage_is_refused_by_server_and_client(string garbage)
    {
        foreach (var asServer in new[] { true, false })
        {
            using var wire = await Wire.ConnectAsync();
            var handshake = asServer ? Tls.ServerAsync(wire.RightStream, default) : Tls.ClientAsync(wire.RightStream, default);
            await wire.LeftStream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(garbage));
            wire.Left.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            await Assert.ThrowsAsync<TransportException>(() => handshake.WaitAsync(s_timeout));
            Assert.False(wire.RightStream.CanRead, "a failed handshake closes the connection");
        }
    }

    [Fact]
    public async Task Random_bytes_never_end_in_anything_but_a_refusal()
    {
        var random = new Random(7);
        for (var round = 0; round < 30; round++)
        {
            using var wire = await Wire.ConnectAsync();
            var handshake = round % 2 == 0 ? Tls.ServerAsync(wire.RightStream, default) : Tls.ClientAsync(wire.RightStream, default);
            var bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            if (round % 3 != 0)
                (bytes[0], bytes[Math.Min(1, bytes.Length - 1)]) = (22, 3);
            await wire.LeftStream.WriteAsync(bytes);
            wire.Left.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            await Assert.ThrowsAsync<TransportException>(() => handshake.WaitAsync(s_timeout));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_stays_silent_is_left_by_cancelling(bool asServer)
    {
        using var wire = await Wire.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var handshake = asServer ? Tls.ServerAsync(wire.RightStream, cancel.Token) : Tls.ClientAsync(wire.RightStream, cancel.Token);
        Assert.False(handshake.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake.WaitAsync(s_timeout));
        Assert.False(wire.RightStream.CanRead);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_hangs_up_is_a_refusal(bool asServer)
    {
        using var wire = await Wire.ConnectAsync();
        var handshake = asServer ? Tls.ServerAsync(wire.RightStream, default) : Tls.ClientAsync(wire.RightStream, default);
        wire.Left.Close();
        await Assert.ThrowsAsync<TransportException>(() => handshake.WaitAsync(s_timeout));
    }

    [Fact]
    public async Task A_certificate_without_its_key_proves_nothing()
    {
        // The client has B's certificate and another key: its signature can't be right.
        var thief = new ImpersonatingTls(Identities.B.CertificateDer);
        using var wire = await Wire.ConnectAsync();
        var serving = Tls.ServerAsync(wire.RightStream, default);
        var stealing = thief.ConnectAsync(wire.LeftStream);
        await Assert.ThrowsAsync<TransportException>(() => serving.WaitAsync(s_timeout));
        await stealing.WaitAsync(s_timeout);
    }

    private async Task AssertServerRefusesAsync(SslClientAuthenticationOptions stranger, string sentence)
    {
        using var wire = await Wire.ConnectAsync();
        var serving = Tls.ServerAsync(wire.RightStream, default);
        var dialing = TryAsync(async () =>
        {
            await using var tls = new SslStream(wire.LeftStream);
            await tls.AuthenticateAsClientAsync(stranger);
            await tls.ReadExactlyAsync(new byte[1]);
        });
        var refusal = await Assert.ThrowsAsync<TransportException>(() => serving.WaitAsync(s_timeout));
        Assert.Contains(sentence, refusal.Message);
        Assert.NotNull(await dialing.WaitAsync(s_timeout));
    }

    private async Task AssertClientRefusesAsync(SslServerAuthenticationOptions stranger, string sentence)
    {
        using var wire = await Wire.ConnectAsync();
        var serving = TryAsync(async () =>
        {
            await using var tls = new SslStream(wire.RightStream);
            await tls.AuthenticateAsServerAsync(stranger);
            await tls.ReadExactlyAsync(new byte[1]);
        });
        var refusal = await Assert.ThrowsAsync<TransportException>(() => Tls.ClientAsync(wire.LeftStream, default).WaitAsync(s_timeout));
        Assert.Contains(sentence, refusal.Message);
        Assert.NotNull(await serving.WaitAsync(s_timeout));
    }

    private static Task<Exception?> TryAsync(Func<Task> action) => Task.Run(() => Record.ExceptionAsync(action)!);
}

public sealed class SslStreamRefusalTests() : TlsRefusalTests(TlsStacks.SslStream);

public sealed class BouncyCastleRefusalTests() : TlsRefusalTests(TlsStacks.BouncyCastle);
