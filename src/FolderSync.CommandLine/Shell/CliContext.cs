using FolderSync.Client;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Core.Model;

namespace FolderSync.CommandLine.Shell;

/// <summary>What a command may use besides files and the service.</summary>
/// <param name="Out">The requested output.</param>
/// <param name="Error">Notes for the user.</param>
/// <param name="IsTerminal">A user looks at <paramref name="Out"/>: use colors, tables and progress.</param>
public sealed record CliContext(TextWriter Out, TextWriter Error, Func<string, string?> Environment, bool IsTerminal, string WorkingDirectory)
{
    /// <summary>The user's answers.</summary>
    public TextReader In { get; init; } = Console.In;

    /// <summary>Names of the environment variables.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Asks a question on standard error; only an explicit yes counts.</summary>
    public async Task<bool> AskAsync(string question, CancellationToken cancellation)
    {
        await Error.WriteAsync($"{question} [y/N] ");
        await Error.FlushAsync(cancellation);
        // Reading from a terminal can't be cancelled, and Ctrl-C must not wait for it.
        var answer = await Task.Run(In.ReadLine, CancellationToken.None).WaitAsync(cancellation);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static CliContext OfProcess() => new(Console.Out, Console.Error, System.Environment.GetEnvironmentVariable,
        !Console.IsOutputRedirected, Directory.GetCurrentDirectory())
    {
        Variables = [.. System.Environment.GetEnvironmentVariables().Keys.Cast<string>()],
    };

    public HomeDirectory Home(string? given) => new(Path.Combine(WorkingDirectory, given is { Length: > 0 } ? given : HomeDirectory.Default(Environment)));

    /// <summary>The device of the home directory.</summary>
    /// <exception cref="CliException">The home directory has no identity.</exception>
    public DeviceId Self(HomeDirectory home) => HomeSetup.DeviceOf(home) ??
        throw CliException.BadInput($"There is no FolderSync in '{home}'. Create one with `foldersync init --home {home}`, or give another home with --home.");

    /// <summary>A client of the service running on the home directory; null when none is running.</summary>
    public static async Task<ServiceClient?> ConnectAsync(HomeDirectory home, CancellationToken cancellation)
    {
        if (ServiceAddress.Find(home.Path) is not { HasRest: true } address)
            return null;
        var client = new ServiceClient(address);
        if (await client.IsRunningAsync(cancellation))
            return client;
        client.Dispose();
        return null;
    }

    /// <summary>True when the service is running but can't be reached.</summary>
    public static bool RunsWithoutRest(HomeDirectory home) => ServiceAddress.Find(home.Path) is { HasRest: false } address && address.IsProcessThere();

    /// <exception cref="CliException">None is running, or it can't be reached.</exception>
    public async Task<ServiceClient> RequireAsync(HomeDirectory home, CancellationToken cancellation)
    {
        _ = Self(home);
        return await ConnectAsync(home, cancellation) ?? throw CliException.Failed(RunsWithoutRest(home)
            ? $"FolderSync is running on '{home}' without the page and the REST interface, which this command needs. Set page.enabled to true in '{home.ConfigFile}' and start it again."
            : $"FolderSync is not running on '{home}'. Start it with `foldersync serve --home {home}`.");
    }

    public static DeviceId ParseDevice(string text) =>
        DeviceIdText.TryParse(text, out var id, out var why) ? id : throw CliException.BadInput(why!);
}

/// <summary>A command can't do what was requested: one sentence for standard error, and the exit code.</summary>
internal sealed class CliException(string message, int code) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>The request is wrong: an invalid ID, a missing path.</summary>
    public static CliException BadInput(string message) => new(message, ExitCode.BadInput);

    /// <summary>The request is valid but failed.</summary>
    public static CliException Failed(string message) => new(message, ExitCode.Failure);
}

public static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadInput = 2;

    /// <summary>Ctrl-C, as shells report it: 128 plus the signal's number.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>SIGHUP: the terminal was closed.</summary>
    public const int HungUp = 129;
}
