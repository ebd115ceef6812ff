using System.Threading.Channels;
using FolderSync.Api.Rest;
using FolderSync.Api.Service;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Engine;
using FolderSync.Network.Discovery.Nearby;

namespace FolderSync.Host.Service;

/// <summary>Starts the engine and passes it every new configuration. The container ends it.</summary>
internal sealed class EngineService(ISyncEngine engine, ConfigStore config, ReservedPorts ports, PauseController pause, LogBuffer book, StoredOptions stored, DeviceDiscovery discovery, ILogger<EngineService> log) : BackgroundService
{
    private readonly Channel<ConfigChange> _changes = Channel.CreateBounded<ConfigChange>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Report();
        config.ProblemsChanged += Report;
        config.ReloadFailed += OnReloadFailed;
        config.Changed += Enqueue;
        ports.Peers?.Dispose();
        book.Load(engine.State);
        await pause.RestoreAsync(cancellationToken);
        await ApplyStoredOptionsAsync(cancellationToken);
        await engine.ApplyAsync(stored.Guarded(config.Current.Engine), cancellationToken);
        await discovery.ApplyAsync(Discovery());
        foreach (var (address, why) in engine.ListenErrors)
            Log.NotListening(log, address, why);
        config.Watch();
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        config.Changed -= Enqueue;
        config.ProblemsChanged -= Report;
        config.ReloadFailed -= OnReloadFailed;
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var change in _changes.Reader.ReadAllAsync(stoppingToken))
                await ApplyAsync(change, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task ApplyAsync(ConfigChange change, CancellationToken cancellation)
    {
        try
        {
            await engine.ApplyAsync(stored.Guarded(config.Current.Engine), cancellation);
            await discovery.ApplyAsync(Discovery());
            Log.ConfigTaken(log);
            if ((change.Old.Page.Address, change.Old.Page.Tls, change.Old.Page.Enabled) != (change.New.Page.Address, change.New.Page.Tls, change.New.Page.Enabled))
                Log.PageNeedsRestart(log);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.ConfigFailed(log, e);
        }
    }

    private async Task ApplyStoredOptionsAsync(CancellationToken cancellation)
    {
        try
        {
            await stored.RemoveUnsupportedAsync(cancellation);
        }
        catch (Exception e) when (e is ConfigException or IOException or UnauthorizedAccessException)
        {
            // The next change retries it; until then the engine doesn't see such shares.
            Log.ConfigFailed(log, e);
        }
    }

    /// <summary>One option covers all discovery: without local discovery there is no mDNS either.</summary>
    private DiscoverySettings Discovery()
    {
        var c = config.Current.Engine;
        return new DiscoverySettings(
            c.LocalDiscovery, c.Mdns, c.LocalDiscoveryPort, DiscoverySettings.DefaultGroup, c.Name, engine.ListenAddresses, c.Devices.Select(d => d.Id).ToHashSet());
    }

    private void Enqueue(ConfigChange change) => _changes.Writer.TryWrite(change);

    private void OnReloadFailed(Exception e) => Log.LoopFault(log, "config.yaml", e);

    private void Report()
    {
        foreach (var problem in config.Error?.Problems ?? [])
            Log.ConfigRefused(log, problem);
        foreach (var warning in config.Warnings)
            Log.ConfigWarning(log, warning);
    }
}
