using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>Every endpoint in Syncthing's documentation works, or says in a sentence that it isn't supported.</summary>
public sealed class CompletenessTests(ServedDevice served) : IClassFixture<ServedDevice>
{
    private const string Folder = ServedDevice.Folder;

    /// <summary>Fields of Syncthing's that FolderSync has no equivalent for.</summary>
    private static readonly string[] HasNot =
        ["system/paths: auditLog", "system/paths: guiAssets", "system/paths: panicLog", "system/debug.facilities:", "db/file?folder=docs&file=a.txt.global: inodeChange", "db/file?folder=docs&file=a.txt.local: inodeChange", "db/file?folder=docs&file=a.txt: mtime"];

    private RestClient Rest => served.Ours.Rest;

    [Theory]
    [InlineData("GET", "cluster/pending/devices")]
    [InlineData("GET", "cluster/pending/folders")]
    [InlineData("GET", "config")]
    [InlineData("GET", "config/restart-required")]
    [InlineData("GET", "config/folders")]
    [InlineData("GET", "config/devices")]
    [InlineData("GET", "config/folders/docs")]
    [InlineData("GET", "config/defaults/folder")]
    [InlineData("GET", "config/defaults/device")]
    [InlineData("GET", "config/defaults/ignores")]
    [InlineData("GET", "config/options")]
    [InlineData("GET", "config/ldap")]
    [InlineData("GET", "config/gui")]
    [InlineData("GET", "db/browse?folder=docs")]
    [InlineData("GET", "db/completion?folder=docs")]
    [InlineData("GET", "db/file?folder=docs&file=a.txt")]
    [InlineData("GET", "db/ignores?folder=docs")]
    [InlineData("GET", "db/localchanged?folder=docs")]
    [InlineData("GET", "db/need?folder=docs")]
    [InlineData("GET", "db/remoteneed?folder=docs&device=PEER")]
    [InlineData("GET", "db/status?folder=docs")]
    [InlineData("POST", "db/scan?folder=docs")]
    [InlineData("GET", "debug/file?folder=docs&file=a.txt")]
    [InlineData("GET", "events?limit=1&timeout=0")]
    [InlineData("GET", "events/disk?timeout=0")]
    [InlineData("GET", "folder/errors?folder=docs")]
    [InlineData("GET", "folder/pullerrors?folder=docs")]
    [InlineData("GET", "folder/versions?folder=docs")]
    [InlineData("GET", "noauth/health")]
    [InlineData("GET", "stats/device")]
    [InlineData("GET", "stats/folder")]
    [InlineData("GET", "svc/deviceid?id=PEER")]
    [InlineData("GET", "svc/lang")]
    [InlineData("GET", "svc/random/string")]
    [InlineData("GET", "system/browse")]
    [InlineData("GET", "system/browse?current=/")]
    [InlineData("GET", "system/config")]
    [InlineData("GET", "system/config/insync")]
    [InlineData("GET", "system/connections")]
    [InlineData("GET", "system/debug")]
    [InlineData("GET", "system/discovery")]
    [InlineData("GET", "system/error")]
    [InlineData("GET", "system/log")]
    [InlineData("GET", "system/loglevels")]
    [InlineData("GET", "system/paths")]
    [InlineData("GET", "system/ping")]
    [InlineData("POST", "system/ping")]
    [InlineData("GET", "system/status")]
    [InlineData("GET", "system/version")]
    public async Task Answers(string method, string path)
    {
        var (status, text) = await Rest.AskAsync(new HttpMethod(method), path.Replace("PEER", served.Peer.Id.ToString(), StringComparison.Ordinal));
        Assert.True(status == HttpStatusCode.OK, $"{status}: {text}");
        if (text.Length > 0)
            Assert.NotNull(JsonNode.Parse(text));
    }

    [Theory]
    [InlineData("POST", "db/prio?folder=docs&file=a.txt")]
    [InlineData("POST", "system/reset")]
    [InlineData("GET", "system/upgrade")]
    [InlineData("POST", "system/upgrade")]
    [InlineData("POST", "system/discovery")]
    [InlineData("GET", "svc/report")]
    [InlineData("GET", "debug/cpuprof")]
    [InlineData("GET", "debug/heapprof")]
    [InlineData("GET", "debug/support")]
    public async Task SaysThatItIsNotThere(string method, string path)
    {
        var (status, text) = await Rest.AskAsync(new HttpMethod(method), path);
        Assert.Equal(HttpStatusCode.NotImplemented, status);
        Assert.EndsWith(".\n", text, StringComparison.Ordinal);
    }

