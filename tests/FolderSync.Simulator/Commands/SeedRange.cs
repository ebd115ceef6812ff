using System.Collections.Concurrent;
using FolderSync.Simulator.Histories;

namespace FolderSync.Simulator.Commands;

/// <summary>Runs histories of consecutive seeds in parallel, one thread each.</summary>
internal static class SeedRange
{
    private const int MaxFailures = 5;

    /// <summary>The first failures by seed; stops after a few.</summary>
    public static IReadOnlyList<Outcome> FailuresOf(int first, int count, HistoryOptions options, int parallelism, Func<HistoryWorld, Failure?>? alsoAsked = null)
    {
        var failures = new ConcurrentBag<Outcome>();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, (n, loop) =>
        {
            if (failures.Count >= MaxFailures)
                loop.Stop();
            else if (HistoryRunner.Draw(first + n, options, alsoAsked: alsoAsked) is { Failure: not null } outcome)
                failures.Add(outcome);
        });
        return [.. failures.OrderBy(f => f.History.Seed)];
    }
}
