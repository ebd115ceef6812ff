using System.Diagnostics;
using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.Core.Model;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>One device of a test: a program of either kind on a home of its own, driven over REST.</summary>
public abstract class SyncDevice : IAsyncDisposable
{
    public const string ApiKey = "the-tests-own-key-0123456789";

    private ChildProcess? _process;

    protected SyncDevice(string name, string home, Func<int, Stream>? connect = null)
    {
        (Name, Home) = (name, home);
        Rest = new RestClient(PagePort, ApiKey, connect);
    }

    public string Name { get; }

    public string Home { get; }

    public DeviceId Id { get; protected set; }

    public int PeerPort { get; } = FreePorts.Next();

    public int PagePort { get; } = FreePorts.Next();

    public string PeerAddress => $"tcp://127.0.0.1:{PeerPort}";

    public RestClient Rest { get; }

    public bool IsFolderSync => this is FolderSyncProcess;

    /// <summary>It was started and is not running, by itself or by a test's doing.</summary>
    public bool HasEnded => _process is { HasExited: true };

    /// <summary>What the program wrote since its last start.</summary>
    public string Log => _process?.Log ?? "";

    /// <summary>Waits until it has written that: what it writes arrives by a pipe, later than what it answers over REST.</summary>
    public Task WrittenAsync(string text) => _process!.WrittenAsync(text);

    public int ProcessId => _process!.Id;

    /// <summary>Folder ID → its directory here.</summary>
    public Dictionary<string, string> Folders { get; } = [];

    /// <summary>Answers when REST does.</summary>
    public async Task StartAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Rest.ForgetEvents();
        _process = StartProcess();
        for (var clock = Stopwatch.StartNew(); ;)
        {
            if (_process.HasExited || clock.Elapsed > TestSettings.Patience)
                throw new InvalidOperationException($"{Name} did not start. It wrote:\n{_process.Log}");
            try
            {
                if (await Rest.AskAsync(HttpMethod.Get, "system/ping") is { Status: System.Net.HttpStatusCode.OK })
                    return;
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
            }
            // Nothing tells that a port has opened.
            await Task.Delay(50);
        }
    }

    /// <summary>Without a last word, as a power cut.</summary>
    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Stops it as it stands, as a suspended computer's programs; or lets it go on.</summary>
    public void Suspend(bool suspended) => _process!.Suspend(suspended);

    /// <summary>Asks it to end; its exit code.</summary>
    public Task<int> TerminateAsync() => _process!.TerminateAsync();

    /// <summary>Waits until it has ended by itself.</summary>
    public Task<int> ExitCodeAsync() => _process!.ExitCodeAsync();

    /// <summary>Starts it again if a failed test left it dead, and takes limits away.</summary>
    public async Task ReviveAsync()
    {
        if (_process is { HasExited: true })
            await StartAsync();
        await LimitSendingAsync(0);
    }

    /// <param name="address">Where to dial it; null: it dials this device.</param>
    /// <param name="connections">Wanted connections; 0 for the program's default.</param>
    public Task AddDeviceAsync(SyncDevice peer, string? address, int connections = 0) => Rest.PostAsync("config/devices", new JsonObject
    {
        ["deviceID"] = peer.Id.ToString(),
        ["name"] = peer.Name,
        ["addresses"] = new JsonArray(address ?? "dynamic"),
        ["numConnections"] = connections,
    });

    /// <param name="settings">Over the test's defaults, as Syncthing's configuration names them.</param>
    public async Task AddFolderAsync(string id, string path, IEnumerable<SyncDevice> peers, JsonObject? settings = null)
    {
        Directory.CreateDirectory(path);
        Folders[id] = path;
        var json = new JsonObject
        {
            ["id"] = id,
            ["path"] = PathThere(path),
            ["fsWatcherDelayS"] = 1,
            ["devices"] = new JsonArray([.. peers.Append(this).Select(p => new JsonObject { ["deviceID"] = p.Id.ToString() })]),
        };
        foreach (var (key, value) in settings ?? [])
            json[key] = value?.DeepClone();
        await Rest.PostAsync("config/folders", json);
    }

    /// <summary>What the program calls that path of this computer.</summary>
    public virtual string PathThere(string path) => path;

    public Task SetFolderAsync(string id, string key, JsonNode value) => Rest.PatchAsync($"config/folders/{id}", new JsonObject { [key] = value });

    /// <summary>Done when the scan is.</summary>
    public Task ScanAsync(string folder) => Rest.PostAsync($"db/scan?folder={folder}");

    public Task<JsonNode> StatusAsync(string folder) => Rest.GetAsync($"db/status?folder={folder}");

    public async Task<string> StateAsync(string folder) => (string)(await StatusAsync(folder))["state"]!;

    public async Task<JsonNode> ConnectionAsync(SyncDevice peer) => (await Rest.GetAsync("system/connections"))["connections"]![peer.Id.ToString()]!;

    public async Task<long> ReceivedAsync(SyncDevice peer) => (long)(await ConnectionAsync(peer))["inBytesTotal"]!;

    /// <summary>As far as this device knows, the peer has all that this one knows of the folder.</summary>
    public async Task<bool> SeesCompleteAsync(string folder, SyncDevice peer)
    {
        var c = await Rest.GetAsync($"db/completion?folder={folder}&device={peer.Id}");
        return (long)c["needBytes"]! == 0 && (long)c["needItems"]! == 0 && (long)c["needDeletes"]! == 0;
    }

    /// <summary>KiB/s that it sends at most, 0 for no limit.</summary>
    public Task LimitSendingAsync(int kib) => Rest.PatchAsync("config/options", new JsonObject { ["maxSendKbps"] = kib, ["limitBandwidthInLan"] = true });

    public Task PauseAsync(SyncDevice peer) => Rest.PostAsync($"system/pause?device={peer.Id}");

    public Task ResumeAsync(SyncDevice peer) => Rest.PostAsync($"system/resume?device={peer.Id}");

    public async ValueTask DisposeAsync()
    {
        Rest.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract ChildProcess StartProcess();
}
