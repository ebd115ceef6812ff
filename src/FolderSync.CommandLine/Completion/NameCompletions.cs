using System.CommandLine;
using System.CommandLine.Completions;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;

namespace FolderSync.CommandLine.Completion;

/// <summary>Completes folders, devices and nearby devices; silently offers nothing when they are unknown.</summary>
internal static class NameCompletions
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(1);

    public static Argument<T> CompleteFolders<T>(this Argument<T> argument, CommandSet cli)
    {
        argument.CompletionSources.Add(c => Folders(cli, c));
        return argument;
    }

    public static Argument<T> CompleteDevices<T>(this Argument<T> argument, CommandSet cli)
    {
        argument.CompletionSources.Add(c => Devices(cli, c));
        return argument;
    }

    public static Argument<T> CompleteFoldersAndDevices<T>(this Argument<T> argument, CommandSet cli)
    {
        argument.CompletionSources.Add(c => Folders(cli, c).Concat(Devices(cli, c)));
        return argument;
    }

    public static Argument<T> CompleteNearbyDevices<T>(this Argument<T> argument, CommandSet cli)
    {
        argument.CompletionSources.Add(c => Nearby(cli, c));
        return argument;
    }

    public static Option<T> CompleteDevices<T>(this Option<T> option, CommandSet cli)
    {
        option.CompletionSources.Add(c => Devices(cli, c));
        return option;
    }

    private static IEnumerable<CompletionItem> Folders(CommandSet cli, CompletionContext context) =>
        Read(cli, context, c => c.Folders.Select(f => new CompletionItem(f.Id.Value, detail: f.Label.Length > 0 ? $"{f.Label}, {f.Path}" : f.Path)));

    private static IEnumerable<CompletionItem> Devices(CommandSet cli, CompletionContext context) =>
        Read(cli, context, c => c.Devices.Select(d => new CompletionItem(d.Name.Length > 0 ? d.Name : d.Id.ToString(), detail: d.Id.ToString()[..7])));

    /// <summary>Reads the file, which the service uses, too, and which exists without it.</summary>
    private static IEnumerable<CompletionItem> Read(CommandSet cli, CompletionContext context, Func<ConfigFile, IEnumerable<CompletionItem>> items)
    {
        try
        {
            using var file = ConfigFile.Open(cli.HomeOf(context.ParseResult));
            return [.. items(file)];
        }
        catch (Exception e) when (e is ConfigException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    private static IEnumerable<CompletionItem> Nearby(CommandSet cli, CompletionContext context)
    {
        try
        {
            return Task.Run(() => NearbyAsync(cli.HomeOf(context.ParseResult))).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is ServiceException or IOException or UnauthorizedAccessException or ArgumentException or OperationCanceledException)
        {
            return [];
        }
    }

    private static async Task<List<CompletionItem>> NearbyAsync(HomeDirectory home)
    {
        using var limit = new CancellationTokenSource(ResponseTimeout);
        using var client = await CliContext.ConnectAsync(home, limit.Token);
        return client is null ? [] : [.. (await client.NearbyAsync(limit.Token)).Where(n => !n.Paired).Select(n => new CompletionItem(n.Name.Length > 0 ? n.Name : n.DeviceId, detail: n.DeviceId[..Math.Min(7, n.DeviceId.Length)]))];
    }
}
