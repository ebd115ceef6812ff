using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Extensions;

/// <summary>What the page, the command line and the tray show at a glance, over REST.</summary>
public sealed class OverviewTests(ExtensionDevice device) : IClassFixture<ExtensionDevice>
{
    private static readonly string[] Reads =
    [
        "folders", "folder?folder=glance", "devices", "rates", "need?folder=glance", "browse?folder=glance", "versions?folder=glance", "changes", "changes?folder=glance&limit=1",
        "conflicts", "conflicts?folder=glance", "problems", "log", "log?since=1&limit=2", "log/levels", "nearby", "paths", "paths?path=/", "config/problems", "doctor", "pause", "openapi.json",
    ];

    private Task RunAsync(Func<Task> steps) => device.Cluster.RunAsync(steps);

    [Fact]
    public Task Every_answer_is_as_the_document_says() => RunAsync(async () =>
    {
        await device.ShareAsync("glance", files: [("a.txt", "one"), ("d/b.txt", "two")]);
        foreach (var path in Reads)
            await device.GetAsync(path);
        var read = Reads.Select(r => "GET foldersync/" + r.Split('?')[0]).ToHashSet();
        // These need a folder of another type, or return text: each has its own test, and so do the settings.
        string[] elsewhere = ["GET foldersync/override/preview", "GET foldersync/revert/preview", "GET foldersync/config/yaml", "GET foldersync/config/schema"];
        Assert.Empty(device.Schemas.Operations.Where(o => o.StartsWith("GET", StringComparison.Ordinal) && !o.Contains("/settings", StringComparison.Ordinal)).Except(read).Except(elsewhere));
    });

    [Fact]
    public Task Folders_and_devices_at_a_glance() => RunAsync(async () =>
    {
        var (ours, _) = await device.ShareAsync("row", files: [("a.txt", "twelve bytes")]);
        SampleFiles.Write(Path.Combine(device.Cluster.PathOf("row", device.Peer), "b.txt"), "four");
        await device.Cluster.SyncedAsync("row");
        var row = (await device.GetAsync("folders")).AsArray().Single(f => (string)f!["id"]! == "row")!;
        Assert.Equal((ours, "sendreceive", "idle", 2, 16, 100), ((string)row["path"]!, (string)row["type"]!, (string)row["state"]!, (int)row["globalFiles"]!, (int)row["globalBytes"]!, (int)row["completion"]!));
        Assert.Equal("b.txt", (string)row["lastChange"]!["item"]!);
        Assert.Equal(device.Peer.Id.ToString(), (string)row["devices"]![0]!);
        var peer = (await device.GetAsync("devices")).AsArray().Single()!;
        Assert.Equal((true, "peer", "FolderSync", 100), ((bool)peer["connected"]!, (string)peer["name"]!, (string)peer["clientName"]!, (int)peer["completion"]!));
        Assert.Contains(peer["sharedFolders"]!.AsArray(), f => (string)f! == "row");
        Assert.True((long)peer["inBytesTotal"]! > 0);
        Assert.NotEmpty((await device.GetAsync("rates"))["points"]!.AsArray());
        var changes = (await device.GetAsync("changes?folder=row")).AsArray();
        Assert.Equal(("b.txt", "added", "peer", false), ((string)changes[0]!["item"]!, (string)changes[0]!["action"]!, (string)changes[0]!["deviceName"]!, (bool)changes[0]!["local"]!));
        Assert.Equal("a.txt", (string)(await device.GetAsync($"changes?folder=row&before={(long)changes[0]!["id"]!}"))[0]!["item"]!);

        using var client = device.Client();
        Assert.Equal("four".Length + "twelve bytes".Length, (await client.FolderRowsAsync(default)).Single(f => f.Id == "row").LocalBytes);
        Assert.Equal(peer["id"]!.GetValue<string>(), Assert.Single(await client.DeviceRowsAsync(default)).Id);
    });

