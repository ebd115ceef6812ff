using FolderSync.Simulator.Histories;

namespace FolderSync.Simulator.Shrinking;

/// <summary>
/// Finds a smaller history that fails in the same way: first with fewer operations, then with every simplification of
/// <see cref="Simplifications"/>.
/// </summary>
/// <param name="run">Runs a history; returns null if it passes.</param>
internal sealed class Shrinker(Func<History, Failure?> run, ShrinkLimits limits, TimeProvider time)
{
    private readonly HashSet<string> _tried = new(StringComparer.Ordinal);
    private readonly long _begun = time.GetTimestamp();
    private int _runs;
    private Shrunk _smallest = null!;

    /// <summary>Really runs the histories.</summary>
    public static Shrunk Shrink(Outcome failing, Func<HistoryWorld, Failure?>? alsoAsked = null) =>
        new Shrinker(h => HistoryRunner.Run(h, alsoAsked: alsoAsked).Failure, ShrinkLimits.Default, TimeProvider.System)
            .Shrink(failing.History, failing.Failure ?? throw new ArgumentException("The history passed.", nameof(failing)));

    public Shrunk Shrink(History failing, Failure failure)
    {
        _smallest = new Shrunk(failing, failure, 0, false);
        while (!IsOver)
        {
            var before = _smallest.History;
            DeltaDebugging.Minimize(_smallest.History.Steps, steps => Fails(_smallest.History with { Steps = steps }));
            while (Simplifications.Of(_smallest.History).FirstOrDefault(Fails) is not null)
            {
                // This failure is now the smallest, and is simplified again.
            }
            if (ReferenceEquals(_smallest.History, before))
                break;
        }
        return _smallest with { Runs = _runs, IsUnfinished = IsOver };
    }

    private bool IsOver => _runs >= limits.MaxRuns || time.GetElapsedTime(_begun) >= limits.MaxTime;

    private bool Fails(History candidate)
    {
        if (IsOver || !_tried.Add(HistoryPrinter.Expression(candidate)))
            return false;
        _runs++;
        if (run(candidate) is not { } failure || failure.Kind != _smallest.Failure.Kind)
            return false;
        _smallest = new Shrunk(candidate, failure, 0, false);
        return true;
    }
}

/// <summary>The limits of the search.</summary>
internal sealed record ShrinkLimits(int MaxRuns, TimeSpan MaxTime)
{
    public static ShrinkLimits Default { get; } = new(20_000, TimeSpan.FromMinutes(2));
}

/// <param name="Runs">How many histories were run to find it.</param>
/// <param name="IsUnfinished">The limits were reached: a smaller one may exist.</param>
internal sealed record Shrunk(History History, Failure Failure, int Runs, bool IsUnfinished);
