using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using FolderSync.Client;
using FolderSync.Client.Extensions;
using FolderSync.Tray.Model;
using FolderOffer = FolderSync.Tray.Model.FolderOffer;

namespace FolderSync.Tray.Service;

/// <summary>Asks the service for all that the tray shows.</summary>
internal static class OverviewReader
{
    /// <exception cref="ServiceException"/>
    public static async Task<Overview> ReadAsync(ServiceClient client, CancellationToken cancellation)
    {
        var rows = await OptionalAsync(client, "foldersync/folders", ExtensionJson.Default.IReadOnlyListFolderRow, cancellation);
        var peers = await OptionalAsync(client, "foldersync/devices", ExtensionJson.Default.IReadOnlyListDeviceRow, cancellation);
        IReadOnlyList<FolderView> folders = rows is null ? await PlainRoutes.FoldersAsync(client, cancellation) : [.. rows.Select(View)];
        IReadOnlyList<DeviceView> devices = peers is null ? await PlainRoutes.DevicesAsync(client, cancellation)
            : [.. peers.Select(d => new DeviceView(d.Id, d.Name, d.Connected, d.Paused, d.Completion, d.ReceiveRate, d.SendRate))];
        var conflicts = await OptionalAsync(client, "foldersync/conflicts", ExtensionJson.Default.IReadOnlyListConflictItem, cancellation);
        var problems = await OptionalAsync(client, "foldersync/problems", ExtensionJson.Default.IReadOnlyListProblemItem, cancellation);
        var changes = await OptionalAsync(client, "foldersync/changes?limit=10", ExtensionJson.Default.IReadOnlyListChangeItem, cancellation);
        var nearby = await OptionalAsync(client, "foldersync/nearby", ExtensionJson.Default.IReadOnlyListNearbyItem, cancellation);
        var pause = await OptionalAsync(client, "foldersync/pause", ExtensionJson.Default.PauseState, cancellation);
        var pendingDevices = await client.GetAsync("cluster/pending/devices", TrayJson.Default.DictionaryStringPendingDevice, cancellation);
        var pendingFolders = await client.GetAsync("cluster/pending/folders", TrayJson.Default.DictionaryStringPendingFolder, cancellation);
        var config = await client.GetAsync("config", TrayJson.Default.JsonNode, cancellation);
        var names = folders.ToDictionary(f => f.Id, f => f.Name);
        var deviceNames = devices.ToDictionary(d => d.Id, d => d.Name);
        return new Overview
        {
            Folders = folders,
            Devices = devices,
            PairingRequests = [.. pendingDevices.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => new PairingRequest(d.Key, d.Value.Name ?? ""))],
            Offers = [.. pendingFolders.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => Offers(f.Key, f.Value, deviceNames))],
            Conflicts = [.. (conflicts ?? []).Select(c => new ConflictView(c.Folder, names.GetValueOrDefault(c.Folder, c.Folder), c.Copy))],
            Problems = [.. (problems ?? []).Where(p => !p.Acknowledged).Select(p => new ProblemView($"{p.Id}", p.Folder, p.Text, p.Severity == "error"))],
            Changes = [.. (changes ?? []).Select(c => new ChangeView(c.Folder, c.Item, c.Action, c.Local ? "" : c.DeviceName, c.Time))],
            Nearby = [.. (nearby ?? []).Where(n => !n.Paired).Select(n => new NearbyView(n.DeviceId, n.Name))],
            Pause = pause is { Paused: true } ? new PauseView(pause.Until) : null,
            Notifications = Switches(config),
        };
    }

    /// <summary>What an older service does not know is not there.</summary>
    private static async Task<T?> OptionalAsync<T>(ServiceClient client, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await client.GetAsync(path, type, cancellation);
        }
        catch (ServiceException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static FolderView View(FolderRow f) =>
        new(f.Id, NameOf(f), f.Path, f.State, f.Error, f.Paused, f.NeedBytes, f.NeedFiles + f.NeedDeletes, f.Completion, f.SecondsLeft, f.Hold is not null);

    private static string NameOf(FolderRow f) => f.Label is { Length: > 0 } label ? label : f.Id;

    private static IEnumerable<FolderOffer> Offers(string folder, PendingFolder pending, Dictionary<string, string> names) =>
        (pending.OfferedBy ?? []).OrderBy(o => o.Key, StringComparer.Ordinal)
            .Select(o => new FolderOffer(folder, o.Value.Label is { Length: > 0 } label ? label : folder, o.Key, names.GetValueOrDefault(o.Key, "")));

    /// <summary>On, where the configuration does not say otherwise.</summary>
    private static NoticeSwitches Switches(JsonNode config)
    {
        var section = (config as JsonObject)?["notifications"] as JsonObject;
        bool IsOn(string name) => section?[name] is not JsonValue value || value.GetValueKind() != JsonValueKind.False;
        return new NoticeSwitches(IsOn("pairing"), IsOn("offers"), IsOn("conflicts"), IsOn("errors"));
    }
}
