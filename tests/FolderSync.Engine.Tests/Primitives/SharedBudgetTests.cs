using CsCheck;
using FolderSync.Engine.Primitives;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Engine.Tests.Primitives;

/// <summary>Whoever keeps what it was granted stops no other account.</summary>
public sealed class SharedBudgetTests
{
    private readonly SharedBudget _budget = new(100, 10);

    [Fact]
    public void Each_has_its_own_share_when_the_common_amount_is_gone()
    {
        var (greedy, other) = (_budget.Open(1000), _budget.Open(1000));
        for (var i = 0; i < 11; i++)
            Assert.True(Acquire(greedy, 10).IsCompletedSuccessfully);
        Assert.False(Acquire(greedy, 1).IsCompleted);
        Assert.True(Acquire(other, 9).IsCompletedSuccessfully);
        Assert.True(Acquire(other, 1).IsCompletedSuccessfully);
        Assert.False(Acquire(other, 1).IsCompleted);
        // One grant of any size: a block may be larger than the share.
        Assert.True(Acquire(_budget.Open(10), 5000).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_limit_holds_and_a_higher_one_lets_waiters_in_at_once()
    {
        var account = _budget.Open(30);
        Assert.True(Acquire(account, 10).IsCompletedSuccessfully);
        Assert.True(Acquire(account, 20).IsCompletedSuccessfully);
        var waiting = Acquire(account, 20);
        Assert.False(waiting.IsCompleted);
        account.Limit = 50;
        Assert.NotNull(await waiting);
        Assert.Equal(50, account.Outstanding);
    }

    [Fact]
    public async Task A_large_wait_of_one_stops_no_small_one_of_another()
    {
        var (large, small, holder) = (_budget.Open(1000), _budget.Open(1000), _budget.Open(1000));
        await Acquire(large, 10);
        await Acquire(small, 10);
        await Acquire(holder, 10);
        var held = await Acquire(holder, 60);
        var giant = Acquire(large, 90);
        Assert.False(giant.IsCompleted);
        Assert.True(Acquire(small, 40).IsCompletedSuccessfully);
        Assert.False(giant.IsCompleted);
        held!.Dispose();
        held.Dispose();
        Assert.Equal(10, holder.Outstanding);
    }

    [Fact]
    public async Task The_first_that_has_room_is_taken_and_no_other_is_charged()
    {
        var (full, free) = (_budget.Open(10), _budget.Open(10));
        var first = await Acquire(full, 10);
        Assert.Same(free, (await _budget.AcquireAsync([full, free], 10, default))!.Account);
        var waiting = _budget.AcquireAsync([full, free], 10, default);
        Assert.False(waiting.IsCompleted);
        first!.Dispose();
        Assert.Same(full, (await waiting)!.Account);
        Assert.Equal((10, 10), (full.Outstanding, free.Outstanding));
    }

    [Fact]
    public async Task A_wait_ends_by_cancellation_and_by_interruption()
    {
        var account = _budget.Open(10);
        var held = await Acquire(account, 10);
        using var stop = new CancellationTokenSource();
        var (cancelled, interrupted) = (_budget.AcquireAsync([account], 5, stop.Token), _budget.AcquireAsync([account], 5, default));
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _budget.Interrupt();
        Assert.Null(await interrupted);
        held!.Dispose();
        Assert.Equal(0, account.Outstanding);
    }

    /// <summary>Whatever comes and goes, nothing is lost, and nobody waits who could go on.</summary>
    [Fact]
    public void All_are_served_in_the_end() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 40]).Array[1, 200].Sample(steps =>
    {
        var budget = new SharedBudget(100, 10);
        SharedBudget.Account[] accounts = [budget.Open(10), budget.Open(50), budget.Open(1000), budget.Open(20)];
        var all = new List<Task<SharedBudget.Grant?>>();
        foreach (var (a, b, amount) in steps)
        {
            all.Add(budget.AcquireAsync(a == b ? [accounts[a]] : [accounts[a], accounts[b]], amount, default));
            if (amount % 3 == 0 && all.FirstOrDefault(t => t.IsCompletedSuccessfully) is { } done)
                Release(all, done);
            Assert.True(accounts.Sum(x => x.Outstanding) <= 100 + (4 * 40));
        }
        while (all.Count > 0)
        {
            var next = Task.WaitAny([.. all], TestLimits.Timeout);
            Assert.True(next >= 0, "Somebody waits for ever.");
            Release(all, all[next]);
        }
        Assert.All(accounts, x => Assert.Equal(0, x.Outstanding));
    }, iter: 20);

    private static void Release(List<Task<SharedBudget.Grant?>> all, Task<SharedBudget.Grant?> done)
    {
        all.Remove(done);
        done.GetAwaiter().GetResult()!.Dispose();
    }

    private Task<SharedBudget.Grant?> Acquire(SharedBudget.Account account, long amount) => _budget.AcquireAsync([account], amount, default);
}
