using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>A FolderSync and a real Syncthing run the same scenario; each event that both publish has the same fields.</summary>
public sealed class EventShapeTests
{
    /// <summary>The events that the scenario must cause here.</summary>
    private static readonly string[] Expected =
    [
        "Starting", "StartupComplete", "ListenAddressesChanged", "ConfigSaved", "DeviceConnected", "DeviceDisconnected", "DevicePaused", "DeviceResumed", "ClusterConfigReceived",
        "FolderPaused", "FolderResumed", "StateChanged", "LocalIndexUpdated", "RemoteIndexUpdated", "ItemStarted", "ItemFinished", "FolderSummary", "FolderCompletion",
        "LocalChangeDetected", "RemoteChangeDetected", "PendingDevicesChanged", "PendingFoldersChanged", "DeviceRejected", "FolderRejected", "DownloadProgress", "RemoteDownloadProgress", "FolderErrors",
    ];

    /// <summary>Events that Syncthing lacks.</summary>
    private static readonly string[] OurOwn = ["data.summary.scanErrors", "data.summary.holdFiles"];

    [SkippableFact]
    public async Task SameStorySameFields()
    {
        await using var cluster = new Cluster();
        await cluster.RunAsync(async () =>
        {
            var real = await cluster.AddSyncthingAsync("1.29", "real");
            var ours = await cluster.AddFolderSyncAsync("ours");
            var guest = await cluster.AddFolderSyncAsync("guest");
            using var heard = new EventRecorder([ours, real]);
            await ConnectAsync(cluster, ours, real);
            await ExchangeAsync(cluster, ours, real, heard);
            await PauseAsync(cluster, ours, real);
            await KnockAsync(guest, [ours, real], heard);
            await heard.UntilAsync(e => Expected.All(t => t is "Starting" or "StartupComplete" || e.Ours.ContainsKey(t)),
                e => "that FolderSync tells of " + string.Join(", ", Expected.Where(t => !e.Ours.ContainsKey(t))));
            var wrong = heard.Theirs.Where(t => heard.Ours.ContainsKey(t.Key)).SelectMany(t => Differences(t.Key, t.Value, heard.Ours[t.Key])).ToList();
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            // No more and no other types than Syncthing's, except FolderSync's own.
            var untold = heard.Theirs.Keys.Except(heard.Ours.Keys).Except(["LoginAttempt", "Failure", "FolderWatchStateChanged", "FolderScanProgress"]).ToList();
            Assert.True(untold.Count == 0, "Untold: " + string.Join(", ", untold));
        });
    }

    private static async Task ConnectAsync(Cluster cluster, SyncDevice ours, SyncDevice real)
    {
        // Each offers a folder before the other has it, so that both have a pending one.
        await Cluster.PairAsync(ours, real);
        await cluster.ConnectedAsync(ours, real);
        foreach (var (folder, from, to) in ((string, SyncDevice, SyncDevice)[])[("from-ours", ours, real), ("from-real", real, ours)])
        {
            SampleFiles.Write(Path.Combine(cluster.PathOf(folder, from), "first.txt"), "first");
            await from.AddFolderAsync(folder, cluster.PathOf(folder, from), [to]);
            await cluster.UntilAsync("that the offer has come", async () => (await to.Rest.GetAsync("cluster/pending/folders")).AsObject().ContainsKey(folder));
            await to.AddFolderAsync(folder, cluster.PathOf(folder, to), [from]);
            await cluster.SyncedAsync(folder, ours, real);
        }
    }

    private static async Task ExchangeAsync(Cluster cluster, SyncDevice ours, SyncDevice real, EventRecorder heard)
    {
        const string folder = "from-ours";
        foreach (var (from, name) in ((SyncDevice, string)[])[(ours, "o"), (real, "r")])
        {
            var path = cluster.PathOf(folder, from);
            SampleFiles.Write(Path.Combine(path, name, "file.txt"), "content");
            await cluster.SyncedAsync(folder, ours, real);
            SampleFiles.Write(Path.Combine(path, name, "file.txt"), "content, edited");
            await cluster.SyncedAsync(folder, ours, real);
            File.Delete(Path.Combine(path, name, "file.txt"));
            await cluster.SyncedAsync(folder, ours, real);
        }
        // Large and slow both ways, until progress is reported.
        foreach (var (from, to, name, progress) in ((SyncDevice, SyncDevice, string, string)[])[(ours, real, "big-o", "RemoteDownloadProgress"), (real, ours, "big-r", "DownloadProgress")])
        {
            var bytes = new byte[24 << 20];
            // Unique contents: what exists locally is not fetched.
            new Random(name.GetHashCode(StringComparison.Ordinal)).NextBytes(bytes);
            await from.LimitSendingAsync(1000);
            await File.WriteAllBytesAsync(Path.Combine(cluster.PathOf(folder, from), name), bytes);
            await from.ScanAsync(folder);
            await heard.UntilAsync(h => h.Ours.ContainsKey(progress), _ => $"that FolderSync tells of {progress}");
            await from.LimitSendingAsync(0);
            await cluster.SyncedAsync(folder, from, to);
        }
    }

