using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>Runs the histories of seeds, and complete histories.</summary>
internal static class HistoryRunner
{
    /// <summary>Draws and runs a history at the same time, because each draw depends on the devices' state.</summary>
    /// <param name="alsoAsked">An additional check at the end besides the oracle, for tests of this simulator.</param>
    public static Outcome Draw(int seed, HistoryOptions? options = null, bool isDetailed = false, Func<HistoryWorld, Failure?>? alsoAsked = null)
    {
        var draws = new DrawStream(seed);
        var drawer = new HistoryDrawer(draws, options ??= new HistoryOptions());
        var setup = drawer.DrawSetup(seed);
        var steps = new List<Step>();
        var settleDraws = 0L;
        var (failure, trace) = Run(setup, draws, isDetailed, alsoAsked, world =>
        {
            foreach (var device in world.Devices)
            {
                if (drawer.DrawFirst(device) is { } first)
                    Take(first, () => Pause.None);
                if (drawer.DrawFirstEdit(device) is { } edit)
                    Take(edit, () => Pause.None);
                Take(new Operation.Start(device.Name), () => device == world.Devices[^1] ? drawer.DrawFirstPause() : Pause.None);
            }
            for (var i = 0; i < options.Operations; i++)
                Take(drawer.DrawOperation(world), drawer.DrawPause);
            return settleDraws = draws.Position;

            void Take(Operation operation, Func<Pause> drawPause)
            {
                world.Do(operation);
                var pause = drawPause();
                // Recorded before it runs, so that a history with an endless loop is recorded, too.
                steps.Add(new Step(operation, pause, draws.Position));
                world.Run(pause, draws.Position);
            }
        });
        return new Outcome(setup with { Steps = steps, SettleDraws = settleDraws }, failure, trace);
    }

    public static Outcome Run(History history, bool isDetailed = false, Func<HistoryWorld, Failure?>? alsoAsked = null)
    {
        var (failure, trace) = Run(history, new DrawStream(history.Seed), isDetailed, alsoAsked, world =>
        {
            foreach (var step in history.Steps)
            {
                world.Do(step.Operation);
                world.Run(step.Pause, step.Draws);
            }
            return history.SettleDraws;
        });
        return new Outcome(history, failure, trace);
    }

    /// <param name="steps">Runs the history's steps; returns the position of the draws of the last phase.</param>
    private static (Failure? Failure, string Trace) Run(
        History setup, DrawStream draws, bool isDetailed, Func<HistoryWorld, Failure?>? alsoAsked, Func<HistoryWorld, long> steps)
    {
        var trace = new Trace(isDetailed);
        try
        {
            var world = new HistoryWorld(setup, draws, trace);
            var failure = world.RunToConvergence(steps(world));
            if (failure is null)
            {
                trace.Write(Convergence.Trees(world.Devices));
                failure = world.Oracle.WhatIsLost() ?? alsoAsked?.Invoke(world);
            }
            return (failure, trace.ToString());
        }
        catch (SimulationException e)
        {
            return (new Failure(e.Kind, e.ToString()), trace.ToString());
        }
        // A bug of the engine or the simulator: report the history.
        catch (Exception e)
        {
            return (new Failure(FailureKind.Threw, e.ToString()), trace.ToString());
        }
    }
}

/// <summary>The result of a history.</summary>
/// <param name="Failure">Null if it passed.</param>
internal sealed record Outcome(History History, Failure? Failure, string Trace);
