using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FolderSync.Network.Tcp;
using FolderSync.Network.Tls;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>Tests all four pairings of the two TLS stacks.</summary>
public abstract class TlsPairTests(string clientStack, string serverStack)
{
    private static readonly TimeSpan s_timeout = TestLimits.Timeout;

    public static TheoryData<string, string> KeyKinds()
    {
        var data = new TheoryData<string, string>();
        foreach (var kind in Identities.Kinds)
        {
            data.Add(kind, "P-256");
            data.Add("P-256", kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(KeyKinds))]
    public async Task Every_kind_of_key_is_proven_and_identified_both_ways(string clientKind, string serverKind)
    {
        var (client, server) = (Identities.Of(clientKind), Identities.Of(serverKind));
        if (!CanUse(client, clientStack) || !CanUse(server, serverStack))
            return;
        await using var pair = await ConnectAsync(client, server);

        Assert.Equal(server.DeviceId, pair.Client.Peer);
        Assert.Equal(client.DeviceId, pair.Server.Peer);
        Assert.StartsWith("TLS1.3-TLS_", pair.Client.Crypto);
        Assert.Equal(pair.Client.Crypto, pair.Server.Crypto);
        await ExchangeAsync(pair);
    }

    [Fact]
    public async Task A_hundred_megabytes_come_back_while_both_directions_are_busy()
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        const long total = 100L << 20;
        var echo = EchoAsync(pair.Server.Stream);
        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        var writing = Task.Run(async () =>
        {
            var random = new Random(1);
            var buffer = new byte[300_001];
            for (long done = 0; done < total;)
            {
                var n = (int)Math.Min(random.Next(1, buffer.Length), total - done);
                random.NextBytes(buffer.AsSpan(0, Math.Min(n, 64)));
                sent.AppendData(buffer, 0, n);
                await pair.Client.Stream.WriteAsync(buffer.AsMemory(0, n));
                done += n;
            }
        });
        var reading = Task.Run(async () =>
        {
            var buffer = new byte[200_000];
            for (long done = 0; done < total;)
            {
                var n = await pair.Client.Stream.ReadAsync(buffer);
                Assert.NotEqual(0, n);
                received.AppendData(buffer, 0, n);
                done += n;
            }
        });

        await Task.WhenAll(writing, reading).WaitAsync(s_timeout);
        Assert.Equal(sent.GetHashAndReset(), received.GetHashAndReset());
        await pair.Client.Stream.DisposeAsync();
        Assert.Equal(total, await echo.WaitAsync(s_timeout));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_written_before_the_close_is_read_to_its_end(bool clientCloses)
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        var (closing, reading) = clientCloses ? (pair.Client.Stream, pair.Server.Stream) : (pair.Server.Stream, pair.Client.Stream);
        var data = RandomNumberGenerator.GetBytes(1_000_000);
        var writing = Task.Run(async () =>
        {
            await closing.WriteAsync(data);
            await closing.DisposeAsync();
        });

        var all = new MemoryStream();
        await reading.CopyToAsync(all).WaitAsync(s_timeout);
        await writing;
        Assert.Equal(data, all.ToArray());
        Assert.Equal(0, await reading.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task A_connection_that_ends_without_farewell_between_records_reads_as_its_end()
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        await pair.Client.Stream.WriteAsync("last words"u8.ToArray());
        pair.Wire.Left.Shutdown(SocketShutdown.Send);

        var buffer = new byte[100];
        await pair.Server.Stream.ReadExactlyAsync(buffer.AsMemory(0, 10)).AsTask().WaitAsync(s_timeout);
        Assert.Equal(0, await pair.Server.Stream.ReadAsync(buffer).AsTask().WaitAsync(s_timeout));
    }

    [Fact]
    public async Task A_reset_ends_a_waiting_read_with_an_IOException()
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        var reading = pair.Server.Stream.ReadAsync(new byte[10]).AsTask();
        pair.Wire.Left.LingerState = new LingerOption(true, 0);
        pair.Wire.Left.Close();
        await Assert.ThrowsAnyAsync<IOException>(() => reading.WaitAsync(s_timeout));
    }

