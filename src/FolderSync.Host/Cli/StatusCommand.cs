using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using FolderSync.Client;
using FolderSync.Host.Config;

namespace FolderSync.Host.Cli;

/// <summary>What `status` shows of a folder.</summary>
internal sealed record FolderLine(string Id, string Label, string Path, string State, string Error, double Percent, long Files, long Bytes, long NeedItems, long NeedBytes, int Errors);

/// <summary>What `status` shows of a device.</summary>
internal sealed record DeviceLine(string Id, string Name, bool Connected, bool Paused, string Address, string Version, double Percent);

/// <summary>What `status` shows, in one piece: the shape of `status --json`.</summary>
internal sealed record StatusReport(string Id, string Version, long UptimeSeconds, string Url, IReadOnlyList<FolderLine> Folders, IReadOnlyList<DeviceLine> Devices)
{
    public static async Task<StatusReport> ReadAsync(ServiceClient client, CancellationToken cancellation)
    {
        var status = await client.StatusAsync(cancellation);
        var version = await client.VersionAsync(cancellation);
        var connections = await client.ConnectionsAsync(cancellation);
        var folders = new List<FolderLine>();
        foreach (var folder in await client.FoldersAsync(cancellation))
            folders.Add(Line(folder, folder.Paused == true ? new FolderStatus() : await client.FolderStatusAsync(folder.Id, cancellation)));
        var devices = new List<DeviceLine>();
        foreach (var device in (await client.DevicesAsync(cancellation)).Where(d => d.DeviceId != status.DeviceId))
        {
            var connection = connections.Connections.GetValueOrDefault(device.DeviceId) ?? new ConnectionStatus();
            var completion = connection.Connected ? (await client.CompletionAsync(device.DeviceId, null, cancellation)).Percent : 0;
            devices.Add(new DeviceLine(device.DeviceId, device.Name ?? "", connection.Connected, device.Paused == true, connection.Address, connection.ClientVersion, completion));
        }
        return new StatusReport(status.DeviceId, version.Version, status.Uptime, client.Address.Url, folders, devices);
    }

    private static FolderLine Line(ConfiguredFolder folder, FolderStatus s)
    {
        var state = folder.Paused == true ? "paused" : s.State.Length > 0 ? s.State : "starting";
        var percent = s.GlobalBytes > 0 ? Math.Clamp(100.0 * (s.GlobalBytes - s.NeedBytes) / s.GlobalBytes, 0, 100) : s.NeedTotalItems > 0 ? 0 : 100;
        // What is not all there is never shown as 100.
        percent = s.NeedTotalItems > 0 ? Math.Min(percent, 99.9) : percent;
        return new FolderLine(folder.Id, folder.Label ?? "", folder.Path ?? "", state, s.Error, percent, s.LocalFiles, s.LocalBytes, s.NeedTotalItems, s.NeedBytes, s.Errors);
    }
}

internal static class StatusCommand
{
    public static Command Create(CommandLine cli)
    {
        var json = new Option<bool>("--json") { Description = "For programs: one JSON object." };
        return cli.Does(new Command("status", "Shows this device, its folders and the other devices.") { json }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            var report = await StatusReport.ReadAsync(client, cancellation);
            if (parsed.GetValue(json))
                await context.Out.WriteLineAsync(JsonSerializer.Serialize(report, StatusJson.Default.StatusReport));
            else
                StatusTable.Write(context, report, Name(home));
        });
    }

    private static string Name(HomeDirectory home)
    {
        try
        {
            using var store = ConfigStore.Open(home);
            return store.Current.Engine.Name;
        }
        catch (ConfigException)
        {
            return "";
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