    /// <summary>"Out of sync" always has a reason, page by page.</summary>
    [Fact]
    public Task Each_needed_item_has_its_reason() => RunAsync(async () =>
    {
        var (_, peer) = await device.ShareAsync("needed", ofOurs: new JsonObject { ["type"] = "sendonly" }, files: [("x", "x")]);
        for (var i = 0; i < 25; i++)
            SampleFiles.Write(Path.Combine(peer, $"n{i:00}"), $"content {i}");
        await device.Peer.ScanAsync("needed");
        await device.Cluster.UntilAsync("that all is needed", async () => (int)(await device.GetAsync("need?folder=needed"))["total"]! == 25);
        var names = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            var need = await device.GetAsync($"need?folder=needed&page={page}&perpage=10");
            Assert.Equal((25, page, 10), ((int)need["total"]!, (int)need["page"]!, (int)need["perpage"]!));
            foreach (var item in need["items"]!.AsArray())
            {
                names.Add((string)item!["name"]!);
                Assert.Equal(("add", "file", "blocked"), ((string)item["action"]!, (string)item["type"]!, (string)item["state"]!));
                Assert.Contains("only sends", (string)item["reason"]!, StringComparison.Ordinal);
            }
        }
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"n{i:00}"), names);

        var preview = await device.GetAsync("override/preview?folder=needed&page=2&perpage=10");
        Assert.Equal((25, 10, "n10", "delete"), ((int)preview["total"]!, preview["items"]!.AsArray().Count, (string)preview["items"]![0]!["name"]!, (string)preview["items"]![0]!["action"]!));
    });

    [Fact]
    public Task Problems_stay_until_acknowledged() => RunAsync(async () =>
    {
        var (ours, _) = await device.ShareAsync("troubled", files: [("a", "a")]);
        Directory.Move(ours, ours + "-away");
        await device.Ours.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=troubled");
        JsonNode? problem = null;
        await device.Cluster.UntilAsync("that the problem is noted", async () =>
            (problem = (await device.GetAsync("problems")).AsArray().FirstOrDefault(p => (string?)p!["folder"] == "troubled")) is not null);
        Assert.Equal(("error", false), ((string)problem!["severity"]!, (bool)problem["acknowledged"]!));
        Assert.Contains((await device.GetAsync("doctor")).AsArray(), c => (string)c!["status"]! == "fail" && ((string)c["text"]!).Contains("troubled", StringComparison.Ordinal));
        Directory.Move(ours + "-away", ours);
        await device.Cluster.UntilAsync("that the folder goes on", async () =>
        {
            await device.Ours.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=troubled");
            return await device.Ours.StateAsync("troubled") == "idle";
        });
        // A problem that resolved itself needs no action, and is still listed.
        await device.Cluster.UntilAsync("that the problem is over", async () =>
            (await device.GetAsync("problems")).AsArray().Any(p => (long)p!["id"]! == (long)problem["id"]! && (bool)p["acknowledged"]!));

        var config = await File.ReadAllTextAsync(device.Ours.ConfigFile);
        await File.WriteAllTextAsync(device.Ours.ConfigFile, config + "\nnothing-of-ours: [\n");
        await device.Cluster.UntilAsync("that the mistake is noted", async () =>
            (problem = (await device.GetAsync("problems")).AsArray().FirstOrDefault(p => !(bool)p!["acknowledged"]! && ((string)p["text"]!).StartsWith("The configuration was not reloaded", StringComparison.Ordinal))) is not null);
        await File.WriteAllTextAsync(device.Ours.ConfigFile, config);
        await device.Cluster.UntilAsync("that the configuration is in force", async () =>
            (await device.GetAsync("doctor")).AsArray().All(c => (string)c!["status"]! != "fail" || !((string)c["text"]!).Contains("nothing-of-ours", StringComparison.Ordinal)));
        Assert.Contains((await device.GetAsync("problems")).AsArray(), p => (long)p!["id"]! == (long)problem!["id"]! && !(bool)p["acknowledged"]!);
        Assert.Equal(1, (int)(await device.AskAsync(HttpMethod.Post, "problems/ack", new JsonObject { ["id"] = (long)problem!["id"]! }))!["acknowledged"]!);
        await device.AskAsync(HttpMethod.Post, "problems/ack", new JsonObject { ["all"] = true });
        Assert.All((await device.GetAsync("problems")).AsArray(), p => Assert.True((bool)p!["acknowledged"]!));
        await device.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "problems/ack", new JsonObject());
        await device.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "problems/ack", new JsonObject { ["id"] = 987654 });
    });

    [Fact]
    public Task The_log_and_its_levels() => RunAsync(async () =>
    {
        await device.ShareAsync("logged", files: [("a", "a")]);
        var levels = await device.GetAsync("log/levels");
        Assert.Equal(("info", "warning"), ((string)levels["peers"]!, (string)levels["web"]!));
        var set = await device.AskAsync(HttpMethod.Put, "log/levels", new JsonObject { ["peers"] = "debug" });
        Assert.Equal(("debug", "info"), ((string)set!["peers"]!, (string)set["folders"]!));
        await device.AskAsync(HttpMethod.Put, "log/levels", new JsonObject { ["peers"] = "info" });
        var lines = (await device.GetAsync("log")).AsArray();
        Assert.Contains(lines, l => (string)l!["area"]! == "peers" && ((string)l["text"]!).Contains("is connected at", StringComparison.Ordinal));
        var last = (long)lines[^1]!["seq"]!;
        Assert.All((await device.GetAsync($"log?since={last}")).AsArray(), l => Assert.True((long)l!["seq"]! > last));
        Assert.Contains("trace, debug", await device.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "log/levels", new JsonObject { ["peers"] = "loud" }), StringComparison.Ordinal);
        Assert.Contains("folders", await device.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "log/levels", new JsonObject { ["elsewhere"] = "info" }), StringComparison.Ordinal);
    });

    [Fact]
    public Task Paths_are_completed() => RunAsync(async () =>
    {
        var top = device.Cluster.Scratch.In("picker");
        foreach (var name in (string[])["Alpha", "alps", "beta", ".hidden"])
            Directory.CreateDirectory(Path.Combine(top, name));
        SampleFiles.Write(Path.Combine(top, "alfile"), "x");
        var found = await device.GetAsync($"paths?path={Uri.EscapeDataString(Path.Combine(top, "al"))}");
        Assert.Equal(["Alpha", "alps"], found["items"]!.AsArray().Select(i => Path.GetFileName((string)i!)));
        Assert.Equal((false, true), ((bool)found["exists"]!, (bool)found["writable"]!));
        var there = await device.GetAsync($"paths?path={Uri.EscapeDataString(top + "/")}");
        Assert.Equal((true, 3), ((bool)there["exists"]!, there["items"]!.AsArray().Count));
        Assert.True((long)there["free"]! > 0);
        Assert.Contains("is a file", (string)(await device.GetAsync($"paths?path={Uri.EscapeDataString(Path.Combine(top, "alfile"))}"))["error"]!, StringComparison.Ordinal);
        Assert.Contains("whole path", (string)(await device.GetAsync("paths?path=relative"))["error"]!, StringComparison.Ordinal);
        Assert.NotNull((string?)(await device.GetAsync("paths?path=%00"))["error"]);
        Assert.Empty((await device.GetAsync("paths?path=/nowhere/at/all"))["items"]!.AsArray());
    });

    [Fact]
    public Task The_configuration_without_its_secrets() => RunAsync(async () =>
    {
        const string Key = "a-key-of-the-file-0123456789";
        await File.AppendAllTextAsync(device.Ours.ConfigFile, $"page:\n  api-key: {Key} # noted: {Key}\n");
        await device.Cluster.UntilAsync("that it is in force", async () =>
            (await device.Ours.Rest.AskAsync(HttpMethod.Get, "foldersync/config/yaml")).Text.Contains("api-key", StringComparison.Ordinal));
        var (_, yaml) = await device.Ours.Rest.AskAsync(HttpMethod.Get, "foldersync/config/yaml");
        Assert.StartsWith("# A comment that stays.", yaml, StringComparison.Ordinal);
        Assert.Contains("api-key: ******** # noted: ********", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, yaml, StringComparison.Ordinal);
        var (_, schema) = await device.Ours.Rest.AskAsync(HttpMethod.Get, "foldersync/config/schema");
        Assert.Equal("object", (string)JsonNode.Parse(schema)!["type"]![0]!);
    });

    [Theory]
    [InlineData("GET", "need?folder=none", null, 404)]
    [InlineData("GET", "need", null, 404)]
    [InlineData("GET", "browse?folder=refused&prefix=../x", null, 400)]
    [InlineData("GET", "need?folder=refused&page=0", null, 400)]
    [InlineData("GET", "need?folder=refused&page=-1&perpage=5", null, 400)]
    [InlineData("GET", "override/preview?folder=refused", null, 409)]
    [InlineData("GET", "revert/preview?folder=refused", null, 409)]
    [InlineData("GET", "changes?before=yesterdayish", null, 400)]
    [InlineData("POST", "deletions?folder=refused&action=delete", null, 409)]
    [InlineData("POST", "deletions?folder=refused&action=what", null, 400)]
    [InlineData("POST", "versions/restore", """{"folder":"refused","key":"../../../etc/passwd"}""", 404)]
    [InlineData("POST", "versions/restore", """{"folder":"refused","key":"\u0000"}""", 404)]
    [InlineData("POST", "versions/restore", """{"folder":"refused"}""", 404)]
    [InlineData("POST", "versions/restore", """{"folder":7}""", 400)]
    [InlineData("POST", "versions/restore", """[1]""", 400)]
    [InlineData("DELETE", "versions?folder=refused&key=nothing", null, 404)]
    [InlineData("POST", "conflicts/resolve", """{"folder":"refused","copy":"a","keep":"copy"}""", 409)]
    [InlineData("POST", "conflicts/resolve", """{"folder":"refused","copy":"a.sync-conflict-20260101-101010-ABCDEFG","keep":"copy"}""", 404)]
    [InlineData("POST", "conflicts/resolve", """{"folder":"refused","copy":"a","keep":"both"}""", 400)]
    [InlineData("POST", "ignores/preview", """{"folder":"refused"}""", 400)]
    [InlineData("POST", "ignores/preview", """{"folder":"refused","lines":[null]}""", 400)]
    [InlineData("POST", "pause", """{"minutes":-5}""", 400)]
    [InlineData("POST", "pause", """{"minutes":1e300}""", 400)]
    [InlineData("POST", "pause", """{"minutes":"soon"}""", 400)]
    [InlineData("PUT", "folders", "{}", 404)]
    public Task What_can_t_be_is_refused_with_a_sentence(string method, string path, string? body, int status) => RunAsync(async () =>
    {
        if (!device.Ours.Folders.ContainsKey("refused"))
            await device.ShareAsync("refused", files: [("a", "a")]);
        await device.RefusedAsync((HttpStatusCode)status, new HttpMethod(method), path, body is null ? null : JsonNode.Parse(body));
    });
}