    private static async Task PauseAsync(Cluster cluster, SyncDevice ours, SyncDevice real)
    {
        foreach (var (one, other) in ((SyncDevice, SyncDevice)[])[(ours, real), (real, ours)])
        {
            await one.PauseAsync(other);
            await cluster.UntilAsync("that they part", async () => !(bool)(await one.ConnectionAsync(other))["connected"]! && !(bool)(await other.ConnectionAsync(one))["connected"]!);
            await one.ResumeAsync(other);
            await cluster.ConnectedAsync(ours, real);
            await one.SetFolderAsync("from-real", "paused", true);
            await one.SetFolderAsync("from-real", "paused", false);
            // A directory is in the place of a file and contains an unknown file.
            var (blocked, source) = (cluster.PathOf("from-real", one), cluster.PathOf("from-real", other));
            await File.WriteAllTextAsync(Path.Combine(blocked, ".stignore"), "hidden\n");
            var name = $"blocked-{one.Name}";
            SampleFiles.Write(Path.Combine(source, name, "x"), "x");
            await cluster.SyncedAsync("from-real", ours, real);
            SampleFiles.Write(Path.Combine(blocked, name, "hidden"), "kept");
            await one.ScanAsync("from-real");
            Directory.Delete(Path.Combine(source, name), recursive: true);
            SampleFiles.Write(Path.Combine(source, name), "now a file");
            await other.ScanAsync("from-real");
            await cluster.UntilAsync("that it can't be placed", async () => (await one.Rest.GetAsync("folder/errors?folder=from-real"))["errors"] is JsonArray { Count: > 0 });
            Directory.Delete(Path.Combine(blocked, name), recursive: true);
            await one.ScanAsync("from-real");
        }
    }

    /// <summary>An unknown device wants to connect; one side accepts it, the other dismisses it.</summary>
    private static async Task KnockAsync(FolderSyncProcess guest, SyncDevice[] at, EventRecorder heard)
    {
        foreach (var device in at)
            await guest.AddDeviceAsync(device, device.PeerAddress);
        await heard.UntilAsync(e => e.Ours.ContainsKey("DeviceRejected") && e.Theirs.ContainsKey("PendingDevicesChanged"), _ => "that the guest is noticed");
        foreach (var device in at)
            await device.AddDeviceAsync(guest, null);
    }

    private static IEnumerable<string> Differences(string type, Dictionary<string, string> theirs, Dictionary<string, string> ours) =>
        theirs.Where(t => !ours.ContainsKey(t.Key)).Select(t => $"{type}: {t.Key} is not told ({t.Value})")
            .Concat(ours.Where(o => !theirs.ContainsKey(o.Key) && !OurOwn.Contains(o.Key)).Select(o => $"{type}: {o.Key} is not Syncthing's ({o.Value})"));

    /// <summary>All fields that each type of event has had with a value, including optional ones.</summary>
    private sealed class EventRecorder : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<Task> _listening = [];
        private readonly Lock _lock = new();
        private readonly Dictionary<string, Dictionary<string, string>>[] _heard = [[], []];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EventRecorder(SyncDevice[] devices)
        {
            for (var i = 0; i < devices.Length; i++)
            {
                _listening.Add(ListenAsync(devices[i], i, "events?timeout=20"));
                _listening.Add(ListenAsync(devices[i], i, "events/disk?timeout=20"));
            }
        }

        public Dictionary<string, Dictionary<string, string>> Ours => Copy(0);

        public Dictionary<string, Dictionary<string, string>> Theirs => Copy(1);

        public async Task UntilAsync(Func<EventRecorder, bool> holds, Func<EventRecorder, string> what)
        {
            using var limit = new CancellationTokenSource(TestSettings.Timeout);
            while (!holds(this))
            {
                Task more;
                lock (_lock)
                    more = _more.Task;
                if (holds(this))
                    return;
                try
                {
                    await more.WaitAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    throw new TimeoutException($"Waited in vain {what(this)}.");
                }
            }
        }

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }

        private Dictionary<string, Dictionary<string, string>> Copy(int who)
        {
            lock (_lock)
                return _heard[who].ToDictionary(h => h.Key, h => h.Value.ToDictionary());
        }

        private async Task ListenAsync(SyncDevice device, int who, string path)
        {
            var since = 0L;
            using var rest = new RestClient(device.PagePort, SyncDevice.ApiKey);
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    foreach (var e in (await rest.GetAsync($"{path}&since={since}")).AsArray())
                    {
                        since = (long)e!["id"]!;
                        Note(who, e);
                    }
                }
                catch (Exception e) when (ConnectionFailure.Is(e))
                {
                    return;
                }
            }
        }

        private void Note(int who, JsonNode e)
        {
            lock (_lock)
            {
                var type = (string)e["type"]!;
                var fields = _heard[who].TryGetValue(type, out var known) ? known : _heard[who][type] = [];
                foreach (var top in (string[])["id", "globalID", "time", "type"])
                    fields[top] = e[top]!.ToJsonString();
                Collect(fields, "data", e["data"], type);
                _more.TrySetResult();
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        private static void Collect(Dictionary<string, string> fields, string path, JsonNode? node, string type)
        {
            // Maps by name or device, and the configuration: their fields are compared elsewhere.
            var isMap = (type is "DownloadProgress" && path is "data" or "data.*") || path is "data.state" or "data.summary.remoteSequence";
            switch (node)
            {
                case JsonObject o when type == "ConfigSaved":
                    foreach (var (key, _) in o)
                        fields[$"{path}.{key}"] = "";
                    break;
                case JsonObject o:
                    foreach (var (key, value) in o)
                    {
                        var below = isMap ? $"{path}.*" : $"{path}.{key}";
                        fields[below] = value?.ToJsonString() ?? "null";
                        Collect(fields, below, value, type);
                    }
                    break;
                case JsonArray list:
                    foreach (var item in list)
                        Collect(fields, path + "[]", item, type);
                    break;
            }
        }
    }
}
