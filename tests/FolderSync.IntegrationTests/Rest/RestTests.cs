using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>A FolderSync with one shared folder and one connected peer, which has a file, too.</summary>
public sealed class ServedDevice : IAsyncLifetime
{
    public const string Folder = "docs";

    public Cluster Cluster { get; } = new();

    public FolderSyncProcess Ours { get; private set; } = null!;

    public FolderSyncProcess Peer { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Ours = await Cluster.AddFolderSyncAsync("ours");
        Peer = await Cluster.AddFolderSyncAsync("peer");
        await Cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(Ours, Peer);
            SampleFiles.Write(Path.Combine(Cluster.PathOf(Folder, Ours), "a.txt"), "twelve bytes");
            SampleFiles.Write(Path.Combine(Cluster.PathOf(Folder, Peer), "sub", "b.txt"), "four");
            await Cluster.ShareAsync(Folder, [Ours, Peer]);
            await Cluster.ConnectedAsync(Ours, Peer);
            await Cluster.SyncedAsync(Folder);
        });
    }

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
}

/// <summary>Every route that clients of Syncthing's API use.</summary>
public sealed class RestTests(ServedDevice served) : IClassFixture<ServedDevice>
{
    private const string Folder = ServedDevice.Folder;

    private RestClient Rest => served.Ours.Rest;

    [Fact]
    public async Task SystemStatus()
    {
        var status = await Rest.GetAsync("system/status");
        Assert.Equal(served.Ours.Id.ToString(), (string)status["myID"]!);
        Assert.True((long)status["uptime"]! >= 0);
        Assert.Contains(status["connectionServiceStatus"]!.AsObject(), l => l.Key == served.Ours.PeerAddress && l.Value!["error"] is null);
    }

    [Fact]
    public async Task SystemVersion() => Assert.StartsWith("v", (string)(await Rest.GetAsync("system/version"))["version"]!, StringComparison.Ordinal);

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task SystemPing(string method)
    {
        var (status, text) = await Rest.AskAsync(new HttpMethod(method), "system/ping");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("pong", (string)JsonNode.Parse(text)!["ping"]!);
    }

    [Fact]
    public async Task SystemConnections()
    {
        var one = await served.Ours.ConnectionAsync(served.Peer);
        Assert.True((bool)one["connected"]!);
        Assert.Equal("tcp-client", (string)one["type"]!);
        Assert.True((long)one["inBytesTotal"]! > 0);
        Assert.StartsWith("TLS1.3", (string)one["crypto"]!, StringComparison.Ordinal);
        Assert.NotNull((await Rest.GetAsync("system/connections"))["total"]);
    }