    /// <summary>Our responses contain every field that Syncthing's contain.</summary>
    [SkippableFact]
    public async Task AnswersHaveTheFieldsOfARealSyncthings()
    {
        await using var cluster = new Cluster();
        await cluster.RunAsync(async () =>
        {
            var real = await cluster.AddSyncthingAsync("1.29", "real");
            var ours = await cluster.AddFolderSyncAsync("ours");
            await Cluster.PairAsync(ours, real);
            SampleFiles.Write(Path.Combine(cluster.PathOf(Folder, ours), "a.txt"), "content");
            await cluster.ShareAsync(Folder, [ours, real]);
            await cluster.ConnectedAsync(ours, real);
            await cluster.SyncedAsync(Folder);
            List<string> missing = [];
            foreach (var path in (string[])[
                "system/status", "system/version", "system/connections", "system/error", "system/log", "system/paths", "system/debug", "config", "config/options", "config/gui",
                "config/ldap", "config/defaults/folder", "config/defaults/device", "config/defaults/ignores", $"config/folders/{Folder}", "config/restart-required",
                $"db/status?folder={Folder}", $"db/completion?folder={Folder}", $"db/file?folder={Folder}&file=a.txt", $"db/browse?folder={Folder}", $"db/ignores?folder={Folder}",
                $"db/need?folder={Folder}", $"db/localchanged?folder={Folder}", $"folder/errors?folder={Folder}", "stats/device", "stats/folder", "svc/lang"])
            {
                var (theirs, mine) = (await real.Rest.GetAsync(path), await ours.Rest.GetAsync(path));
                // Their maps have each other's ID as a key.
                Compare(path, Renamed(theirs, real, ours), Renamed(mine, ours, real), missing);
            }
            missing.RemoveAll(m => HasNot.Any(h => m.StartsWith(h, StringComparison.Ordinal)));
            Assert.True(missing.Count == 0, string.Join('\n', missing));
        });
    }

    [Fact]
    public async Task APausedFoldersStateIsTheEmptyText()
    {
        using var scratch = new ScratchDirectory();
        await Rest.PostAsync("config/folders", new JsonObject { ["id"] = "paused", ["path"] = scratch.Make("paused"), ["paused"] = true });
        Assert.Equal("", (string)(await Rest.GetAsync("db/status?folder=paused"))["state"]!);
        await Rest.PatchAsync("config/folders/paused", new JsonObject { ["paused"] = false });
        await served.Cluster.UntilAsync("that it is idle", async () => (string)(await Rest.GetAsync("db/status?folder=paused"))["state"]! == "idle");
        await Rest.SendAsync(HttpMethod.Delete, "config/folders/paused", null);
    }

