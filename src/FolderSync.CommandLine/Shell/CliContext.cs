using FolderSync.Client;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Core.Model;

namespace FolderSync.CommandLine.Shell;

/// <summary>What a command may touch besides files and the service.</summary>
/// <param name="Out">What was asked for.</param>
/// <param name="Error">What a person should know besides.</param>
/// <param name="IsTerminal">A person looks at <paramref name="Out"/>: colours, tables, progress.</param>
public sealed record CliContext(TextWriter Out, TextWriter Error, Func<string, string?> Environment, bool IsTerminal, string WorkingDirectory)
{
    /// <summary>What a person answers.</summary>
    public TextReader In { get; init; } = Console.In;

    /// <summary>Names of the environment's variables.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>A question on standard error; only a yes is a yes.</summary>
    public async Task<bool> AskAsync(string question, CancellationToken cancellation)
    {
        await Error.WriteAsync($"{question} [y/N] ");
        await Error.FlushAsync(cancellation);
        // Reading a terminal can't be cancelled: who presses Ctrl-C does not wait for it.
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

    /// <summary>The device whose home it is.</summary>
    /// <exception cref="CliException">It is nobody's.</exception>
    public DeviceId Self(HomeDirectory home) => HomeSetup.DeviceOf(home) ??
        throw CliException.BadInput($"There is no FolderSync in '{home}'. Make one with `foldersync init --home {home}`, or name another home with --home.");

    /// <summary>A client of the service that runs on the home; null when none runs.</summary>
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

    /// <summary>The service runs, and can't be asked.</summary>
    public static bool RunsWithoutRest(HomeDirectory home) => ServiceAddress.Find(home.Path) is { HasRest: false } address && address.IsProcessThere();

    /// <exception cref="CliException">None runs, or it can't be asked.</exception>
    public async Task<ServiceClient> RequireAsync(HomeDirectory home, CancellationToken cancellation)
    {
        _ = Self(home);
        return await ConnectAsync(home, cancellation) ?? throw CliException.Failed(RunsWithoutRest(home)
            ? $"FolderSync runs on '{home}' without page and REST interface, which this command needs. Set page.enabled to true in '{home.ConfigFile}' and start it again."
            : $"FolderSync is not running on '{home}'. Start it with `foldersync serve --home {home}`.");
    }

    public static DeviceId ParseDevice(string text) =>
        DeviceIdText.TryParse(text, out var id, out var why) ? id : throw CliException.BadInput(why!);
}

/// <summary>A command can't do what was asked: one sentence for standard error, and the exit code.</summary>
internal sealed class CliException(string message, int code) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>The request is wrong: a wrong ID, a path that is not there.</summary>
    public static CliException BadInput(string message) => new(message, ExitCode.BadInput);

    /// <summary>The request is right and could not be carried out.</summary>
    public static CliException Failed(string message) => new(message, ExitCode.Failure);
}

public static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadInput = 2;

    /// <summary>Ctrl-C, as shells count it: 128 and the signal's number.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>SIGHUP: the terminal was closed.</summary>
    public const int HungUp = 129;
}
