using FolderSync.Engine.Primitives;
using Xunit;

namespace FolderSync.Engine.Tests.Primitives;

/// <summary>No fault is lost, and no task outlives its owner.</summary>
public class TaskGroupTests
{
    [Fact]
    public async Task The_owner_waits_for_all_of_it_also_for_what_was_begun_meanwhile()
    {
        using var group = new TaskGroup(CancellationToken.None);
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        group.Run(async () =>
        {
            await first.Task;
            group.Run(() => second.Task);
        });
        var idle = group.WhenIdleAsync();
        first.SetResult();
        await Task.Yield();
        Assert.False(idle.IsCompleted);
        second.SetResult();
        await idle;
        Assert.False(group.HasFailed);
    }

    [Fact]
    public async Task The_first_fault_ends_the_others_and_is_thrown()
    {
        using var group = new TaskGroup(CancellationToken.None);
        var wasEnded = false;
        group.Run(async () =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, group.Ended);
            }
            finally
            {
                wasEnded = true;
            }
        });
        group.Run(() => throw new InvalidOperationException("first"));
        group.Run(() => throw new InvalidOperationException("second"));
        Assert.Equal("first", (await Assert.ThrowsAsync<InvalidOperationException>(group.WhenIdleAsync)).Message);
        Assert.True(wasEnded);
    }

    [Fact]
    public async Task An_end_that_was_asked_for_is_no_fault_and_one_that_was_not_is()
    {
        using var stop = new CancellationTokenSource();
        using var group = new TaskGroup(stop.Token);
        group.Run(() => Task.Delay(Timeout.Infinite, group.Ended));
        stop.Cancel();
        await group.WhenIdleAsync();

        using var other = new TaskGroup(CancellationToken.None);
        other.Run(() => Task.FromCanceled(new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(other.WhenIdleAsync);
    }

    [Fact]
    public async Task Settling_waits_whatever_becomes_of_it_and_a_fault_after_the_end_harms_nobody()
    {
        var group = new TaskGroup(CancellationToken.None);
        group.Run(() => throw new InvalidOperationException("gone"));
        await group.WaitForAllAsync();
        Assert.True(group.HasFailed);
        Assert.True(group.Ended.IsCancellationRequested);
        group.Dispose();
        group.Fail(new InvalidOperationException("late"));
        group.End();
    }
}