    [Fact]
    public async Task VersionsAreListedAndRestored()
    {
        var (here, there) = (served.Cluster.PathOf(Folder, served.Ours), served.Cluster.PathOf(Folder, served.Peer));
        SampleFiles.Write(Path.Combine(there, "kept.txt"), "the old one");
        await served.Cluster.SyncedAsync(Folder);
        SampleFiles.Write(Path.Combine(there, "kept.txt"), "the new one, longer");
        await served.Cluster.SyncedAsync(Folder);
        var kept = Assert.Single((await Rest.GetAsync($"folder/versions?folder={Folder}"))["kept.txt"]!.AsArray())!;
        Assert.Equal(11, (long)kept["size"]!);
        var (status, text) = await Rest.AskAsync(HttpMethod.Post, $"folder/versions?folder={Folder}", new JsonObject
        {
            ["kept.txt"] = (string)kept["versionTime"]!,
            ["nothing.txt"] = (string)kept["versionTime"]!,
        });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["nothing.txt"], JsonNode.Parse(text)!.AsObject().Select(f => f.Key));
        Assert.Equal("the old one", await File.ReadAllTextAsync(Path.Combine(here, "kept.txt")));
        Assert.Equal(HttpStatusCode.BadRequest, (await Rest.AskAsync(HttpMethod.Post, $"folder/versions?folder={Folder}", new JsonObject { ["kept.txt"] = 7 })).Status);
    }

    [Fact]
    public async Task ErrorsArePostedListedAndCleared()
    {
        await Rest.PostAsync("system/error/clear");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.Add("X-API-Key", SyncDevice.ApiKey);
        using (var answer = await http.PostAsync(new Uri($"http://127.0.0.1:{served.Ours.PagePort}/rest/system/error"), new StringContent("A client's <own> trouble")))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains((await Rest.GetAsync("system/error"))["errors"]!.AsArray(), e => (string)e!["message"]! == "A client's <own> trouble");
        Assert.Contains("A client's <own> trouble", (await Rest.AskAsync(HttpMethod.Get, "system/log.txt")).Text, StringComparison.Ordinal);
        await Rest.PostAsync("system/error/clear");
        Assert.Empty((await Rest.GetAsync("system/error"))["errors"]!.AsArray());
    }

    [Fact]
    public async Task LogLevelsChangeWhatIsLogged()
    {
        await Rest.PostAsync("system/debug?enable=peers,rest");
        Assert.Equal(["peers", "rest"], (await Rest.GetAsync("system/debug"))["enabled"]!.AsArray().Select(e => (string)e!).Order());
        Assert.Equal("DEBUG", (string)(await Rest.GetAsync("system/loglevels"))["levels"]!["peers"]!);
        await Rest.PostAsync("system/debug?disable=peers,rest");
        await Rest.PostAsync("system/loglevels", new JsonObject { ["peers"] = "WARN" });
        Assert.Equal("WARN", (string)(await Rest.GetAsync("system/loglevels"))["levels"]!["peers"]!);
        await Rest.PostAsync("system/loglevels", new JsonObject { ["peers"] = "INFO" });
        Assert.Empty((await Rest.GetAsync("system/debug"))["enabled"]!.AsArray());
    }

    [Fact]
    public async Task TemplatesFillWhatANewFolderLeavesOut()
    {
        await Rest.PatchAsync("config/defaults/folder", new JsonObject { ["rescanIntervalS"] = 123, ["ofLater"] = "kept" });
        await Rest.SendAsync(HttpMethod.Put, "config/defaults/ignores", new JsonObject { ["lines"] = new JsonArray("*.tmp") });
        Assert.Equal("*.tmp", (string)(await Rest.GetAsync("config/defaults/ignores"))["lines"]![0]!);
        using var scratch = new ScratchDirectory();
        await Rest.PostAsync("config/folders", new JsonObject { ["id"] = "made", ["path"] = scratch.Make("made") });
        var made = await Rest.GetAsync("config/folders/made");
        Assert.Equal(123, (int)made["rescanIntervalS"]!);
        Assert.Equal("kept", (string)made["ofLater"]!);
        await Rest.SendAsync(HttpMethod.Delete, "config/folders/made", null);
        await Rest.SendAsync(HttpMethod.Put, "config/defaults/folder", new JsonObject());
        Assert.Equal(3600, (int)(await Rest.GetAsync("config/defaults/folder"))["rescanIntervalS"]!);
        Assert.Equal(HttpStatusCode.NotImplemented, (await Rest.AskAsync(HttpMethod.Put, "config/ldap", new JsonObject { ["address"] = "ldap.example" })).Status);
    }

    [Fact]
    public async Task DirectoriesCompleteAPath()
    {
        using var scratch = new ScratchDirectory();
        foreach (var name in (string[])["alpha", "Alps", "beta"])
            scratch.Make("dirs", name);
        await File.WriteAllTextAsync(scratch.In("dirs", "alfile"), "");
        var top = scratch.In("dirs") + "/";
        async Task<string[]> Browse(string current) => [.. (await Rest.GetAsync("system/browse?current=" + Uri.EscapeDataString(current))).AsArray().Select(d => (string)d!)];
        Assert.Equal([top + "Alps/", top + "alpha/", top + "beta/"], await Browse(top));
        Assert.Equal([top + "alpha/", top + "Alps/"], await Browse(top + "al"));
        Assert.Equal([top + "beta/"], await Browse(top + "*ta"));
        Assert.Empty(await Browse(top + "nothing/here"));
        Assert.Empty(await Browse("relative"));
        Assert.Equal(["/"], await Browse(""));
    }

    [Fact]
    public async Task CodesArePicturesOfEitherKind()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { DefaultRequestHeaders = { { "X-API-Key", SyncDevice.ApiKey } } };
        var url = new Uri($"http://127.0.0.1:{served.Ours.PagePort}/qr/?text={served.Ours.Id}");
        var png = await http.GetByteArrayAsync(url);
        Assert.Equal([0x89, .. "PNG"u8], png[..4]);
        http.DefaultRequestHeaders.Add("Accept", "image/svg+xml");
        Assert.StartsWith("<svg", await http.GetStringAsync(url), StringComparison.Ordinal);
        using var none = await http.GetAsync(new Uri($"http://127.0.0.1:{served.Ours.PagePort}/qr/"));
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
    }

    [Fact]
    public async Task MetricsAreInPrometheusTextFormat()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { DefaultRequestHeaders = { { "X-API-Key", SyncDevice.ApiKey } } };
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{served.Ours.PagePort}/metrics"));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.GetValues("Content-Type").Single());
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, l => Assert.Matches("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+.0-9E]+)$""", l));
        Assert.Contains($"syncthing_connections_active{{device=\"{served.Peer.Id}\"}} 1", lines);
        Assert.Contains(lines, l => l.StartsWith($"syncthing_model_folder_summary{{folder=\"{Folder}\",scope=\"global\",type=\"files\"}}", StringComparison.Ordinal) && !l.EndsWith(" 0", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith($"syncthing_model_folder_scans_total{{folder=\"{Folder}\"}}", StringComparison.Ordinal) && !l.EndsWith(" 0", StringComparison.Ordinal));
        Assert.Equal(lines.Count(l => l.StartsWith("# TYPE", StringComparison.Ordinal)), lines.Where(l => l.StartsWith("# TYPE", StringComparison.Ordinal)).Distinct().Count());
    }

    [Fact]
    public async Task Restart()
    {
        using var scratch = new ScratchDirectory();
        await using var other = await FolderSyncProcess.StartAsync("other", scratch.In("home"));
        var before = (string)(await other.Rest.GetAsync("system/status"))["startTime"]!;
        await other.Rest.PostAsync("system/restart");
        await other.UntilRestartedAsync(before);
        Assert.Equal(0, await other.TerminateAsync());
    }

    private static JsonNode Renamed(JsonNode node, SyncDevice self, SyncDevice peer) => JsonNode.Parse(
        node.ToJsonString().Replace(peer.Id.ToString(), "PEER", StringComparison.Ordinal).Replace(self.Id.ToString(), "SELF", StringComparison.Ordinal)
            .Replace(self.PeerAddress, "ADDRESS", StringComparison.Ordinal).Replace(peer.PeerAddress, "ADDRESS", StringComparison.Ordinal))!;

    private static void Compare(string where, JsonNode? theirs, JsonNode? mine, List<string> missing)
    {
        switch (theirs, mine)
        {
            case (JsonObject o, JsonObject m):
                foreach (var (key, value) in o)
                {
                    if (!m.ContainsKey(key))
                        missing.Add($"{where}: {key} = {value?.ToJsonString()}");
                    else
                        Compare($"{where}.{key}", value, m[key], missing);
                }
                break;
            case (JsonObject, null) or (JsonArray, null):
                missing.Add($"{where}: null here, {theirs!.ToJsonString()} there");
                break;
            case (JsonArray { Count: > 0 } o, JsonArray { Count: > 0 } m):
                Compare($"{where}[]", o[0], m[0], missing);
                break;
            case (JsonValue o, JsonValue m) when o.GetValueKind() != m.GetValueKind() && !IsFlag(o, m):
                missing.Add($"{where}: {m.ToJsonString()} here, {o.ToJsonString()} there");
                break;
        }
    }

    private static bool IsFlag(JsonValue a, JsonValue b) =>
        a.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False && b.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False;
}
