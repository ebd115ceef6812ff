using System.Diagnostics;
using System.Runtime.InteropServices;
using FolderSync.Api.Events;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Status;
using FolderSync.Index;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Nearby;
using FolderSync.Platform;
using PendingDevice = FolderSync.Contracts.PendingDevice;
using PendingFolder = FolderSync.Contracts.PendingFolder;

namespace FolderSync.Api.Rest;

/// <summary>/rest/system, /rest/svc, /rest/stats, /rest/cluster.</summary>
internal sealed class SystemRoutes(ISyncEngine engine, ConfigStore config, PageEndpoint page, ServiceEvents events, ServiceShutdown end, DeviceDiscovery discovery, StoredOptions stored) : IRoutes
{
    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/system/ping", Ping);
        rest.MapPost("/system/ping", Ping);
        rest.MapGet("/system/version", Version);
        rest.MapGet("/system/status", Status);
        rest.MapGet("/system/connections", Connections);
        rest.MapPost("/system/shutdown", (HttpContext context) => End(context, again: false));
        rest.MapPost("/system/restart", (HttpContext context) => End(context, again: true));
        rest.MapPost("/system/pause", (string? device) => PauseAsync(device, true));
        rest.MapPost("/system/resume", (string? device) => PauseAsync(device, false));
        rest.MapGet("/system/paths", Paths);
        rest.MapGet("/system/discovery", (INearbyDevices nearby) => RestJson.Of(Discovered(nearby), RestJson.Types.IReadOnlyDictionaryStringDiscoveredDevice));
        rest.MapGet("/stats/device", DeviceStatistics);
        rest.MapGet("/stats/folder", FolderStatistics);
        rest.MapGet("/cluster/pending/devices", PendingDevices);
        rest.MapDelete("/cluster/pending/devices", (string? device) =>
        {
            var id = RestErrors.Device(device);
            engine.State.RemovePendingDevice(id);
            events.DevicesNoLongerPending([id]);
            return RestJson.Empty();
        });
        rest.MapGet("/cluster/pending/folders", PendingFolders);
        rest.MapDelete("/cluster/pending/folders", (string? folder, string? device) =>
        {
            if (string.IsNullOrEmpty(folder))
                throw new BadHttpRequestException("Say which folder: ?folder=ID.");
            var from = string.IsNullOrEmpty(device) ? (DeviceId?)null : RestErrors.Device(device);
            var id = RestErrors.FolderIdOf(folder);
            engine.State.RemovePendingFolder(id, from);
            events.FoldersNoLongerPending([(id, from)]);
            return RestJson.Empty();
        });
    }

    private static IResult Ping() => RestJson.Of(new Pong("pong"), RestJson.Types.Pong);

    private static IResult Version()
    {
        var version = new SystemVersion(
            Version: ProgramVersion.Tag,
            LongVersion: $"foldersync {ProgramVersion.Tag} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription})",
            Codename: "FolderSync",
            Os: OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux",
            Arch: RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
            IsBeta: false,
            IsCandidate: false,
            IsRelease: true,
            Extra: "",
            Tags: [],
            Date: DateTimeOffset.UnixEpoch,
            Stamp: "0",
            User: "",
            Container: File.Exists("/.dockerenv") || File.Exists("/run/.containerenv"));
        return RestJson.Of(version, RestJson.Types.SystemVersion);
    }

    private static IReadOnlyDictionary<string, DiscoveredDevice> Discovered(INearbyDevices nearby) => nearby.Devices().GroupBy(d => d.Id)
        .ToDictionary(d => d.Key.ToString(), d => new DiscoveredDevice([.. d.SelectMany(x => x.Addresses).Distinct()]));

    private IResult Status()
    {
        using var process = Process.GetCurrentProcess();
        var methods = discovery.Status.OrderBy(m => m.Key, StringComparer.Ordinal).ToList();
        var status = new SystemStatus(
            DeviceId: engine.Self.ToString(),
            Alloc: GC.GetTotalMemory(false),
            Sys: process.WorkingSet64,
            Goroutines: process.Threads.Count,
            Uptime: (long)(DateTimeOffset.UtcNow - engine.Started).TotalSeconds,
            StartTime: engine.Started,
            Tilde: Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            PathSeparator: Path.DirectorySeparatorChar.ToString(),
            CpuPercent: 0,
            UrVersionMax: 3,
            ConnectionServiceStatus: Listeners(),
            LastDialStatus: Dials(),
            DiscoveryEnabled: config.Current.Engine.LocalDiscovery,
            DiscoveryErrors: methods.Where(m => m.Value is not null).ToDictionary(m => m.Key, m => m.Value!),
            DiscoveryMethods: methods.Count,
            DiscoveryStatus: methods.ToDictionary(m => m.Key, m => new DiscoveryStatus(m.Value)),
            GuiAddressOverridden: page.FromCommandLine,
            GuiAddressUsed: page.Page.Address,
            ConfigError: config.Error?.Message);
        return RestJson.Of(status, RestJson.Types.SystemStatus);
    }

    private Dictionary<string, ListenerStatus> Listeners()
    {
        var all = new Dictionary<string, ListenerStatus>();
        foreach (var address in engine.ListenAddresses)
            all[address] = new ListenerStatus(null, [address], [address]);
        foreach (var (address, error) in engine.ListenErrors)
            all[address] = new ListenerStatus(error, [], []);
        return all;
    }

    /// <summary>Two devices may have been dialed at one address.</summary>
    private Dictionary<string, DialStatus> Dials()
    {
        var all = new Dictionary<string, DialStatus>();
        foreach (var (address, error) in engine.Devices.SelectMany(d => d.DialErrors))
            all[address] = new DialStatus(error.Time, error.Reason, Ok: false);
        return all;
    }

    private IResult Connections()
    {
        var now = DateTimeOffset.Now;
        var devices = engine.Devices;
        var list = new ConnectionList(
            devices.ToDictionary(d => d.Config.Id.ToString(), d => Connection(d, now)),
            new TrafficTotal(now, devices.Sum(d => d.BytesReceived), devices.Sum(d => d.BytesSent)));
        return RestJson.Of(list, RestJson.Types.ConnectionList);
    }

    private static ConnectionStatus Connection(DeviceSnapshot device, DateTimeOffset now) => new()
    {
        Connected = device.Connected,
        Paused = device.Config.Paused,
        ClientVersion = device.ClientVersion,
        ClientName = device.ClientName,
        Primary = new LinkStatus(
            now, device.BytesReceived, device.BytesSent, device.ConnectedSince ?? DateTimeOffset.UnixEpoch, device.Address, device.Kind, device.IsLan, device.Crypto),
        SecondaryConnections = Math.Max(0, device.Connections - 1),
        LastError = device.Connected ? null : device.DialErrors.Values.Select(e => e.Reason).FirstOrDefault(),
    };

    private IResult End(HttpContext context, bool again)
    {
        // The answer goes out first.
        context.Response.OnCompleted(() =>
        {
            end.Request(again);
            return Task.CompletedTask;
        });
        return RestJson.Of(new EndAnswer(again ? "restarting" : "shutting down"), RestJson.Types.EndAnswer);
    }

    private async Task<IResult> PauseAsync(string? device, bool paused)
    {
        var id = string.IsNullOrEmpty(device) ? (DeviceId?)null : RestErrors.Device(device);
        if (id is not null && config.Current.Engine.Device(id.Value) is null)
            throw new NotFoundException($"There is no device {id}.");
        await config.UpdateAsync(c => c.WithEngine(e => e with
        {
            Devices = [.. e.Devices.Select(d => id is null || d.Id == id ? d with { Paused = paused } : d)],
        }));
        await engine.ApplyAsync(stored.Guarded(config.Current.Engine), CancellationToken.None);
        return RestJson.Empty();
    }

    private IResult Paths()
    {
        var home = config.Home;
        var paths = new SystemPaths(
            ConfigDirectory: home.Path,
            DataDirectory: home.Path,
            UserHome: HomeDirectory.OfUser,
            CertFile: Path.Combine(home.Path, "cert.pem"),
            KeyFile: Path.Combine(home.Path, "key.pem"),
            HttpsCertFile: Path.Combine(home.Path, "https-cert.pem"),
            HttpsKeyFile: Path.Combine(home.Path, "https-key.pem"),
            LogFile: "-",
            LockFile: home.LockFile,
            DefFolder: Path.Combine(HomeDirectory.OfUser, "Sync"),
            Config: home.ConfigFile,
            Database: home.IndexDirectory);
        return RestJson.Of(paths, RestJson.Types.SystemPaths);
    }

    private IResult DeviceStatistics()
    {
        var known = engine.State.Devices().ToDictionary(d => d.Device);
        var all = engine.Devices.ToDictionary(d => d.Config.Id.ToString(), d => Statistics(d, known.GetValueOrDefault(d.Config.Id)));
        all[engine.Self.ToString()] = new DeviceStats(DateTimeOffset.UnixEpoch, 0);
        return RestJson.Of(all, RestJson.Types.IReadOnlyDictionaryStringDeviceStats);
    }

    private static DeviceStats Statistics(DeviceSnapshot device, DeviceStatistics? known) =>
        new(device.Connected ? DateTimeOffset.Now : known?.LastSeen ?? DateTimeOffset.UnixEpoch, known?.LastConnectionSeconds ?? 0);

    private IResult FolderStatistics()
    {
        var known = engine.State.Folders().ToDictionary(f => f.Folder);
        var all = engine.Folders.ToDictionary(f => f.Config.Id.Value, f => Statistics(f, known.GetValueOrDefault(f.Config.Id)));
        return RestJson.Of(all, RestJson.Types.IReadOnlyDictionaryStringFolderStats);
    }

    private static FolderStats Statistics(FolderSnapshot folder, FolderStatistics? known) => new(
        folder.LastScan ?? known?.LastScan ?? DateTimeOffset.UnixEpoch,
        known is { LastFile.Length: > 0 } ? new LastFile(known.LastFile, known.LastFileTime, known.LastFileDeleted) : new LastFile("", DateTimeOffset.UnixEpoch, known?.LastFileDeleted ?? false));

    private IResult PendingDevices()
    {
        var all = engine.State.PendingDevices().ToDictionary(d => d.Device.ToString(), d => new PendingDevice(d.Time, d.Name, d.Address));
        return RestJson.Of(all, RestJson.Types.IReadOnlyDictionaryStringPendingDevice);
    }

    private IResult PendingFolders(string? device)
    {
        var wanted = string.IsNullOrEmpty(device) ? (DeviceId?)null : RestErrors.Device(device);
        var all = engine.State.PendingFolders().Where(f => wanted is null || f.Device == wanted).GroupBy(f => f.Folder.Value).ToDictionary(f => f.Key, f => new PendingFolder(
            f.ToDictionary(o => o.Device.ToString(), o => new FolderOffer(o.Time, o.Label, o.ReceiveEncrypted, RemoteEncrypted: false))));
        return RestJson.Of(all, RestJson.Types.IReadOnlyDictionaryStringPendingFolder);
    }
}