    [Fact]
    public async Task Health()
    {
        using var http = new HttpClient();
        var health = await http.GetStringAsync(new Uri($"http://127.0.0.1:{served.Ours.PagePort}/rest/noauth/health"));
        Assert.Equal("OK", (string)JsonNode.Parse(health)!["status"]!);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task NoAccessWithoutTheKey(string? key)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{served.Ours.PagePort}/rest/") };
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-API-Key", key);
        foreach (var path in (string[])["system/status", "config", "db/status?folder=docs", "events"])
            Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task ForeignHostIsRefused()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{served.Ours.PagePort}/") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task DatabaseStatus()
    {
        // Other tests of this class write to the folder, and its watcher sees it.
        await served.Cluster.SyncedAsync(Folder);
        JsonNode status = new JsonObject();
        await served.Cluster.UntilAsync("that the folder is idle", async () => (string)(status = await Rest.GetAsync($"db/status?folder={Folder}"))["state"]! == "idle");
        Assert.True((int)status["globalFiles"]! >= 2);
        Assert.Equal((int)status["globalFiles"]!, (int)status["localFiles"]!);
        Assert.Equal(0, (int)status["needTotalItems"]!);
        Assert.True((long)status["sequence"]! > 0);
    }

    [Fact]
    public async Task DatabaseCompletion()
    {
        foreach (var query in (string[])[$"?folder={Folder}&device={served.Peer.Id}", $"?device={served.Peer.Id}", ""])
            Assert.Equal(100, (double)(await Rest.GetAsync("db/completion" + query))["completion"]!);
    }

    [Fact]
    public async Task DatabaseNeed()
    {
        var need = await Rest.GetAsync($"db/need?folder={Folder}");
        foreach (var list in (string[])["progress", "queued", "rest"])
            Assert.Empty(need[list]!.AsArray());
    }

    [Fact]
    public async Task DatabaseFile()
    {
        var file = await Rest.GetAsync($"db/file?folder={Folder}&file=sub/b.txt");
        Assert.Equal(4, (long)file["global"]!["size"]!);
        Assert.Equal("sub/b.txt", (string)file["local"]!["name"]!);
        Assert.Contains(file["availability"]!.AsArray(), a => (string)a!["id"]! == served.Peer.Id.ToString());
        Assert.Equal(HttpStatusCode.NotFound, (await Rest.AskAsync(HttpMethod.Get, $"db/file?folder={Folder}&file=nothing")).Status);
    }

    [Fact]
    public async Task DatabaseBrowse()
    {
        var top = (await Rest.GetAsync($"db/browse?folder={Folder}")).AsArray();
        Assert.Contains(top, n => (string)n!["name"]! == "a.txt" && (long)n["size"]! == 12);
        var sub = Assert.Single(top, n => (string)n!["name"]! == "sub")!;
        Assert.Contains(sub["children"]!.AsArray(), n => (string)n!["name"]! == "b.txt");
        Assert.Contains((await Rest.GetAsync($"db/browse?folder={Folder}&prefix=sub")).AsArray(), n => (string)n!["name"]! == "b.txt");
        Assert.Null(Assert.Single((await Rest.GetAsync($"db/browse?folder={Folder}&levels=0")).AsArray(), n => (string)n!["name"]! == "sub")!["children"]);
    }

    [Fact]
    public async Task DatabaseScan()
    {
        SampleFiles.Write(Path.Combine(served.Cluster.PathOf(Folder, served.Ours), "scan", "new.txt"), "new");
        await Rest.PostAsync($"db/scan?folder={Folder}&sub=scan");
        Assert.Equal(3, (long)(await Rest.GetAsync($"db/file?folder={Folder}&file=scan/new.txt"))["local"]!["size"]!);
        await Rest.PostAsync("db/scan");
    }

    [Fact]
    public async Task DatabaseIgnores()
    {
        await Rest.PostAsync($"db/ignores?folder={Folder}", new JsonObject { ["ignore"] = new JsonArray("*.secret", "// why") });
        var ignores = await Rest.GetAsync($"db/ignores?folder={Folder}");
        Assert.Equal(["*.secret", "// why"], ignores["ignore"]!.AsArray().Select(l => (string)l!));
        Assert.NotEmpty(ignores["expanded"]!.AsArray());
        Assert.Equal("*.secret\n// why\n", await File.ReadAllTextAsync(Path.Combine(served.Cluster.PathOf(Folder, served.Ours), ".stignore")));
        await Rest.PostAsync($"db/ignores?folder={Folder}", new JsonObject { ["ignore"] = new JsonArray() });
    }

    [Theory]
    [InlineData("db/status?folder=nothing")]
    [InlineData("db/need?folder=nothing")]
    [InlineData("config/folders/nothing")]
    [InlineData("no/such/route")]
    public async Task UnknownIsNotFound(string path) => Assert.Equal(HttpStatusCode.NotFound, (await Rest.AskAsync(HttpMethod.Get, path)).Status);

    [Fact]
    public async Task Statistics()
    {
        Assert.NotNull((await Rest.GetAsync("stats/device"))[served.Peer.Id.ToString()]!["lastSeen"]);
        Assert.NotNull((await Rest.GetAsync("stats/folder"))[Folder]!["lastScan"]);
    }

    [Fact]
    public async Task Events()
    {
        var all = (await Rest.GetAsync("events?timeout=1")).AsArray();
        Assert.NotEmpty(all);
        // Each filter numbers its own events.
        const string filter = "events=ConfigSaved,LocalIndexUpdated,StateChanged";
        var known = (await Rest.GetAsync($"events?since=0&limit=1&timeout=0&{filter}")).AsArray();
        var next = Rest.GetAsync($"events?since={(known.Count > 0 ? (long)known[^1]!["id"]! : 0)}&{filter}&timeout=60");
        SampleFiles.Write(Path.Combine(served.Cluster.PathOf(Folder, served.Ours), "event.txt"), "event");
        await served.Ours.ScanAsync(Folder);
        Assert.NotEmpty((await next).AsArray());
        Assert.Empty((await Rest.GetAsync("events?events=DeviceRejected&timeout=0")).AsArray());
        Assert.Single((await Rest.GetAsync("events?since=0&limit=1")).AsArray());
    }

    [Theory]
    [InlineData("db/override")]
    [InlineData("db/revert")]
    public async Task OverrideAndRevertOfAnOrdinaryFolderChangeNothing(string path)
    {
        var (status, text) = await Rest.AskAsync(HttpMethod.Post, $"{path}?folder={Folder}");
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Conflict, $"{status}: {text}");
        Assert.Equal("twelve bytes", await File.ReadAllTextAsync(Path.Combine(served.Cluster.PathOf(Folder, served.Ours), "a.txt")));
    }
}
