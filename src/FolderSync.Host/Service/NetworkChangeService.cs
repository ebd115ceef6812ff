using FolderSync.Engine;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Nearby;

namespace FolderSync.Host.Service;

/// <summary>Forwards network changes and discovered devices to the engine, from before the first connection until the end.</summary>
internal sealed class NetworkChangeService(ISyncEngine engine, DeviceDiscovery discovery, NetworkMonitor watch) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        discovery.Found += OnFound;
        watch.Changed += engine.OnNetworkChanged;
        watch.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        watch.Changed -= engine.OnNetworkChanged;
        discovery.Found -= OnFound;
        return discovery.ApplyAsync(DiscoverySettings.Off);
    }

    private void OnFound(DeviceFound found) => engine.OnDeviceFound(found.Device, found.Addresses, found.IsNew);
}
