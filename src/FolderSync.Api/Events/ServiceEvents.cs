using FolderSync.Api.Service;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Engine;

namespace FolderSync.Api.Events;

/// <summary>
/// Publishes events of the service itself: its start, configuration changes, pauses, removed pending devices and folders, and listen addresses.
/// </summary>
/// <param name="wholeConfig">The whole configuration as REST gives it, on one line.</param>
internal sealed class ServiceEvents(ISyncEngine engine, ConfigStore store, Func<string> wholeConfig)
{
    private readonly Lock _lock = new();
    private string[] _listening = [];

    public void Start(IHostApplicationLifetime lifetime)
    {
        engine.Events.Publish(new ServiceEvent.Starting(store.Home.Path, engine.Self));
        store.Changed += OnConfig;
        lifetime.ApplicationStarted.Register(() =>
        {
            engine.Events.Publish(new ServiceEvent.Started(engine.Self));
            PublishListenAddresses();
        });
    }

    public void Stop() => store.Changed -= OnConfig;

    /// <summary>Publishes the listen addresses if they have changed.</summary>
    public void PublishListenAddresses()
    {
        string[] now = [.. engine.ListenAddresses.Order(StringComparer.Ordinal)];
        lock (_lock)
        {
            if (_listening.SequenceEqual(now))
                return;
            _listening = now;
        }
        foreach (var address in now)
            engine.Events.Publish(new ServiceEvent.Listening(address));
    }

    private void OnConfig(ConfigChange change)
    {
        var (old, now) = (change.Old.Engine, change.New.Engine);
        foreach (var device in now.Devices)
        {
            if (old.Device(device.Id) is { } before && before.Paused != device.Paused)
                engine.Events.Publish(new ServiceEvent.DevicePaused(device.Id, device.Paused));
        }
        foreach (var folder in now.Folders)
        {
            if (old.Folder(folder.Id) is { } before && before.Paused != folder.Paused)
                engine.Events.Publish(new ServiceEvent.FolderPaused(folder.Id, folder.Label, folder.Paused));
        }
        var accepted = engine.State.PendingDevices().Where(p => now.Device(p.Device) is not null || now.IgnoredDevices.Contains(p.Device)).Select(p => p.Device).ToList();
        if (accepted.Count > 0)
            DevicesNoLongerPending(accepted);
        var offers = engine.State.PendingFolders().Where(p => now.Folder(p.Folder)?.Devices.Contains(p.Device) == true).ToList();
        if (offers.Count > 0)
            FoldersNoLongerPending([.. offers.Select(o => (o.Folder, (DeviceId?)o.Device))]);
        engine.Events.Publish(() => new ServiceEvent.ConfigSaved(wholeConfig()));
    }

    public void DevicesNoLongerPending(IEnumerable<DeviceId> devices) => engine.Events.Publish(new ServiceEvent.PendingDevicesRemoved([.. devices]));

    public void FoldersNoLongerPending(IEnumerable<(FolderId Folder, DeviceId? Device)> folders) => engine.Events.Publish(new ServiceEvent.PendingFoldersRemoved([.. folders]));
}
