using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FolderSync.Api.Events;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Network.Discovery;
using FolderSync.Network.Discovery.Nearby;
using FolderSync.Platform;

namespace FolderSync.Api.Rest;

/// <summary>/rest/system, /rest/svc, /rest/stats, /rest/cluster.</summary>
internal sealed class SystemRoutes(ISyncEngine engine, ConfigStore config, RunningPage page, ServiceEvents events, ServiceEnd end, DeviceDiscovery discovery, StoredOptions stored) : IRoutes
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
        rest.MapGet("/system/discovery", (INearbyDevices nearby) => RestJson.Of(new JsonObject(nearby.Devices().GroupBy(d => d.Id).Select(d =>
            KeyValuePair.Create(d.Key.ToString(), (JsonNode?)new JsonObject { ["addresses"] = new JsonArray([.. d.SelectMany(x => x.Addresses).Distinct().Select(a => JsonValue.Create(a))]) })))));
        rest.MapGet("/stats/device", DeviceStatistics);
        rest.MapGet("/stats/folder", FolderStatistics);
        rest.MapGet("/cluster/pending/devices", PendingDevices);
        rest.MapDelete("/cluster/pending/devices", (string? device) =>
        {
            var id = Refusals.Device(device);
            engine.State.RemovePendingDevice(id);
            events.DevicesNoLongerPending([id]);
            return RestJson.Empty();
        });
        rest.MapGet("/cluster/pending/folders", PendingFolders);
        rest.MapDelete("/cluster/pending/folders", (string? folder, string? device) =>
        {
            if (string.IsNullOrEmpty(folder))
                throw new BadHttpRequestException("Say which folder: ?folder=ID.");
            var from = string.IsNullOrEmpty(device) ? (DeviceId?)null : Refusals.Device(device);
            var id = Refusals.FolderIdOf(folder);
            engine.State.RemovePendingFolder(id, from);
            events.FoldersNoLongerPending([(id, from)]);
            return RestJson.Empty();
        });
    }

    private static IResult Ping() => RestJson.Of(new JsonObject { ["ping"] = "pong" });

    private static IResult Version() => RestJson.Of(new JsonObject
    {
        ["version"] = ProgramVersion.Tag,
        ["longVersion"] = $"foldersync {ProgramVersion.Tag} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription})",
        ["codename"] = "FolderSync",
        ["os"] = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux",
        ["arch"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
        ["isBeta"] = false,
        ["isCandidate"] = false,
        ["isRelease"] = true,
        ["extra"] = "",
        ["tags"] = new JsonArray(),
        ["date"] = RestJson.Time(DateTimeOffset.UnixEpoch),
        ["stamp"] = "0",
        ["user"] = "",
        ["container"] = File.Exists("/.dockerenv") || File.Exists("/run/.containerenv"),
    });

    private IResult Status()
    {
        using var process = Process.GetCurrentProcess();
        var listeners = new JsonObject();
        foreach (var address in engine.ListenAddresses)
            listeners[address] = new JsonObject { ["error"] = null, ["lanAddresses"] = new JsonArray(address), ["wanAddresses"] = new JsonArray(address) };
        foreach (var (address, error) in engine.ListenErrors)
            listeners[address] = new JsonObject { ["error"] = error, ["lanAddresses"] = new JsonArray(), ["wanAddresses"] = new JsonArray() };
        var dials = new JsonObject();
        foreach (var (address, error) in engine.Devices.SelectMany(d => d.DialErrors))
            dials[address] = new JsonObject { ["when"] = RestJson.Time(DateTimeOffset.UtcNow), ["error"] = error, ["ok"] = false };
        var methods = discovery.Status.OrderBy(m => m.Key, StringComparer.Ordinal).ToList();
        return RestJson.Of(new JsonObject
        {
            ["myID"] = engine.Self.ToString(),
            ["alloc"] = GC.GetTotalMemory(false),
            ["sys"] = process.WorkingSet64,
            ["goroutines"] = process.Threads.Count,
            ["uptime"] = (long)(DateTimeOffset.UtcNow - engine.Started).TotalSeconds,
            ["startTime"] = RestJson.Time(engine.Started),
            ["tilde"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            ["pathSeparator"] = Path.DirectorySeparatorChar.ToString(),
            ["cpuPercent"] = 0,
            ["urVersionMax"] = 3,
            ["connectionServiceStatus"] = listeners,
            ["lastDialStatus"] = dials,
            ["discoveryEnabled"] = config.Current.Engine.LocalDiscovery,
            ["discoveryErrors"] = new JsonObject(methods.Where(m => m.Value is not null).Select(m => KeyValuePair.Create<string, JsonNode?>(m.Key, m.Value))),
            ["discoveryMethods"] = methods.Count,
            ["discoveryStatus"] = new JsonObject(methods.Select(m => KeyValuePair.Create<string, JsonNode?>(m.Key, new JsonObject { ["error"] = m.Value }))),
            ["guiAddressOverridden"] = page.FromCommandLine,
            ["guiAddressUsed"] = page.Page.Address,
            ["configError"] = config.Error?.Message,
        });
    }

    private IResult Connections()
    {
        var all = new JsonObject();
        var (received, sent) = (0L, 0L);
        foreach (var device in engine.Devices)
        {
            received += device.BytesReceived;
            sent += device.BytesSent;
            all[device.Config.Id.ToString()] = new JsonObject
            {
                ["at"] = RestJson.Time(DateTimeOffset.Now),
                ["inBytesTotal"] = device.BytesReceived,
                ["outBytesTotal"] = device.BytesSent,
                ["startedAt"] = RestJson.Time(device.ConnectedSince ?? DateTimeOffset.UnixEpoch),
                ["connected"] = device.Connected,
                ["paused"] = device.Config.Paused,
                ["clientVersion"] = device.ClientVersion,
                ["clientName"] = device.ClientName,
                ["address"] = device.Address,
                ["type"] = device.Kind,
                ["isLocal"] = device.IsLan,
                ["crypto"] = device.Crypto,
                ["primary"] = new JsonObject
                {
                    ["at"] = RestJson.Time(DateTimeOffset.Now),
                    ["inBytesTotal"] = device.BytesReceived,
                    ["outBytesTotal"] = device.BytesSent,
                    ["startedAt"] = RestJson.Time(device.ConnectedSince ?? DateTimeOffset.UnixEpoch),
                    ["address"] = device.Address,
                    ["type"] = device.Kind,
                    ["isLocal"] = device.IsLan,
                    ["crypto"] = device.Crypto,
                },
                ["secondaryConnections"] = Math.Max(0, device.Connections - 1),
                ["lastError"] = device.Connected ? null : device.DialErrors.Values.FirstOrDefault(),
            };
        }
        return RestJson.Of(new JsonObject
        {
            ["connections"] = all,
            ["total"] = new JsonObject { ["at"] = RestJson.Time(DateTimeOffset.Now), ["inBytesTotal"] = received, ["outBytesTotal"] = sent },
        });
    }

    private IResult End(HttpContext context, bool again)
    {
        // The answer goes out first.
        context.Response.OnCompleted(() =>
        {
            end.Request(again);
            return Task.CompletedTask;
        });
        return RestJson.Of(new JsonObject { ["ok"] = again ? "restarting" : "shutting down" });
    }

    private async Task<IResult> PauseAsync(string? device, bool paused)
    {
        var id = string.IsNullOrEmpty(device) ? (DeviceId?)null : Refusals.Device(device);
        if (id is not null && config.Current.Engine.Device(id.Value) is null)
            throw new NotFoundException($"There is no device {id}.");
        await config.UpdateAsync(c => c.WithEngine(e => e with
        {
            Devices = [.. e.Devices.Select(d => id is null || d.Id == id ? d with { Paused = paused } : d)],
        }));
        await engine.ApplyAsync(stored.Guarded(config.Current.Engine), CancellationToken.None);
        return RestJson.Empty();
    }

    private IResult Paths() => RestJson.Of(new JsonObject
    {
        ["baseDir-config"] = config.Home.Path,
        ["baseDir-data"] = config.Home.Path,
        ["baseDir-userHome"] = HomeDirectory.OfUser,
        ["certFile"] = Path.Combine(config.Home.Path, "cert.pem"),
        ["keyFile"] = Path.Combine(config.Home.Path, "key.pem"),
        ["httpsCertFile"] = Path.Combine(config.Home.Path, "https-cert.pem"),
        ["httpsKeyFile"] = Path.Combine(config.Home.Path, "https-key.pem"),
        ["logFile"] = "-",
        ["lockFile"] = config.Home.LockFile,
        ["defFolder"] = Path.Combine(HomeDirectory.OfUser, "Sync"),
        ["config"] = config.Home.ConfigFile,
        ["database"] = config.Home.IndexDirectory,
    });

    private IResult DeviceStatistics()
    {
        var all = new JsonObject();
        var known = engine.State.Devices().ToDictionary(d => d.Device);
        foreach (var device in engine.Devices)
        {
            known.TryGetValue(device.Config.Id, out var s);
            all[device.Config.Id.ToString()] = new JsonObject
            {
                ["lastSeen"] = RestJson.Time(device.Connected ? DateTimeOffset.Now : s?.LastSeen ?? DateTimeOffset.UnixEpoch),
                ["lastConnectionDurationS"] = s?.LastConnectionSeconds ?? 0,
            };
        }
        all[engine.Self.ToString()] = new JsonObject { ["lastSeen"] = RestJson.Time(DateTimeOffset.UnixEpoch), ["lastConnectionDurationS"] = 0 };
        return RestJson.Of(all);
    }

    private IResult FolderStatistics()
    {
        var all = new JsonObject();
        var known = engine.State.Folders().ToDictionary(f => f.Folder);
        foreach (var folder in engine.Folders)
        {
            known.TryGetValue(folder.Config.Id, out var s);
            all[folder.Config.Id.Value] = new JsonObject
            {
                ["lastScan"] = RestJson.Time(folder.LastScan ?? s?.LastScan ?? DateTimeOffset.UnixEpoch),
                ["lastFile"] = new JsonObject
                {
                    ["filename"] = s?.LastFile ?? "",
                    ["at"] = RestJson.Time(s is { LastFile.Length: > 0 } ? s.LastFileTime : DateTimeOffset.UnixEpoch),
                    ["deleted"] = s?.LastFileDeleted ?? false,
                },
            };
        }
        return RestJson.Of(all);
    }

    private IResult PendingDevices()
    {
        var all = new JsonObject();
        foreach (var device in engine.State.PendingDevices())
            all[device.Device.ToString()] = new JsonObject { ["time"] = RestJson.Time(device.Time), ["name"] = device.Name, ["address"] = device.Address };
        return RestJson.Of(all);
    }

    private IResult PendingFolders(string? device)
    {
        var all = new JsonObject();
        foreach (var folder in engine.State.PendingFolders().Where(f => string.IsNullOrEmpty(device) || f.Device == Refusals.Device(device)))
        {
            var entry = all[folder.Folder.Value] as JsonObject ?? new JsonObject { ["offeredBy"] = new JsonObject() };
            entry["offeredBy"]![folder.Device.ToString()] = new JsonObject
            {
                ["time"] = RestJson.Time(folder.Time),
                ["label"] = folder.Label,
                ["receiveEncrypted"] = folder.ReceiveEncrypted,
                ["remoteEncrypted"] = false,
            };
            all[folder.Folder.Value] = entry.Parent is null ? entry : entry.DeepClone();
        }
        return RestJson.Of(all);
    }
}
