using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Api;
using FolderSync.Api.Events;
using FolderSync.Api.Service;
using FolderSync.CommandLine.Commands;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Engine;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Local;
using FolderSync.Filesystem.Watch;
using FolderSync.Host.Service;
using FolderSync.Index;
using FolderSync.Index.Sqlite;
using FolderSync.Index.State;
using FolderSync.Network;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Nearby;
using FolderSync.Network.Tcp;
using FolderSync.Platform;
using FolderSync.Protocol.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FolderSync.Host;

/// <summary>Puts the service together. Only here do the implementations behind the interfaces have names.</summary>
internal static class Composition
{
    /// <param name="ports">The ports; their listeners take them over.</param>
    /// <param name="certificate">The page's certificate; null: it has no TLS.</param>
    public static ApiServer Build(ServeOptions options, ConfigStore config, DeviceIdentity identity, PageEndpoint page, ReservedPorts ports, X509Certificate2? certificate = null)
    {
        var log = new LogBuffer(TimeProvider.System, options.LogLevel);
        return ApiServer.Build(
            options.Home.Path,
            ports.Page is { } held ? new ApiListener(held.Socket, certificate) : null,
            logging => logging.SetMinimumLevel(LogLevel.Trace).AddFilter((_, category, level) => log.IsLogged(category ?? "", level)).AddProvider(log)
                .AddProvider(new LogWriter(Console.Error, TimeProvider.System, LogWriter.IsJournal(Environment.GetEnvironmentVariable))),
            services =>
            {
                services.Configure<HostOptions>(o =>
                {
                    o.ShutdownTimeout = TimeSpan.FromSeconds(20);
                    // Services that aren't restarted log their faults: nothing beside the engine is worth ending it.
                    o.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
                });
                services.AddSingleton(log).AddSingleton(TimeProvider.System).AddSingleton(options.Home).AddSingleton(config).AddSingleton(identity).AddSingleton(page).AddSingleton(ports);
                AddEngine(services, options.Home, identity);
                services.AddSingleton<PauseController>().AddSingleton<IPauseController>(s => s.GetRequiredService<PauseController>()).AddSingleton<ProblemStore>();
                services.AddSingleton(s => RatesOf(s.GetRequiredService<ISyncEngine>(), s.GetRequiredService<TimeProvider>()));
                services.AddHostedService<NetworkChangeService>().AddHostedService<EngineService>();
                AddRestarted<ProblemCollector>(services);
                AddRestarted<RateSampler>(services);
                AddRestarted<MemoryTrimmer>(services);
                AddRestarted<FolderEvents>(services);
            });
    }

    private static RateMeter RatesOf(ISyncEngine engine, TimeProvider time) => new(() => engine.Devices, () => engine.BytesReceived, time);

    private static void AddRestarted<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(IServiceCollection services)
        where T : BackgroundService
    {
        services.TryAddSingleton<T>();
        services.AddSingleton<IHostedService>(s => new RestartedService<T>(s.GetRequiredService<T>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<T>>()));
    }

    /// <summary>The engine and its parts: the production side of every interface.</summary>
    private static void AddEngine(IServiceCollection services, HomeDirectory home, DeviceIdentity identity)
    {
        var random = new SystemRandom();
        services.AddSingleton<IStateStore>(s => new LiteStateStore(home.StateFile, s.GetRequiredService<ILogger<LiteStateStore>>()));
        services.AddSingleton(s => new NetworkMonitor(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<NetworkMonitor>>()));
        services.AddSingleton<INearbyDevices>(s => new DeviceDiscovery(
            identity.DeviceId,
            ProgramVersion.Number,
            s.GetRequiredService<NetworkMonitor>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<DeviceDiscovery>>()));
        services.AddSingleton(s => (DeviceDiscovery)s.GetRequiredService<INearbyDevices>());
        services.AddSingleton<ISyncEngine>(s => new SyncEngine(new EngineParts(
            identity.DeviceId,
            s.GetRequiredService<TimeProvider>(),
            new FileSystems(),
            new Watchers(),
            new SqliteFolderIndexes(home.IndexDirectory, identity.DeviceId, random.NextUInt64, s.GetRequiredService<ILogger<SqliteFolderIndexes>>()),
            s.GetRequiredService<IStateStore>(),
            new TlsTcpTransport(identity, Environment.GetEnvironmentVariable("FOLDERSYNC_TLS"), logger: s.GetRequiredService<ILogger<TlsTcpTransport>>()),
            new Workers(Math.Max(2, Environment.ProcessorCount)),
            new SerialScheduler(),
            random,
            s.GetRequiredService<ILoggerFactory>())
        {
            OpenConnection = Bep.OpenAsync,
            NeedsReopening = ConfigSchema.NeedsReopening,
            FolderLocks = new FolderLocks(),
            FolderHandles = FolderHandles.OfProcess(),
            ClientName = "FolderSync",
            ClientVersion = ProgramVersion.Tag,
            Discovered = s.GetRequiredService<DeviceDiscovery>().AddressesOf,
        }));
    }
}
