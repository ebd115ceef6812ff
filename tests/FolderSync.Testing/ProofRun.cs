using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace FolderSync.Testing;

/// <summary>
/// A test with a short form for CI and a long one that `tests/prove` runs: that says how long it takes, and collects what was done in it.
/// FOLDERSYNC_SEED repeats a run's draws.
/// </summary>
internal sealed class ProofRun : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TimeSpan? _time;
    private readonly string? _report = Environment.GetEnvironmentVariable("FOLDERSYNC_PROOF_REPORT") is { Length: > 0 } file ? file : null;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly int _rounds;
    private int _begun;

    /// <param name="rounds">In the short form.</param>
    /// <param name="variable">Sets another number of rounds.</param>
    /// <param name="parts">Tests that share the proof's time.</param>
    public ProofRun(ITestOutputHelper output, int rounds, string variable, int parts = 1)
    {
        _output = output;
        // A number that was asked for counts, however long that takes.
        var wanted = Number(variable);
        _rounds = wanted ?? rounds;
        _time = wanted is null && Number("FOLDERSYNC_PROOF_SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) / parts : null;
        Seed = Number("FOLDERSYNC_SEED") ?? Random.Shared.Next(1_000_000_000);
        _output.WriteLine($"Seed {Seed} (FOLDERSYNC_SEED={Seed}).");
    }

    public int Seed { get; }

    /// <summary>Whether there is time for another round.</summary>
    public bool Continues() => _time is { } time ? _clock.Elapsed < time : _begun++ < _rounds;

    /// <summary>The time of a proof that isn't made of rounds.</summary>
    /// <param name="usual">In the short form.</param>
    public TimeSpan TimeOr(TimeSpan usual) => _time ?? usual;

    /// <param name="what">In the plural, as the table shows it.</param>
    public void Count(string what, long more = 1) => _counts[what] = _counts.GetValueOrDefault(what) + more;

    public void Dispose()
    {
        var done = string.Join(", ", _counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Value:#,0} {c.Key}")));
        _output.WriteLine($"{done} in {_clock.Elapsed.TotalSeconds:0} s.");
        if (_report is not null)
            File.AppendAllLines(_report, [.. _counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"count\t{c.Value}\t{c.Key}")), $"seed\t{Seed}"]);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : null;
}
