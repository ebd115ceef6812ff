using Xunit;

namespace FolderSync.Filesystem.Tests.Unix;

public sealed class WorkersTests
{
    [Fact]
    public async Task Work_runs_on_its_own_threads_and_no_more_at_once_than_allowed()
    {
        using var workers = new Workers(3);
        int running = 0, most = 0, onPool = 0;
        var counting = new Lock();
        using var together = new Barrier(3);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => workers.Run(() =>
        {
            var now = Interlocked.Increment(ref running);
            lock (counting) most = Math.Max(most, now);
            if (Thread.CurrentThread.IsThreadPoolThread) Interlocked.Increment(ref onPool);
            together.SignalAndWait();
            Interlocked.Decrement(ref running);
        }, default)));
        Assert.Equal((3, 0), (most, onPool));
    }

    [Fact]
    public async Task A_fault_is_the_callers_and_the_worker_lives()
    {
        using var workers = new Workers(1);
        await Assert.ThrowsAsync<FormatException>(() => workers.Run<int>(() => throw new FormatException("bad"), default));
        Assert.Equal(7, await workers.Run(() => 7, default));
    }

    [Fact]
    public async Task What_is_cancelled_before_its_turn_never_runs()
    {
        using var workers = new Workers(1);
        using var gate = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var first = workers.Run(gate.Wait, default);
        var ran = false;
        var second = workers.Run(() => ran = true, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.Set();
        await first;
        await workers.Run(() => 0, default);
        Assert.False(ran);
        Assert.True(workers.Run(() => 0, cancel.Token).IsCanceled);
    }

    [Fact]
    public async Task Work_that_heeds_its_cancellation_ends_cancelled()
    {
        using var workers = new Workers(1);
        using var cancel = new CancellationTokenSource();
        var work = workers.Run(() =>
        {
            cancel.Cancel();
            cancel.Token.ThrowIfCancellationRequested();
        }, cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        Assert.True(work.IsCanceled);
    }

    [Fact]
    public async Task Who_awaits_does_not_hold_up_the_worker()
    {
        using var workers = new Workers(1);
        var inner = await workers.Run(() => 1, default).ContinueWith(
            _ => workers.Run(() => 2, default).Result, TaskContinuationOptions.ExecuteSynchronously);
        Assert.Equal(2, inner);
    }

    [Fact]
    public async Task Ending_waits_for_what_runs_and_cancels_the_rest()
    {
        var workers = new Workers(1);
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var running = workers.Run(() => { begun.Set(); gate.Wait(); return 1; }, default);
        begun.Wait();
        var queued = workers.Run(() => 2, default);
        var ending = new Thread(workers.Dispose);
        ending.Start();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        gate.Set();
        ending.Join();
        Assert.Equal(1, await running);
        Assert.Throws<ObjectDisposedException>(() => { _ = workers.Run(() => 3, default); });
    }
}
