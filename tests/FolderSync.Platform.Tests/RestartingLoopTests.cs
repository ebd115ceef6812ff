using FolderSync.Testing;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class RestartingLoopTests
{
    /// <summary>What a loop waits on is often disposed of to end it.</summary>
    [Theory]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(ObjectDisposedException))]
    public async Task The_end_that_was_asked_for_is_no_fault(Type end)
    {
        using var ended = new CancellationTokenSource();
        await new RestartingLoop(TimeProvider.System).RunAsync(
            () =>
            {
                ended.Cancel();
                throw end == typeof(ObjectDisposedException) ? new ObjectDisposedException("its socket") : new OperationCanceledException();
            },
            e => Assert.Fail($"It is none: {e}"),
            ended.Token);
    }

    [Theory]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(ObjectDisposedException))]
    public async Task An_end_that_nobody_asked_for_is_a_fault(Type end)
    {
        List<Exception> faults = [];
        var runs = 0;
        await new RestartingLoop(TimeProvider.System, (_, _) => Task.CompletedTask).RunAsync(
            () => ++runs > 1 ? Task.CompletedTask : throw (Exception)Activator.CreateInstance(end, "its own")!,
            faults.Add,
            CancellationToken.None);
        Assert.Equal((2, end), (runs, Assert.Single(faults).GetType()));
    }

    [Fact]
    public async Task A_loop_waits_longer_with_each_fault_and_begins_anew_when_it_ran_steadily()
    {
        var time = new ManualTime();
        List<TimeSpan> waits = [];
        List<Exception> faults = [];
        using var ended = new CancellationTokenSource();
        var loop = new RestartingLoop(time, (wait, _) =>
        {
            waits.Add(wait);
            return Task.CompletedTask;
        });
        await loop.RunAsync(
            () =>
            {
                if (faults.Count == 8)
                    time.Advance(RestartingLoop.SteadyAfter);
                if (faults.Count == 9)
                    ended.Cancel();
                throw ended.IsCancellationRequested ? new OperationCanceledException() : new InvalidOperationException($"{faults.Count}");
            },
            faults.Add,
            ended.Token);
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 1], waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task A_loop_that_returns_is_not_started_again()
    {
        var runs = 0;
        await new RestartingLoop(TimeProvider.System).RunAsync(
            () =>
            {
                runs++;
                return Task.CompletedTask;
            },
            e => throw e,
            CancellationToken.None);
        Assert.Equal(1, runs);
    }
}
