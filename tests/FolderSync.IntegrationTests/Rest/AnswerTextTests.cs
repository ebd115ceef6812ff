using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>
/// The answers of Syncthing's part of the REST interface as they stand in answers.txt, to the byte: names, their order, nulls, numbers, escapes
/// and layout. Clients of Syncthing depend on it. What differs from run to run (IDs, times, ports, counters) has a word in its place.
/// A change that is meant: FOLDERSYNC_WRITE_ANSWERS=1 with this test writes the file again.
/// </summary>
public sealed partial class AnswerTextTests : IAsyncLifetime
{
    private const string Folder = "docs";

    private static readonly string Golden = Path.Combine(TestSettings.Repository, "tests", "FolderSync.IntegrationTests", "Rest", "answers.txt");

    private static readonly bool IsWriting = Environment.GetEnvironmentVariable("FOLDERSYNC_WRITE_ANSWERS") is { Length: > 0 } and not "0";

    private static readonly string[] Reads =
    [
        "noauth/health", "../meta.js", "system/ping", "system/version", "system/status", "system/connections", "system/paths", "system/discovery", "system/error", "system/log?since=9000-01-01T00:00:00Z",
        "system/loglevels", "system/debug", "system/browse?current=SCRATCH/ours/", "stats/device", "stats/folder", "cluster/pending/devices", "cluster/pending/folders",
        "svc/deviceid?id=PEER", "svc/deviceid?id=nobody", "svc/random/string?length=1", "svc/lang",
        "db/status?folder=docs", "db/completion?folder=docs", "db/completion?folder=docs&device=PEER", "db/completion?device=PEER", "db/file?folder=docs&file=a.txt", "db/file?folder=sent&file=theirs.txt",
        "debug/file?folder=sent&file=theirs.txt", "db/need?folder=docs", "db/need?folder=sent", "db/remoteneed?folder=docs&device=PEER", "db/localchanged?folder=docs", "db/browse?folder=docs", "db/browse?folder=docs&levels=0",
        "db/ignores?folder=docs", "folder/errors?folder=docs", "folder/versions?folder=docs",
        "config", "config/options", "config/gui", "config/ldap", "config/folders/docs", "config/folders/sent", "config/devices/PEER", "config/defaults/folder", "config/defaults/device", "config/defaults/ignores",
        "config/restart-required", "config/insync", "events?events=ConfigSaved&since=0&limit=1&timeout=0", "events?events=FolderPaused&since=0&limit=1&timeout=0",
        "foldersync/settings", "foldersync/settings/page", "foldersync/settings/network", "foldersync/settings/folders/docs", "foldersync/settings/devices/PEER", "foldersync/log/levels", "foldersync/pause",
    ];

    private readonly Cluster _cluster = new();
    private FolderSyncProcess _ours = null!;
    private FolderSyncProcess _peer = null!;
    private FolderSyncProcess _unknownDevice = null!;

    /// <summary>IDs of devices that are named and not there.</summary>
    private string _ignored = "";
    private string _silent = "";

    private RestClient Rest => _ours.Rest;

