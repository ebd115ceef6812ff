using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FolderSync.Simulator.Histories;
using FolderSync.Simulator.Shrinking;

namespace FolderSync.Simulator.Commands;

/// <summary>`run` runs the histories of seeds. Exit code: 0 if all passed, 1 if one failed, 2 for invalid arguments.</summary>
internal static class RunCommand
{
    public const int Failed = 1;
    public const int BadInput = 2;

    private static readonly HistoryOptions Defaults = new();

    /// <param name="alsoAsked">As in <see cref="HistoryRunner"/>.</param>
    public static int Invoke(string[] arguments, TextWriter output, TextWriter error, Func<HistoryWorld, Failure?>? alsoAsked = null)
    {
        var parsed = Root(output, error, alsoAsked).Parse(arguments);
        if (parsed.Errors.Count == 0)
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
        foreach (var wrong in parsed.Errors)
            error.WriteLine($"simulator: {wrong.Message}");
        error.WriteLine("simulator: 'run --help' lists the options.");
        return BadInput;
    }

    /// <summary>The command line that runs one seed again.</summary>
    public static string Replay(int seed, HistoryOptions options)
    {
        var text = $"dotnet run --project tests/FolderSync.Simulator -c Release -- run --seed {seed}";
        if (options.Devices != Defaults.Devices)
            text += $" --devices {options.Devices}";
        if (options.Operations != Defaults.Operations)
            text += $" --operations {options.Operations}";
        if (options.LongVectors)
            text += " --long-vectors";
        if (options.Traits is { } traits)
            text += $" --traits {traits.ToString().ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal)}";
        if (options.ExactTimers)
            text += " --exact-timers";
        return text;
    }

    /// <summary>Prints the test for a failure, and the failure itself.</summary>
    public static string Describe(Shrunk shrunk, Outcome failing) =>
        $"""
        Shrunk from {failing.History.Steps.Count} steps to {shrunk.History.Steps.Count} in {shrunk.Runs} runs{(shrunk.IsUnfinished ? "; the time was up, so a smaller one may exist" : "")}.
        To keep it, put this into tests/FolderSync.Engine.Tests/Simulation/KeptHistoryTests.cs:

        {HistoryPrinter.Test(shrunk.History, shrunk.Failure)}
        What happens in it:

        {HistoryRunner.Run(shrunk.History).Trace}
        """ + shrunk.Failure;

    private static RootCommand Root(TextWriter output, TextWriter error, Func<HistoryWorld, Failure?>? alsoAsked)
    {
        var seed = Number("--seed", "N", "The history's seed, or the first one's. Without it, one is drawn and printed.", 0, int.MaxValue, null);
        var count = Number("--count", "N", "How many seeds, one after the other.", 1, 100_000_000, 1);
        var devices = Number("--devices", "N", "Devices that share the folder.", 1, HistoryOptions.MaxDevices, Defaults.Devices);
        var operations = Number("--operations", "N", "Operations in each history.", 0, HistoryOptions.MaxOperations, Defaults.Operations);
        var longVectors = new Option<bool>("--long-vectors") { Description = "Every version stands at the limit of devices." };
        var traits = TraitsOption();
        var exactTimers = new Option<bool>("--exact-timers") { Description = "Timers fire on time, as no real one does." };
        var trace = new Option<bool>("--trace") { Description = "Print what happens, step by step, and what the devices log." };
        var shrink = new Option<bool>("--shrink") { Description = "Find a smaller history that fails in the same way, and print it as a test." };
        var run = new Command("run", "Run histories and ask whether a version was lost or devices stayed unequal. Exit code: 0 no, 1 yes, 2 bad arguments.")
        {
            seed, count, devices, operations, longVectors, traits, exactTimers, trace, shrink,
        };
        run.SetAction(parsed =>
        {
            var options = new HistoryOptions
            {
                Devices = parsed.GetValue(devices)!.Value,
                Operations = parsed.GetValue(operations)!.Value,
                LongVectors = parsed.GetValue(longVectors),
                Traits = parsed.GetValue(traits),
                ExactTimers = parsed.GetValue(exactTimers),
            };
            var seeds = parsed.GetValue(count)!.Value;
            var first = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000_000);
            if (first > int.MaxValue - seeds + 1)
            {
                error.WriteLine($"simulator: There are no {seeds} seeds from {first}: the last one is {int.MaxValue}.");
                return BadInput;
            }
            return Run(first, seeds, options, parsed.GetValue(trace), parsed.GetValue(shrink), output, alsoAsked);
        });
        return new RootCommand("Runs FolderSync's engine in a simulated world of devices, disks, networks and clocks.") { run };
    }

    private static int Run(
        int first, int count, HistoryOptions options, bool isTraced, bool shrinks, TextWriter output, Func<HistoryWorld, Failure?>? alsoAsked)
    {
        output.WriteLine($"{count} {(count == 1 ? "history" : "histories")} from seed {first}.");
        IReadOnlyList<Outcome> failures;
        if (isTraced)
        {
            // Sequentially, so that the same seeds print the same text.
            List<Outcome> failed = [];
            for (var n = 0; n < count; n++)
            {
                var outcome = HistoryRunner.Draw(first + n, options, isDetailed: true, alsoAsked);
                output.Write(outcome.Trace);
                if (outcome.Failure is not null)
                    failed.Add(outcome);
            }
            failures = failed;
        }
        else
        {
            failures = SeedRange.FailuresOf(first, count, options, Environment.ProcessorCount, alsoAsked);
        }
        foreach (var outcome in failures)
        {
            output.WriteLine($"==== seed {outcome.History.Seed} failed ====");
            output.WriteLine(isTraced ? outcome.Failure!.Text : outcome.Trace + outcome.Failure);
            output.WriteLine($"Replay: {Replay(outcome.History.Seed, options)}");
        }
        if (failures.Count == 0)
        {
            output.WriteLine("All passed.");
            return 0;
        }
        output.WriteLine($"Failed: seed {string.Join(", ", failures.Select(f => f.History.Seed))}.");
        if (shrinks)
            output.WriteLine(Describe(Shrinker.Shrink(failures[0], alsoAsked), failures[0]));
        return Failed;
    }

    private static Option<Traits?> TraitsOption() => new("--traits")
    {
        Description = $"Exactly these, separated by commas: none, {string.Join(", ", Enum.GetNames<Traits>().Skip(1)).ToLowerInvariant()}. Without it, each history draws its own.",
        HelpName = "LIST",
        CustomParser = result =>
        {
            if (result.Tokens is [var token] && token.Value.Split(',').All(t => t.Length > 0 && !char.IsAsciiDigit(t[0])) && Enum.TryParse<Traits>(token.Value, ignoreCase: true, out var traits))
                return traits;
            result.AddError("--traits is a list of traits, separated by commas.");
            return null;
        },
    };

    private static Option<int?> Number(string name, string argument, string description, int least, int most, int? usual)
    {
        var option = new Option<int?>(name)
        {
            Description = description + (usual is null ? "" : $" [default: {usual}]"),
            HelpName = argument,
            DefaultValueFactory = _ => usual,
        };
        option.Validators.Add((OptionResult result) =>
        {
            // The parser refuses what is not a number.
            if (result.Tokens is [var token] && long.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
                result.AddError($"{name} is from {least} to {most}, not {value}.");
        });
        return option;
    }
}