    [Fact]
    public async Task A_changed_byte_on_the_way_is_an_IOException_and_never_data()
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        var record = new byte[5 + 64];
        (record[0], record[1], record[2], record[4]) = (23, 3, 3, 64);
        await pair.Wire.LeftStream.WriteAsync(record);
        await Assert.ThrowsAnyAsync<IOException>(() => pair.Server.Stream.ReadAsync(new byte[100]).AsTask().WaitAsync(s_timeout));
    }

    [Fact]
    public async Task Disposing_ends_a_waiting_read()
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        var reading = pair.Client.Stream.ReadAsync(new byte[10]).AsTask();
        var closing = pair.Client.Stream.DisposeAsync();
        var ended = await Record.ExceptionAsync(() => reading.WaitAsync(s_timeout));
        Assert.True(ended is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException, ended?.ToString());
        await pair.Server.Stream.DisposeAsync();
        await closing;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposing_from_several_sides_in_the_midst_of_traffic_never_throws(bool byReset)
    {
        for (var i = 0; i < 60; i++)
        {
            await using var pair = await ConnectAsync(Identities.A, Identities.B);
            var (ours, theirs) = (pair.Client.Stream, pair.Server.Stream);
            Task[] traffic = [Task.Run(() => SendAsync(ours)), Task.Run(() => SendAsync(theirs)), Task.Run(() => TakeAsync(ours)), Task.Run(() => TakeAsync(theirs))];
            await Task.Delay(Random.Shared.Next(8));
            if (byReset)
            {
                pair.Wire.Right.LingerState = new LingerOption(true, 0);
                pair.Wire.Right.Close();
            }
            // Each lingers until the other closes.
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => ours.DisposeAsync().AsTask())).Append(Task.Run(() => theirs.DisposeAsync().AsTask()))).WaitAsync(s_timeout);
            await Record.ExceptionAsync(() => Task.WhenAll(traffic).WaitAsync(s_timeout));
        }

        static async Task SendAsync(Stream stream)
        {
            var data = new byte[3000];
            while (true)
                await stream.WriteAsync(data);
        }

        static async Task TakeAsync(Stream stream)
        {
            var buffer = new byte[1000];
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        }
    }

    [Fact]
    public async Task A_cancelled_read_can_be_tried_again()
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        using var cancel = new CancellationTokenSource();
        var buffer = new byte[10];
        var reading = pair.Client.Stream.ReadAsync(buffer, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(s_timeout));
        if (clientStack == TlsStacks.BouncyCastle)
            await ExchangeAsync(pair);
    }

    [Fact]
    public async Task Disposing_while_the_peer_does_not_read_does_not_hang()
    {
        await using var pair = await ConnectAsync(Identities.A, Identities.B);
        var stuck = pair.Client.Stream.WriteAsync(new byte[64 << 20]).AsTask();
        await pair.Client.Stream.DisposeAsync().AsTask().WaitAsync(s_timeout);
        Assert.NotNull(await Record.ExceptionAsync(() => stuck.WaitAsync(s_timeout)));
    }

    [Fact]
    public async Task Expired_certificates_with_AIA_URLs_are_fine_and_nothing_is_fetched()
    {
        using var bait = new TcpListener(IPAddress.Loopback, 0);
        bait.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)bait.LocalEndpoint).Port}/ca.crt";
        var (client, server) = (WithAia(url), WithAia(url));
        await using var pair = await ConnectAsync(client, server);
        Assert.Equal(server.DeviceId, pair.Client.Peer);
        Assert.Equal(client.DeviceId, pair.Server.Peer);
        await ExchangeAsync(pair);
        Assert.False(bait.Pending());
    }

    private static DeviceIdentity WithAia(string url) => Identities.Odd(
        request =>
        {
            request.CertificateExtensions.Add(new System.Security.Cryptography.X509Certificates.X509AuthorityInformationAccessExtension([url], [url]));
            request.CertificateExtensions.Add(new System.Security.Cryptography.X509Certificates.X509KeyUsageExtension(
                System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign, critical: true));
        },
        DateTimeOffset.UtcNow.AddYears(-3), DateTimeOffset.UtcNow.AddYears(-2));

    private static bool CanUse(DeviceIdentity identity, string stack) => stack != TlsStacks.SslStream || identity.WorksWithSslStream;

    private static async Task ExchangeAsync(Pair pair)
    {
        var buffer = new byte[5];
        await pair.Client.Stream.WriteAsync("hello"u8.ToArray());
        await pair.Server.Stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(s_timeout);
        Assert.Equal("hello"u8.ToArray(), buffer);
        await pair.Server.Stream.WriteAsync("world"u8.ToArray());
        await pair.Client.Stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(s_timeout);
        Assert.Equal("world"u8.ToArray(), buffer);
    }

    private static async Task<long> EchoAsync(Stream stream)
    {
        var buffer = new byte[131072];
        long total = 0;
        while (await stream.ReadAsync(buffer) is > 0 and var n)
        {
            await stream.WriteAsync(buffer.AsMemory(0, n));
            total += n;
        }

        return total;
    }

    private async Task<Pair> ConnectAsync(DeviceIdentity client, DeviceIdentity server)
    {
        var wire = await Wire.ConnectAsync();
        using var deadline = new CancellationTokenSource(s_timeout);
        var serving = TlsStacks.Create(server, serverStack).ServerAsync(wire.RightStream, deadline.Token);
        var dialing = TlsStacks.Create(client, clientStack).ClientAsync(wire.LeftStream, deadline.Token);
        await Task.WhenAll(serving, dialing);
        return new Pair(wire, await dialing, await serving);
    }

    private sealed record Pair(Wire Wire, TlsSession Client, TlsSession Server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            // Dispose both at once: each lingers until the other closes.
            await Task.WhenAll(Client.Stream.DisposeAsync().AsTask(), Server.Stream.DisposeAsync().AsTask());
            Wire.Dispose();
        }
    }
}

public sealed class SslStreamWithSslStreamTests() : TlsPairTests(TlsStacks.SslStream, TlsStacks.SslStream);

public sealed class SslStreamWithBouncyCastleTests() : TlsPairTests(TlsStacks.SslStream, TlsStacks.BouncyCastle);

public sealed class BouncyCastleWithSslStreamTests() : TlsPairTests(TlsStacks.BouncyCastle, TlsStacks.SslStream);

public sealed class BouncyCastleWithBouncyCastleTests() : TlsPairTests(TlsStacks.BouncyCastle, TlsStacks.BouncyCastle);