    public Task InitializeAsync() => _cluster.RunAsync(async () =>
    {
        _ours = await _cluster.AddFolderSyncAsync("ours");
        _peer = await _cluster.AddFolderSyncAsync("peer");
        await Cluster.PairAsync(_ours, _peer);
        await SetClientsFieldsAsync();
        SampleFiles.Write(Path.Combine(_cluster.PathOf(Folder, _ours), "a.txt"), "twelve bytes");
        SampleFiles.Write(Path.Combine(_cluster.PathOf(Folder, _ours), "sub", "b<é&>'+.txt"), "four");
        await _cluster.ShareAsync(Folder, [_ours, _peer], d => d == _ours ? OfClients() : null);
        await _cluster.ConnectedAsync(_ours, _peer);
        await _cluster.SyncedAsync(Folder);
        // One device's alone: the order of counters in a vector is that of random IDs.
        SampleFiles.Write(Path.Combine(_cluster.PathOf(Folder, _peer), "theirs.txt"), "theirs");
        await _cluster.SyncedAsync(Folder);
        SampleFiles.Write(Path.Combine(_cluster.PathOf(Folder, _peer), "theirs.txt"), "changed there");
        await _cluster.SyncedAsync(Folder);
        await Rest.PostAsync($"db/ignores?folder={Folder}", new JsonObject { ["ignore"] = new JsonArray("*.secret", "// why <") });

        SampleFiles.Write(Path.Combine(_cluster.PathOf("sent", _ours), "same.txt"), "same");
        await _cluster.ShareAsync("sent", [_ours, _peer], d => d == _ours ? new JsonObject { ["type"] = "sendonly" } : null);
        await _cluster.SyncedAsync("sent");
        SampleFiles.Write(Path.Combine(_cluster.PathOf("sent", _peer), "theirs.txt"), "theirs");
        await _peer.ScanAsync("sent");
        await _cluster.UntilAsync("that it is needed", async () => (int)(await _ours.StatusAsync("sent"))["needFiles"]! == 1);

        await _peer.AddFolderAsync("offered", _cluster.PathOf("offered", _peer), [_ours], new JsonObject { ["label"] = "Offered" });
        await _cluster.UntilAsync("that it is offered", async () => (await Rest.GetAsync("cluster/pending/folders")).AsObject().Count == 1);
        _unknownDevice = await _cluster.AddFolderSyncAsync("stranger");
        await _unknownDevice.AddDeviceAsync(_ours, _ours.PeerAddress);
        await _cluster.UntilAsync("that it asks", async () => (await Rest.GetAsync("cluster/pending/devices")).AsObject().Count == 1);
        await Rest.PostAsync("system/error/clear");
        using (var http = new HttpClient { DefaultRequestHeaders = { { "X-API-Key", SyncDevice.ApiKey } } })
            (await http.PostAsync(new Uri($"http://127.0.0.1:{_ours.PagePort}/rest/system/error"), new StringContent("It <broke> + é"))).EnsureSuccessStatusCode();
        await Rest.PatchAsync("config/folders/sent", new JsonObject { ["paused"] = true });
        await Rest.PatchAsync("config/folders/sent", new JsonObject { ["paused"] = false });
        await _cluster.UntilAsync("that it is read again", async () => (int)(await _ours.StatusAsync("sent"))["needFiles"]! == 1 && await _ours.StateAsync("sent") == "idle");
        await _cluster.UntilAsync("that a dial fails", async () => (await Rest.GetAsync("system/status"))["lastDialStatus"]!.AsObject().Count > 0);
    });

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    [Fact]
    public Task Answers_are_what_they_were() => _cluster.RunAsync(async () =>
    {
        var now = new StringBuilder();
        foreach (var path in Reads)
            now.Append(Section("GET", path, await AnswerAsync(HttpMethod.Get, path)));
        now.Append(Section("POST", "system/shutdown", Steady((await _unknownDevice.Rest.AskAsync(HttpMethod.Post, "system/shutdown")).Text)));
        if (IsWriting)
            await File.WriteAllTextAsync(Golden, now.ToString());
        Assert.Equal(await File.ReadAllTextAsync(Golden), now.ToString());
    });

    private static string Section(string method, string path, string answer) => $"### {method} {path}\n{answer}\n";

