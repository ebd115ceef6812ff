using FolderSync.Client;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Service;

/// <summary>What can be known of an older service, which has Syncthing's routes only: no rates, no time left.</summary>
internal static class PlainRoutes
{
    public static async Task<IReadOnlyList<FolderView>> FoldersAsync(ServiceClient client, CancellationToken cancellation)
    {
        var folders = new List<FolderView>();
        foreach (var f in await client.FoldersAsync(cancellation))
        {
            var name = f.Label is { Length: > 0 } label ? label : f.Id;
            var isPaused = f.Paused ?? false;
            var s = isPaused ? new FolderStatus() : await client.FolderStatusAsync(f.Id, cancellation);
            var completion = s.GlobalBytes > 0 ? 100.0 * (s.GlobalBytes - s.NeedBytes) / s.GlobalBytes : 100;
            folders.Add(new FolderView(f.Id, name, f.Path ?? "", s.State, s.Error, isPaused, s.NeedBytes, s.NeedTotalItems, completion, null, false));
        }
        return folders;
    }

    public static async Task<IReadOnlyList<DeviceView>> DevicesAsync(ServiceClient client, CancellationToken cancellation)
    {
        var names = (await client.DevicesAsync(cancellation)).ToDictionary(d => d.DeviceId, d => d.Name ?? "");
        var connections = (await client.ConnectionsAsync(cancellation)).Connections;
        return [.. connections.OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => new DeviceView(c.Key, names.GetValueOrDefault(c.Key, ""), c.Value.Connected, c.Value.Paused, 100, 0, 0))];
    }
}
