using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Rest;
using FolderSync.Network;
using FolderSync.Network.Tcp;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>What somebody may cost who isn't paired and knows no password: memory, log lines, and above all nobody else's connections.</summary>
public sealed class ConnectionFloodTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const long Megabyte = 1 << 20;

    /// <summary>The real one had 3,728 connections in 17 s; they cost 190 KB each.</summary>
    private const int Connections = 1200;

    private readonly Cluster _cluster = new();
    private FolderSyncProcess _ours = null!;

    public async Task InitializeAsync() => _ours = await _cluster.AddFolderSyncAsync("ours");

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    /// <summary>One unknown certificate, many connections that complete TLS and never send a Hello; a paired device comes from the same address meanwhile.</summary>
    [SkippableFact]
    public Task ConnectionsThatSayNothingCostLittleAndLockNobodyOut() => _cluster.RunAsync(async () =>
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads the peak memory from /proc");
        await OpenAsync(1, new TlsTcpTransport(DeviceIdentity.Create()));
        var (before, clock) = (Memory("VmRSS"), Stopwatch.StartNew());
        var transport = new TlsTcpTransport(DeviceIdentity.Create());
        await using var paired = new RawPeer();
        var flood = OpenAsync(Connections, transport);
        await paired.ConnectAsync(_ours, "paired");
        await flood;
        await paired.SendAsync(new BepMessage.ClusterConfig([], false));
        await paired.HeardAsync(1);
        var grown = (Memory("VmHWM") - before) / Megabyte;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Connections} connections in {clock.Elapsed.TotalSeconds:0.0} s: +{grown} MB"));
        Assert.Null(paired.Ended);
        Assert.InRange(grown, 0, 110);
    });

    /// <summary>Unfinished handshakes from the same address: the next one gets through in spite of them.</summary>
    [Fact]
    public Task UnfinishedHandshakesFromTheSameAddressLockNobodyOut() => _cluster.RunAsync(async () =>
    {
        List<Socket> squatters = [];
        try
        {
            for (var i = 0; i < 300; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                squatters.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, _ours.PeerPort);
                await socket.SendAsync(new byte[] { 22, 3, 1 });
            }
            await using var paired = new RawPeer();
            await paired.ConnectAsync(_ours, "paired");
            await paired.SendAsync(new BepMessage.ClusterConfig([], false));
            await paired.HeardAsync(1);
            Assert.Null(paired.Ended);
        }
        finally
        {
            squatters.ForEach(s => s.Dispose());
        }
    });

    /// <summary>New certificates, garbage, and addresses that no device may have: one line of each kind, and a number.</summary>
    [Fact]
    public Task StrangersWriteALineAMinuteIntoTheLog() => _cluster.RunAsync(async () =>
    {
        var before = _ours.Log.Length;
        for (var i = 0; i < 100; i++)
            await HelloAsync(DeviceIdentity.Create());
        for (var i = 0; i < 1000; i++)
            await GarbageAsync();
        await _ours.WrittenAsync("wants to connect and is unknown here");
        var written = _ours.Log[before..];
        output.WriteLine($"1,100 strangers: {written.Length} bytes of log\n{written}");
        Assert.Contains("wants to connect and is unknown here", written, StringComparison.Ordinal);
        Assert.InRange(written.Split('\n').Count(l => l.Contains("unknown", StringComparison.Ordinal)), 1, 2);
        Assert.InRange(written.Length, 1, 4096);
        // Of one address only so many are listed at once.
        Assert.InRange((await _ours.Rest.GetAsync("cluster/pending/devices")).AsObject().Count, 1, 20);
        await _ours.TerminateAsync();
        Assert.Contains("more unknown devices connected", _ours.Log, StringComparison.Ordinal);
    });

    /// <summary>More idle connections than there may be: the owner's browser and programs get in all the same.</summary>
    [Fact]
    public Task IdleConnectionsDoNotShutThePageOut() => _cluster.RunAsync(async () =>
    {
        const int Idle = 4300;
        List<Socket> sockets = [];
        try
        {
            for (var i = 0; i < Idle; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, _ours.PagePort);
            }
            var clock = Stopwatch.StartNew();
            using var program = new RestClient(_ours.PagePort, SyncDevice.ApiKey);
            var attempts = await AttemptsAsync(async () => (string?)(await program.GetAsync("system/ping"))["ping"] == "pong");
            attempts += await AttemptsAsync(async () => RawHttp.StatusOf(await RawHttp.SendAsync(
                _ours.PagePort, $"GET /rest/noauth/health HTTP/1.1\r\nHost: localhost:{_ours.PagePort}\r\nConnection: close\r\n\r\n")) == 200);
            // The connection that the test had before all this.
            Assert.Equal("pong", (string?)(await _ours.Rest.GetAsync("system/ping"))["ping"]);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Idle} idle connections, then three requests in {clock.ElapsedMilliseconds} ms; attempts for two: {attempts}"));
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    });

    /// <summary>While the flood is still being accepted, a new connection may be dropped before its request is read; a browser then tries again.</summary>
    private static async Task<int> AttemptsAsync(Func<Task<bool>> succeeds)
    {
        const int MaxAttempts = 10;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await succeeds())
                    return attempt;
            }
            catch (HttpRequestException) when (attempt < MaxAttempts)
            {
            }
            Assert.InRange(attempt, 1, MaxAttempts - 1);
        }
    }

    private async Task OpenAsync(int count, TlsTcpTransport transport)
    {
        List<AuthenticatedStream> streams = [];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, cancellation) =>
        {
            try
            {
                var stream = await transport.DialAsync(_ours.PeerAddress, _ours.Id, cancellation);
                lock (streams)
                    streams.Add(stream);
            }
            catch (TransportException)
            {
                // It was dropped for a newer one.
            }
        });
        foreach (var stream in streams)
            stream.Path!.Abort();
    }

    private async Task HelloAsync(DeviceIdentity identity)
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        await using var stream = await new TlsTcpTransport(identity).DialAsync(_ours.PeerAddress, _ours.Id, limit.Token);
        await using var connection = await Bep.OpenAsync(stream.Stream, new Hello("stranger", "raw", "v1", 0, 0), limit.Token);
        try
        {
            // Until it is closed.
            await connection.ReceiveAsync(limit.Token);
        }
        catch (BepException)
        {
        }
    }

    private async Task GarbageAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _ours.PeerPort);
        await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
    }

    private long Memory(string what)
    {
        var line = File.ReadLines($"/proc/{_ours.ProcessId}/status").First(l => l.StartsWith(what, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
