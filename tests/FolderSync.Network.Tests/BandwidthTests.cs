using CsCheck;
using FolderSync.Network.Bandwidth;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

public sealed class BandwidthTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Without_a_rate_everything_passes_at_once()
    {
        using var limiter = new BandwidthLimiter(_time);
        Assert.True(limiter.AcquireAsync(int.MaxValue, default).IsCompletedSuccessfully);
        Assert.Equal(0, limiter.RateKibPerSecond);
        Assert.Equal(int.MaxValue, limiter.ChunkSize);
    }

    [Fact]
    public async Task The_rate_holds_over_time_whatever_the_portions()
    {
        await Gen.Int[1, 20_000].Array[10, 60].Select(Gen.Int[1, 4096]).SampleAsync(async (portions, rate) =>
        {
            var time = new ManualTime();
            using var limiter = new BandwidthLimiter(time) { RateKibPerSecond = rate };
            var start = time.GetTimestamp();
            foreach (var portion in portions)
            {
                var taking = limiter.AcquireAsync(portion, default).AsTask();
                while (!taking.IsCompleted)
                {
                    if (!time.AdvanceToNext())
                        await Task.Yield();
                }
            }

            // The last chunk is on credit, and a quarter of a second's worth was available at the start.
            var seconds = time.GetElapsedTime(start).TotalSeconds;
            var bytes = portions.Sum() - portions[^1];
            var ideal = (bytes / (rate * 1024.0)) - 0.25;
            return seconds >= ideal - 0.01 && seconds <= Math.Max(0, bytes / (rate * 1024.0)) + (0.002 * portions.Length) + 0.01;
        }, iter: 20, threads: 1);
    }

    [Fact]
    public async Task Who_waits_is_let_go_by_a_new_rate()
    {
        using var limiter = new BandwidthLimiter(_time) { RateKibPerSecond = 1 };
        await limiter.AcquireAsync(1 << 20, default);
        var waiting = limiter.AcquireAsync(1, default).AsTask();
        var behind = limiter.AcquireAsync(1, default).AsTask();
        Assert.False(waiting.IsCompleted);
        limiter.RateKibPerSecond = 0;
        await Task.WhenAll(waiting, behind).WaitAsync(TestLimits.Timeout);
        Assert.Equal(0, _time.Pending);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_turn_to_the_next()
    {
        using var limiter = new BandwidthLimiter(_time) { RateKibPerSecond = 1 };
        await limiter.AcquireAsync(1024, default);
        using var cancel = new CancellationTokenSource();
        var first = limiter.AcquireAsync(1, cancel.Token).AsTask();
        var second = limiter.AcquireAsync(1, default).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        while (_time.Pending == 0)
            await Task.Yield();
        _time.Advance(TimeSpan.FromSeconds(2));
        await second.WaitAsync(TestLimits.Timeout);
    }

    [Fact]
    public async Task A_stream_passes_its_bytes_unchanged_and_slowly()
    {
        using var global = new BandwidthLimiter(_time) { RateKibPerSecond = 64 };
        using var device = new BandwidthLimiter(_time) { RateKibPerSecond = 8 };
        var inner = new MemoryStream();
        await using var stream = new ThrottledStream(inner, _time, [global, device], []);
        var data = new byte[32 * 1024];
        Random.Shared.NextBytes(data);
        var start = _time.GetTimestamp();
        var writing = stream.WriteAsync(data).AsTask();
        while (!writing.IsCompleted)
        {
            if (!_time.AdvanceToNext())
                await Task.Yield();
        }

        Assert.Equal(data, inner.ToArray());
        Assert.InRange(_time.GetElapsedTime(start).TotalSeconds, 3.4, 4.2);
    }

    [Fact]
    public async Task Reading_is_charged_before_the_next_read()
    {
        using var limiter = new BandwidthLimiter(_time) { RateKibPerSecond = 8 };
        await using var stream = new ThrottledStream(new MemoryStream(new byte[100_000]), _time, [], [limiter]);
        var buffer = new byte[100_000];
        Assert.Equal(1024, await stream.ReadAsync(buffer));
        Assert.Equal(1024, await stream.ReadAsync(buffer));
        var throttled = stream.ReadAsync(buffer).AsTask();
        Assert.False(throttled.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(125));
        Assert.Equal(1024, await throttled.WaitAsync(TestLimits.Timeout));
    }
}
