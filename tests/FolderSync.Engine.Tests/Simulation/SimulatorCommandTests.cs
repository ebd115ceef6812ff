using FolderSync.Simulator.Commands;
using FolderSync.Simulator.Histories;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>Tests the simulator's command line.</summary>
public sealed class SimulatorCommandTests
{
    [Fact]
    public void A_seed_that_passes_ends_with_0()
    {
        var (code, output, error) = Run("run", "--seed", "7", "--operations", "10");
        Assert.Equal((0, "1 history from seed 7.\nAll passed.\n", ""), (code, output, error));
    }

    [Fact]
    public void Without_a_seed_one_is_drawn_and_printed()
    {
        var (code, output, _) = Run("run", "--count", "2", "--operations", "0");
        Assert.Equal(0, code);
        Assert.Matches(@"^2 histories from seed \d+\.\nAll passed\.\n$", output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("walk")]
    [InlineData("run --seed")]
    [InlineData("run --seed x")]
    [InlineData("run --seed -1")]
    [InlineData("run --seed 2147483647 --count 2")]
    [InlineData("run --count 0")]
    [InlineData("run --devices 0")]
    [InlineData("run --devices 11")]
    [InlineData("run --operations -1")]
    [InlineData("run --slow")]
    public void Bad_arguments_end_with_2_and_say_why(string arguments)
    {
        var (code, output, error) = Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((RunCommand.BadInput, ""), (code, output));
        Assert.StartsWith("simulator: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_lists_every_option()
    {
        var (code, output, _) = Run("run", "--help");
        Assert.Equal(0, code);
        Assert.All(["--seed", "--count", "--devices", "--operations", "--trace", "--shrink"], o => Assert.Contains(o, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_traces_of_a_seed_are_the_same_text_and_show_what_devices_log_and_make()
    {
        string[] arguments = ["run", "--seed", "21", "--count", "2", "--trace"];
        var first = Run(arguments);
        Assert.Equal(first, Run(arguments));
        Assert.Contains(" anna start\n", first.Output, StringComparison.Ordinal);
        Assert.Contains("  run for ", first.Output, StringComparison.Ordinal);
        Assert.Matches(@"\d+     bert Information: ", first.Output);
        Assert.Matches(@"\d+     carl \+ \w+ ", first.Output);
        Assert.NotEqual(first.Output, Run("run", "--seed", "22", "--count", "2", "--trace").Output);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(10)]
    public void As_many_devices_run_as_are_asked_for(int devices)
    {
        var (code, output, _) = Run("run", "--seed", "3", "--devices", $"{devices}", "--operations", "4", "--trace");
        Assert.Equal(0, code);
        Assert.Equal(devices, output.Split('\n').Where(l => l.EndsWith(" start", StringComparison.Ordinal)).Select(l => l.Split(' ')[^2]).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    public void As_many_operations_are_drawn_as_are_asked_for(int operations)
    {
        var (code, output, _) = Run("run", "--seed", "3", "--operations", $"{operations}", "--trace");
        Assert.Equal(0, code);
        // A pause after each, except those without callbacks; one more after the start.
        Assert.InRange(output.Split('\n').Count(l => l.Contains("  run ", StringComparison.Ordinal)), operations * 9 / 10, operations + 1);
    }

    [Fact]
    public void A_failure_ends_with_1_with_how_to_replay_it_and_with_a_test_to_keep()
    {
        var (code, output, _) = Run(NoWrite, "run", "--seed", "100", "--count", "20", "--devices", "2", "--operations", "25", "--shrink");
        Assert.Equal(RunCommand.Failed, code);
        Assert.Matches(@"==== seed 1\d\d failed ====", output);
        Assert.Matches(@"Replay: dotnet run --project tests/FolderSync\.Simulator -c Release -- run --seed 1\d\d --devices 2 --operations 25\n", output);
        // Which of the short ones is found depends on the engine's steps.
        Assert.Matches(@"Shrunk from \d+ steps to [1-5] in \d+ runs\.", output);
        Assert.Contains("new(new Operation.Write(", output, StringComparison.Ordinal);
    }

    /// <summary>An oracle that is wrong on purpose.</summary>
    private static Failure? NoWrite(HistoryWorld world) =>
        world.Devices.Any(d => d.User.Exists("b") && d.User.ReadText("b").StartsWith('<')) ? new Failure(FailureKind.Lost, "b was written.") : null;

    private static (int Code, string Output, string Error) Run(params string[] arguments) => Run(null, arguments);

    private static (int Code, string Output, string Error) Run(Func<HistoryWorld, Failure?>? alsoAsked, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = RunCommand.Invoke(arguments, output, error, alsoAsked);
        return (code, output.ToString(), error.ToString());
    }
}
