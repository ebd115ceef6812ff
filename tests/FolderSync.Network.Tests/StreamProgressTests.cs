using FolderSync.Network.Bandwidth;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>Only the other side's delay counts, and each part that it accepts is progress.</summary>
public sealed class StreamProgressTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_read_waits_from_its_start_until_a_byte_comes()
    {
        var inner = new GatedStream();
        await using var stream = new ThrottledStream(inner, _time, [], []);
        _time.Advance(TimeSpan.FromMinutes(1));
        // Nobody reads: this side's own delay.
        Assert.Equal(TimeSpan.Zero, stream.ReadWaits);
        var reading = stream.ReadAsync(new byte[10]).AsTask();
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(20), stream.ReadWaits);
        inner.Gate.Release();
        await reading;
        Assert.Equal(TimeSpan.Zero, stream.ReadWaits);
    }

    [Fact]
    public async Task Each_part_of_a_long_write_is_progress()
    {
        var inner = new GatedStream();
        await using var stream = new ThrottledStream(inner, _time, [], []);
        var writing = stream.WriteAsync(new byte[2 << 20]).AsTask();
        for (var part = 0; part < 8; part++)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            Assert.Equal(TimeSpan.FromSeconds(20), stream.WriteWaits);
            var begun = inner.NextWriteAsync();
            inner.Gate.Release();
            if (part < 7)
                await begun;
        }
        await writing;
        Assert.Equal((2 << 20, TimeSpan.Zero), (inner.Written, stream.WriteWaits));
    }

    [Fact]
    public async Task What_a_limit_of_this_side_delays_is_not_the_other_sides_fault()
    {
        using var limit = new BandwidthLimiter(_time) { RateKibPerSecond = 1 };
        await using var stream = new ThrottledStream(new MemoryStream(), _time, [limit], [limit]);
        var writing = stream.WriteAsync(new byte[20 << 10]).AsTask();
        for (var i = 0; i < 100 && !writing.IsCompleted; i++)
        {
            Assert.Equal(TimeSpan.Zero, stream.WriteWaits);
            if (!_time.AdvanceToNext())
                await Task.Yield();
        }
    }

    private sealed class GatedStream : MemoryStream
    {
        private TaskCompletionSource _begun = new();

        public SemaphoreSlim Gate { get; } = new(0);

        public int Written { get; private set; }

        public Task NextWriteAsync() => (_begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Gate.WaitAsync(cancellationToken);
            return 1;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _begun.TrySetResult();
            await Gate.WaitAsync(cancellationToken);
            Written += buffer.Length;
        }
    }
}
