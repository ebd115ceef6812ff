using System.Diagnostics;
using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.Core.Model;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>One device of a test: either program with its own home, controlled over REST.</summary>
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

    /// <summary>Whether it was started and has stopped, by itself or by a test.</summary>
    public bool HasEnded => _process is { HasExited: true };

    /// <summary>The output since its last start.</summary>
    public string Log => _process?.Log ?? "";

    /// <summary>Waits until its output contains the text: output arrives by a pipe, later than REST responses.</summary>
    public Task WrittenAsync(string text) => _process!.WrittenAsync(text);

    public int ProcessId => _process!.Id;

    /// <summary>Maps folder IDs to their directories on this device.</summary>
    public Dictionary<string, string> Folders { get; } = [];

    /// <summary>Starts it and waits until REST responds.</summary>
    public async Task StartAsync()
    {
        await LaunchAsync();
        await UntilUpAsync();
    }

    /// <summary>Starts it, and doesn't wait.</summary>
    public async Task LaunchAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Rest.ForgetEvents();
        _process = StartProcess();
    }

    /// <summary>Waits until REST responds.</summary>
    public async Task UntilUpAsync()
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            if (_process!.HasExited || clock.Elapsed > TestSettings.Timeout)
                throw new InvalidOperationException($"{Name} did not start. It wrote:\n{_process.Log}");
            try
            {
                if (await Rest.AskAsync(HttpMethod.Get, "system/ping") is { Status: System.Net.HttpStatusCode.OK })
                    return;
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
            }
            // No event says that a port is open.
            await Task.Delay(50);
        }
    }

    /// <summary>Kills it, like a power failure.</summary>
    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Stops its processes, as a suspend does, or continues them.</summary>
    public void Suspend(bool suspended) => _process!.Suspend(suspended);

    /// <summary>Asks it to stop; returns its exit code.</summary>
    public Task<int> TerminateAsync() => _process!.TerminateAsync();

    /// <summary>Waits until it has stopped by itself.</summary>
    public Task<int> ExitCodeAsync() => _process!.ExitCodeAsync();

    /// <summary>Restarts it if a failed test has left it stopped, and removes limits.</summary>
    public async Task ReviveAsync()
    {
        if (_process is { HasExited: true })
            await StartAsync();
        await LimitSendingAsync(0);
    }

    /// <param name="address">The address to dial; null if it dials this device.</param>
    /// <param name="connections">The number of connections; 0 for the program's default.</param>
    public Task AddDeviceAsync(SyncDevice peer, string? address, int connections = 0) => Rest.PostAsync("config/devices", new JsonObject
    {
        ["deviceID"] = peer.Id.ToString(),
        ["name"] = peer.Name,
        ["addresses"] = new JsonArray(address ?? "dynamic"),
        ["numConnections"] = connections,
    });

    /// <param name="settings">Overrides the test's defaults, with the names of Syncthing's configuration.</param>
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

    /// <summary>What the program calls this path.</summary>
    public virtual string PathThere(string path) => path;

    public Task SetFolderAsync(string id, string key, JsonNode value) => Rest.PatchAsync($"config/folders/{id}", new JsonObject { [key] = value });

    /// <summary>Returns when the scan has finished.</summary>
    public async Task ScanAsync(string folder)
    {
        // A Syncthing that has just started answers before its folders run.
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(TimeSpan.FromMilliseconds(100)))
        {
            var (status, text) = await Rest.AskAsync(HttpMethod.Post, $"db/scan?folder={folder}");
            if ((int)status == 200)
                return;
            if (!text.Contains("folder is not running", StringComparison.Ordinal) || clock.Elapsed > TestSettings.Timeout)
                throw new HttpRequestException($"POST db/scan?folder={folder}: {(int)status} {text}");
        }
    }

    public Task<JsonNode> StatusAsync(string folder) => Rest.GetAsync($"db/status?folder={folder}");

    public async Task<string> StateAsync(string folder) => (string)(await StatusAsync(folder))["state"]!;

    public async Task<JsonNode> ConnectionAsync(SyncDevice peer) => (await Rest.GetAsync("system/connections"))["connections"]![peer.Id.ToString()]!;

    public async Task<long> ReceivedAsync(SyncDevice peer) => (long)(await ConnectionAsync(peer))["inBytesTotal"]!;

    /// <summary>Whether the peer has everything of the folder that this device knows of.</summary>
    public async Task<bool> SeesCompleteAsync(string folder, SyncDevice peer)
    {
        var c = await Rest.GetAsync($"db/completion?folder={folder}&device={peer.Id}");
        return (long)c["needBytes"]! == 0 && (long)c["needItems"]! == 0 && (long)c["needDeletes"]! == 0;
    }

    /// <summary>The maximum send rate in KiB/s, 0 for no limit.</summary>
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
