using System.Text.Json.Nodes;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Engine;

namespace FolderSync.Api.Events;

/// <summary>Events of the service itself: its start, its configuration, what was paused, what waits no longer, where it listens.</summary>
internal sealed class ServiceEvents(ISyncEngine engine, ConfigStore store, Func<JsonObject> wholeConfig)
{
    private readonly Lock _lock = new();
    private string[] _listening = [];

    public void Start(IHostApplicationLifetime lifetime)
    {
        engine.Events.Add("Starting", ("home", store.Home.Path), ("myID", engine.Self.ToString()));
        store.Changed += OnConfig;
        lifetime.ApplicationStarted.Register(() =>
        {
            engine.Events.Add("StartupComplete", ("myID", engine.Self.ToString()));
            TellListening();
        });
    }

    public void Stop() => store.Changed -= OnConfig;

    /// <summary>Where peers are listened for, if it is elsewhere than when it was told last.</summary>
    public void TellListening()
    {
        string[] now = [.. engine.ListenAddresses.Order(StringComparer.Ordinal)];
        lock (_lock)
        {
            if (_listening.SequenceEqual(now))
                return;
            _listening = now;
        }
        foreach (var address in now)
        {
            engine.Events.Add(
                "ListenAddressesChanged",
                ("address", Url(address)),
                ("lan", new List<object?> { Url(address) }),
                ("wan", new List<object?> { Url(address) }));
        }
    }

    private void OnConfig(ConfigChange change)
    {
        var (old, now) = (change.Old.Engine, change.New.Engine);
        foreach (var device in now.Devices)
        {
            if (old.Device(device.Id) is { } before && before.Paused != device.Paused)
                engine.Events.Add(device.Paused ? "DevicePaused" : "DeviceResumed", ("device", device.Id.ToString()));
        }
        foreach (var folder in now.Folders)
        {
            if (old.Folder(folder.Id) is { } before && before.Paused != folder.Paused)
                engine.Events.Add(folder.Paused ? "FolderPaused" : "FolderResumed", ("id", folder.Id.Value), ("label", folder.Label));
        }
        var accepted = engine.State.PendingDevices().Where(p => now.Device(p.Device) is not null || now.IgnoredDevices.Contains(p.Device)).Select(p => p.Device).ToList();
        if (accepted.Count > 0)
            DevicesNoLongerPending(accepted);
        var offers = engine.State.PendingFolders().Where(p => now.Folder(p.Folder)?.Devices.Contains(p.Device) == true).ToList();
        if (offers.Count > 0)
            FoldersNoLongerPending([.. offers.Select(o => (o.Folder, (DeviceId?)o.Device))]);
        engine.Events.Add("ConfigSaved", (EventText.Whole, RawJson.Of(wholeConfig())));
    }

    public void DevicesNoLongerPending(IEnumerable<DeviceId> devices) => engine.Events.Add(
        "PendingDevicesChanged", ("removed", devices.Select(d => (object?)new Dictionary<string, object?> { ["deviceID"] = d.ToString() }).ToList()));

    public void FoldersNoLongerPending(IEnumerable<(FolderId Folder, DeviceId? Device)> folders) => engine.Events.Add(
        "PendingFoldersChanged",
        ("removed", folders.Select(f => (object?)(f.Device is { } device
            ? new Dictionary<string, object?> { ["deviceID"] = device.ToString(), ["folderID"] = f.Folder.Value }
            : new Dictionary<string, object?> { ["folderID"] = f.Folder.Value })).ToList()));

    /// <summary>An address in the parts that Syncthing's API spells it by.</summary>
    private static Dictionary<string, object?> Url(string address)
    {
        var parts = address.Split("://", 2);
        return new Dictionary<string, object?>
        {
            ["Scheme"] = parts.Length == 2 ? parts[0] : "tcp",
            ["Opaque"] = "",
            ["User"] = null,
            ["Host"] = parts[^1].TrimEnd('/'),
            ["Path"] = "",
            ["RawPath"] = "",
            ["OmitHost"] = false,
            ["ForceQuery"] = false,
            ["RawQuery"] = "",
            ["Fragment"] = "",
            ["RawFragment"] = "",
        };
    }
}
