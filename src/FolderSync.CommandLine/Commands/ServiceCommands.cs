using System.CommandLine;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Contracts;

namespace FolderSync.CommandLine.Commands;

internal static class ServiceCommands
{
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static Command Shutdown(CommandSet cli) => cli.SetHandler(new Command("shutdown", "Shuts the service down and waits until it has ended."), async (context, home, _, cancellation) =>
    {
        using var client = await context.RequireAsync(home, cancellation);
        await client.ShutdownAsync(cancellation);
        await UntilAsync(context, home, now => now is null || now.Process != client.Address.Process, "ended", cancellation);
        await context.Out.WriteLineAsync("FolderSync has ended.");
    });

    public static Command Restart(CommandSet cli) => cli.SetHandler(new Command("restart", "Restarts the service and waits until it responds."), async (context, home, _, cancellation) =>
    {
        using var client = await context.RequireAsync(home, cancellation);
        var started = (await client.StatusAsync(cancellation)).StartTime;
        await client.RestartAsync(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(WaitTimeout);
        try
        {
            while (await StartedAsync(home, limit.Token) is not { } now || now == started)
                await Task.Delay(Interval, context.Time, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw CliException.Failed($"The service is restarting but doesn't respond yet. See `foldersync log` or the system's journal.");
        }
        await context.Out.WriteLineAsync("FolderSync runs again.");
    });

    private static async Task<DateTimeOffset?> StartedAsync(HomeDirectory home, CancellationToken cancellation)
    {
        try
        {
            using var client = await CliContext.ConnectAsync(home, cancellation);
            return client is null ? null : (await client.StatusAsync(cancellation)).StartTime;
        }
        catch (ServiceException)
        {
            return null;
        }
    }

    /// <summary>The service removes its address once it has closed everything.</summary>
    private static async Task UntilAsync(CliContext context, HomeDirectory home, Func<ServiceAddress?, bool> reached, string word, CancellationToken cancellation)
    {
        var begun = context.Time.GetTimestamp();
        while (!reached(ServiceAddress.Find(home.Path)))
        {
            if (context.Time.GetElapsedTime(begun) > WaitTimeout)
                throw CliException.Failed($"The service was asked to, but has not {word} yet. Its log shows what it is waiting for.");
            await Task.Delay(Interval, context.Time, cancellation);
        }
    }
}
