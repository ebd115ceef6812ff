using System.Text.Json;
using System.Text.Json.Serialization;
using FolderSync.Client;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Contracts;

namespace FolderSync.CommandLine.Status;

/// <summary>A folder as `status` shows it.</summary>
/// <param name="State">idle, scanning, syncing, error, paused and so on.</param>
/// <param name="Percent">Below 100 while anything is missing.</param>
/// <param name="SecondsLeft">Null when unknown.</param>
/// <param name="HeldDeletions">The number of files whose deletion or change needs the user's decision.</param>
internal sealed record FolderLine(
    string Id, string Label, string Path, string Type, string State, string Error, double Percent, long Files, long Bytes, long NeedItems, long NeedBytes, int Errors,
    int Conflicts, long HeldDeletions, double ReceiveRate, long? SecondsLeft, DateTimeOffset? LastChange, string? LastItem);

/// <summary>A device as `status` shows it.</summary>
/// <param name="Why">Why it can't be reached; null when unknown.</param>
internal sealed record DeviceLine(
    string Id, string Name, bool Connected, bool Paused, string Address, bool Lan, string Program, string Version, double Percent, double ReceiveRate, double SendRate,
    DateTimeOffset? LastSeen, string? Why);

/// <summary>The content of `status` and the format of `status --json`. Keys may be added but never renamed.</summary>
/// <param name="Paused">Everything is paused, with `pause` without a name.</param>
/// <param name="Attention">Sentences about what needs the user's attention.</param>
internal sealed record StatusReport(
    string Id, string Name, string Version, long UptimeSeconds, string Url, bool Paused, DateTimeOffset? PausedUntil,
    IReadOnlyList<FolderLine> Folders, IReadOnlyList<DeviceLine> Devices, IReadOnlyList<string> Attention)
{
    public static async Task<StatusReport> ReadAsync(ServiceClient client, HomeDirectory home, CancellationToken cancellation)
    {
        var status = await client.StatusAsync(cancellation);
        var version = await client.VersionAsync(cancellation);
        var pause = await client.PauseStateAsync(cancellation);
        var folders = (await client.FolderRowsAsync(cancellation)).Select(Line).ToList();
        var devices = (await client.DeviceRowsAsync(cancellation)).Select(Line).ToList();
        var attention = ActionItems.Of(
            folders, await client.PendingDevicesAsync(cancellation), await client.PendingFoldersAsync(cancellation), await client.ProblemsAsync(cancellation), devices);
        return new StatusReport(status.DeviceId, NameIn(home), version.Version, status.Uptime, client.Address.Url, pause.Paused, pause.Until, folders, devices, attention);
    }

    private static FolderLine Line(FolderRow f)
    {
        var missing = f.NeedFiles + f.NeedDeletes;
        var percent = Math.Clamp(f.Completion, 0, 100);
        return new FolderLine(
            f.Id, f.Label, f.Path, f.Type, f.Paused ? "paused" : f.State is { Length: > 0 } state ? state : "starting", f.Error,
            // Never show 100 while something is missing.
            missing > 0 ? Math.Min(percent, 99.9) : percent,
            f.LocalFiles, f.LocalBytes, missing, f.NeedBytes, f.Problems, f.Conflicts, f.Hold?.Files ?? 0, f.ReceiveRate, f.SecondsLeft, f.LastChange?.Time, f.LastChange?.Item);
    }

    private static DeviceLine Line(DeviceRow d) => new(
        d.Id, d.Name, d.Connected, d.Paused, d.Address, d.IsLan, d.ClientName, d.ClientVersion, d.Completion, d.ReceiveRate, d.SendRate, d.LastSeen,
        d.NotAnsweringSince is not null ? "It is connected and does not answer requests." : d.Connected || d.DialErrors.Count == 0 ? null : d.DialErrors.Values.First());

    /// <summary>The file has the name even when the service isn't running.</summary>
    private static string NameIn(HomeDirectory home)
    {
        try
        {
            using var file = ConfigFile.Open(home);
            return file.Name;
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

/// <summary>On one line, for streams.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusLineJson : JsonSerializerContext;
