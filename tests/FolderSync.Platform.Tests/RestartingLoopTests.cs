using FolderSync.Testing;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class RestartingLoopTests
{
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
