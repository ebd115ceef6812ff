using FolderSync.Engine.Primitives;
using FolderSync.Simulator.World;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Engine.Tests.Primitives;

public sealed class SupervisorTests
{
    private readonly CollectedLog _log = new();
    private readonly ManualTime _time = new();

    private Supervisor Supervisor => new(new Inline(), _time, _log);

    [Fact]
    public async Task Work_that_fails_is_logged_with_its_stack_and_its_owner_hears_of_it()
    {
        List<Exception> heard = [];
        await Supervisor.RunAsync("work", FailAsync, heard.Add, CancellationToken.None);
        var fault = Assert.Single(heard);
        Assert.Same(fault, Assert.Single(_log.Faults));
        Assert.Contains(nameof(FailAsync), fault.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_that_fails_does_not_hide_the_first_fault()
    {
        await Supervisor.Start("work", FailAsync, _ => throw new InvalidOperationException("the owner's"), CancellationToken.None);
        Assert.Equal(["the work's", "the owner's"], _log.Faults.Select(f => f.Message));
    }

    [Fact]
    public async Task An_end_that_was_asked_for_is_no_fault()
    {
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        await Supervisor.RunAsync("work", () => Task.FromCanceled(ended.Token), _ => Assert.Fail("It is none."), ended.Token);
        Assert.Empty(_log.Faults);
    }

    [Fact]
    public async Task A_loop_that_nothing_else_brings_back_starts_again_after_its_wait()
    {
        var runs = 0;
        using var ended = new CancellationTokenSource();
        var running = Supervisor.StartRestarting("loop", () => ++runs < 3 ? FailAsync() : Task.CompletedTask, _ => { }, ended.Token);
        while (!running.IsCompleted)
        {
            _time.AdvanceToNext();
            await Task.Yield();
        }
        await running;
        Assert.Equal((3, 2), (runs, _log.Faults.Count));
    }

    private static async Task FailAsync()
    {
        await Task.CompletedTask;
        throw new InvalidOperationException("the work's");
    }

    private sealed class Inline : IEngineScheduler
    {
        public Task Start(string name, Func<Task> loop) => loop();
    }
}
