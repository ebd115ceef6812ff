using FolderSync.Client;
using FolderSync.Contracts;
using FolderSync.Tray.Model;
using FolderOffer = FolderSync.Tray.Model.FolderOffer;

namespace FolderSync.Tray.Service;

/// <summary>Reads everything that the tray shows from the service.</summary>
internal static class OverviewReader
{
    private const int Changes = 10;

    /// <exception cref="ServiceException"/>
    public static async Task<Overview> ReadAsync(ServiceClient client, CancellationToken cancellation)
    {
        var folders = (await client.FolderRowsAsync(cancellation)).Select(View).ToList();
        var devices = (await client.DeviceRowsAsync(cancellation))
            .Select(d => new DeviceView(d.Id, d.Name, d.Connected, d.Paused, d.Completion, d.ReceiveRate, d.SendRate)).ToList();
        var conflicts = await client.ConflictsAsync(null, cancellation);
        var problems = await client.ProblemsAsync(cancellation);
        var changes = await client.ChangesAsync(null, Changes, null, cancellation);
        var nearby = await client.NearbyAsync(cancellation);
        var pause = await client.PauseStateAsync(cancellation);
        var pendingDevices = await client.PendingDevicesAsync(cancellation);
        var pendingFolders = await client.PendingFoldersAsync(cancellation);
        var options = await client.OptionsAsync(cancellation);
        var names = folders.ToDictionary(f => f.Id, f => f.Name);
        var deviceNames = devices.ToDictionary(d => d.Id, d => d.Name);
        return new Overview
        {
            Folders = folders,
            Devices = devices,
            PairingRequests = [.. pendingDevices.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => new PairingRequest(d.Key, d.Value.Name ?? ""))],
            Offers = [.. pendingFolders.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => Offers(f.Key, f.Value, deviceNames))],
            Conflicts = [.. conflicts.Select(c => new ConflictView(c.Folder, names.GetValueOrDefault(c.Folder, c.Folder), c.Copy))],
            Problems = [.. problems.Where(p => !p.Acknowledged).Select(p => new ProblemView($"{p.Id}", p.Folder, p.Text, p.Severity == "error"))],
            Changes = [.. changes.Select(c => new ChangeView(c.Folder, c.Item, c.Action, c.Local ? "" : c.DeviceName, c.Time))],
            Nearby = [.. nearby.Where(n => !n.Paired).Select(n => new NearbyView(n.DeviceId, n.Name))],
            Pause = pause is { Paused: true } ? new PauseView(pause.Until) : null,
            Notifications = Switches(options.Notifications),
        };
    }

    private static FolderView View(FolderRow f) =>
        new(f.Id, NameOf(f), f.Path, f.State, f.Error, f.Paused, f.NeedBytes, f.NeedFiles + f.NeedDeletes, f.Completion, f.SecondsLeft, f.Hold is not null);

    private static string NameOf(FolderRow f) => f.Label is { Length: > 0 } label ? label : f.Id;

    private static IEnumerable<FolderOffer> Offers(string folder, PendingFolder pending, Dictionary<string, string> names) =>
        pending.OfferedBy.OrderBy(o => o.Key, StringComparer.Ordinal)
            .Select(o => new FolderOffer(folder, o.Value.Label is { Length: > 0 } label ? label : folder, o.Key, names.GetValueOrDefault(o.Key, "")));

    /// <summary>Notifications are on unless the configuration disables them.</summary>
    private static NoticeSwitches Switches(NotificationSwitches? set) =>
        new(set?.Pairing != false, set?.Folders != false, set?.Conflicts != false, set?.Errors != false);
}