    private async Task<string> AnswerAsync(HttpMethod method, string path)
    {
        var (status, text) = await Rest.AskAsync(method, path.Replace("PEER", _peer.Id.ToString(), StringComparison.Ordinal).Replace("SCRATCH", _cluster.Scratch.In(""), StringComparison.Ordinal));
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status}: {text}");
        return Steady(text);
    }

    /// <summary>With a word for what differs from run to run.</summary>
    private string Steady(string text)
    {
        foreach (var (device, name) in (IEnumerable<(FolderSyncProcess, string)>)[(_ours, "OURS"), (_peer, "PEER"), (_unknownDevice, "STRANGER")])
        {
            text = text.Replace(device.Id.ToString(), $"<{name}>", StringComparison.Ordinal).Replace(device.Id.Short.ToString(), $"<{name} short>", StringComparison.Ordinal)
                .Replace(device.PeerAddress, $"<{name} address>", StringComparison.Ordinal).Replace($"127.0.0.1:{device.PagePort}", $"<{name} page>", StringComparison.Ordinal);
        }
        text = text.Replace(_ignored, "<IGNORED>", StringComparison.Ordinal).Replace(_silent, "<SILENT>", StringComparison.Ordinal);
        text = text.Replace(_cluster.Scratch.In("").TrimEnd('/'), "<SCRATCH>", StringComparison.Ordinal)
            .Replace($"\"{Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)}", "\"<HOME>", StringComparison.Ordinal);
        text = Address().Replace(text, "<address>");
        text = Times().Replace(text, m => m.Value.StartsWith("1970", StringComparison.Ordinal) ? m.Value : "<time>");
        text = Values().Replace(text, "\"$1\": <value>");
        text = Counters().Replace(text, "$1<value>");
        return Texts().Replace(text, "\"$1\": \"<text>\"");
    }

    /// <summary>What clients keep and FolderSync doesn't know comes back as it was.</summary>
    private async Task SetClientsFieldsAsync()
    {
        _ignored = (await Identities.MakeAsync(_cluster.Scratch.In("ignored"), KeyKind.P256)).ToString();
        _silent = (await Identities.MakeAsync(_cluster.Scratch.In("silent"), KeyKind.P256)).ToString();
        var whole = (await Rest.GetAsync("config")).AsObject();
        whole["ofAClient"] = new JsonObject { ["z"] = 1.50, ["a"] = "<é>" };
        whole["remoteIgnoredDevices"] = new JsonArray(new JsonObject { ["deviceID"] = _ignored, ["time"] = "2024-01-02T03:04:05Z", ["mine"] = true });
        whole["devices"]!.AsArray().Single(d => (string)d!["deviceID"]! == _peer.Id.ToString())!["ignoredFolders"] =
            new JsonArray(new JsonObject { ["id"] = "unwanted", ["label"] = "Unwanted", ["time"] = "2024-01-02T03:04:05Z" });
        await Rest.SendAsync(HttpMethod.Put, "config", whole);
        await Rest.PatchAsync("config/options", new JsonObject { ["setLowPriority"] = true, ["mineToo"] = 7, ["minHomeDiskFree"] = new JsonObject { ["value"] = 1, ["unit"] = "%" } });
        await Rest.PatchAsync("config/gui", new JsonObject { ["theme"] = "dark", ["ofThePage"] = null });
        await Rest.PatchAsync("config/defaults/folder", new JsonObject { ["rescanIntervalS"] = 60, ["xattrFilter"] = new JsonObject { ["maxTotalSize"] = 1 } });
        await Rest.SendAsync(HttpMethod.Put, "config/defaults/ignores", new JsonObject { ["lines"] = new JsonArray("*.tmp") });
        await Rest.PatchAsync("config/ldap", new JsonObject { ["searchFilter"] = "x" });
        await Rest.PostAsync("config/devices", new JsonObject { ["deviceID"] = _silent, ["name"] = "silent", ["addresses"] = new JsonArray("tcp://127.0.0.1:1") });
    }

    private static JsonObject OfClients() => new()
    {
        ["label"] = "Docs <é>",
        ["fsWatcherDelayS"] = 2.5,
        ["ofAClient"] = new JsonArray(1, "two", null),
        ["minDiskFree"] = new JsonObject { ["value"] = 2.5, ["unit"] = "%" },
        ["versioning"] = new JsonObject { ["type"] = "trashcan", ["params"] = new JsonObject { ["cleanoutDays"] = "7", ["keep"] = "5" }, ["cleanupIntervalS"] = 60 },
    };

    [GeneratedRegex(@"127\.0\.0\.1:\d{4,5}")]
    private static partial Regex Address();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)")]
    private static partial Regex Times();

    [GeneratedRegex(@"""(alloc|sys|goroutines|uptime|inBytesTotal|outBytesTotal|sequence|version|lastConnectionDurationS|container|<OURS>|<PEER>)"": (-?\d[\d.E+-]*|true|false)")]
    private static partial Regex Values();

    [GeneratedRegex(@"(short>:|""id"":|""globalID"":|""permissions"": ""0)\d+")]
    private static partial Regex Counters();

    [GeneratedRegex(@"""(random|longVersion|crypto|clientVersion|arch)"": ""[^""]*""")]
    private static partial Regex Texts();
}
