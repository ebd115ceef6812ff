using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>Very many event clients, some of which don't read the responses.</summary>
public sealed partial class SubscriberTests(ITestOutputHelper output)
{
    private const int Subscribers = 1000;
    private const int Slow = 100;

    /// <summary>
    /// 900 clients that poll, and 100 that request everything again and again without reading; a folder changes all the time. Measures the
    /// service's memory when all are connected and after as many more rounds: it doesn't grow. Takes minutes with FOLDERSYNC_TEST_FULL.
    /// </summary>
    [Fact]
    public async Task AThousandWithSlowReadersAmongThemTakeNoMoreAndMoreMemory()
    {
        using var scratch = new ScratchDirectory();
        await using var ours = await FolderSyncProcess.StartAsync("ours", scratch.In("home"));
        var folder = scratch.Make("folder");
        await ours.AddFolderAsync("f", folder, []);
        using var stop = new CancellationTokenSource();
        var (events, answers, newest, made) = (0L, 0L, 0L, 0L);
        List<Task> all = [];
        for (var i = 0; i < Subscribers - Slow; i++)
            all.Add(PollAsync(ours.PagePort, () => Interlocked.Increment(ref answers), (n, last) => { Interlocked.Add(ref events, n); Volatile.Write(ref newest, last); }, stop.Token));
        for (var i = 0; i < Slow; i++)
            all.Add(AskAndNotReadAsync(ours.PagePort, stop.Token));

        // Until the service's ring buffer of events is full and has wrapped.
        await RoundAsync(() => Volatile.Read(ref newest) > 1500);
        var rounds = TestSettings.Full ? 100 : 10;
        List<(long Resident, long Heap)> memory = [];
        for (var round = 0; round < rounds; round++)
        {
            var until = Volatile.Read(ref events) + (10L * (Subscribers - Slow));
            await RoundAsync(() => Volatile.Read(ref events) >= until);
            memory.Add(await MemoryAsync(ours));
        }
        await stop.CancelAsync();
        await Task.WhenAll(all);
        var figures = $"{Subscribers} subscribers, {Volatile.Read(ref events):N0} events in {Volatile.Read(ref answers):N0} answers; MiB resident: {string.Join(' ', memory.Select(m => m.Resident >> 20))}; heap: {string.Join(' ', memory.Select(m => m.Heap >> 20))}";
        output.WriteLine(figures);
        // Live memory is what remains after a collection, so this takes the minimum of each half; the system's figure changes with the collector's
        // steps.
        var (first, second) = (memory[..(rounds / 2)], memory[(rounds / 2)..]);
        Assert.True(second.Min(m => m.Heap) < first.Min(m => m.Heap) + (24 << 20), figures);
        Assert.True(second.Min(m => m.Resident) < first.Max(m => m.Resident) + (48 << 20), figures);
        Assert.Equal("pong", (string)(await ours.Rest.GetAsync("system/ping"))["ping"]!);

        async Task RoundAsync(Func<bool> enough)
        {
            while (!enough())
            {
                // Each change publishes four events: two of the state, one of the index, one of the change.
                await File.WriteAllTextAsync(Path.Combine(folder, $"file-{made % 100}"), $"{made++}");
                await ours.ScanAsync("f");
                if (all.Find(t => t.IsFaulted) is { } broken)
                    await broken;
            }
        }
    }

    [GeneratedRegex(@"\{""id"":(\d+),""globalID""")]
    private static partial Regex EventId();

    private static async Task PollAsync(int port, Action onAnswer, Action<int, long> onEvents, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}/rest/") };
        http.DefaultRequestHeaders.Add("X-API-Key", SyncDevice.ApiKey);
        var since = 0L;
        try
        {
            while (true)
            {
                var text = await http.GetStringAsync($"events?since={since}&timeout=60", stop);
                onAnswer();
                var ids = EventId().Matches(text);
                since = ids.Count > 0 ? long.Parse(ids[^1].Groups[1].ValueSpan, CultureInfo.InvariantCulture) : since;
                onEvents(ids.Count, since);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Requests all events without reading any response, until the service closes the connection; then starts again.</summary>
    private static async Task AskAndNotReadAsync(int port, CancellationToken stop)
    {
        var request = Encoding.ASCII.GetBytes($"GET /rest/events?since=0&timeout=60 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {SyncDevice.ApiKey}\r\n\r\n");
        while (!stop.IsCancellationRequested)
        {
            using var client = new TcpClient { ReceiveBufferSize = 4096 };
            try
            {
                await client.ConnectAsync("127.0.0.1", port, stop);
                while (true)
                {
                    await client.GetStream().WriteAsync(request, stop);
                    // A client that doesn't read can't know when to send its next request.
                    await Task.Delay(1000, stop);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }

    private static async Task<(long Resident, long Heap)> MemoryAsync(FolderSyncProcess ours)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { DefaultRequestHeaders = { { "X-API-Key", SyncDevice.ApiKey } } };
        var lines = (await http.GetStringAsync(new Uri($"http://127.0.0.1:{ours.PagePort}/metrics"))).Split('\n');
        long Of(string name) => (long)double.Parse(lines.Single(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
        return (Of("process_resident_memory_bytes"), Of("dotnet_gc_heap_bytes"));
    }
}
