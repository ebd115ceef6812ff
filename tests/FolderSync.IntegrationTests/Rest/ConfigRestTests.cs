using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>A FolderSync whose configuration tests change freely.</summary>
public sealed class ConfiguredDevice : IAsyncLifetime
{
    public ScratchDirectory Scratch { get; } = new();

    public FolderSyncProcess Ours { get; private set; } = null!;

    public async Task InitializeAsync() => Ours = await FolderSyncProcess.StartAsync("ours", Scratch.In("home"));

    public async Task DisposeAsync()
    {
        await Ours.DisposeAsync();
        Scratch.Dispose();
    }
}

/// <summary>/rest/config: every route, its responses, and its effect on config.yaml.</summary>
public sealed class ConfigRestTests(ConfiguredDevice configured) : IClassFixture<ConfiguredDevice>
{
    private RestClient Rest => configured.Ours.Rest;

    [Fact]
    public async Task Folders()
    {
        await Rest.PostAsync("config/folders", Folder("one"));
        Assert.Contains((await Rest.GetAsync("config/folders")).AsArray(), f => (string)f!["id"]! == "one");
        var put = Folder("one");
        put["label"] = "First";
        put["fieldOfALaterVersion"] = new JsonObject { ["deep"] = new JsonArray(1, "two") };
        put["pullerMaxPendingKiB"] = 1234;
        await Rest.SendAsync(HttpMethod.Put, "config/folders/one", put);
        await Rest.PatchAsync("config/folders/one", new JsonObject { ["rescanIntervalS"] = 120, ["anotherUnknown"] = true });
        var one = await Rest.GetAsync("config/folders/one");
        Assert.Equal("First", (string)one["label"]!);
        Assert.Equal(120, (int)one["rescanIntervalS"]!);
        Assert.Equal("two", (string)one["fieldOfALaterVersion"]!["deep"]![1]!);
        Assert.Equal(1234, (int)one["pullerMaxPendingKiB"]!);
        Assert.True((bool)one["anotherUnknown"]!);

        // All at once: what is not in the list is removed, but not its files.
        await Rest.SendAsync(HttpMethod.Put, "config/folders", new JsonArray(one.DeepClone(), Folder("two")));
        Assert.Equal(["one", "two"], (await Rest.GetAsync("config/folders")).AsArray().Select(f => (string)f!["id"]!).Order());
        Assert.Equal("two", (string)(await Rest.GetAsync("config/folders/one"))["fieldOfALaterVersion"]!["deep"]![1]!);
        await Rest.SendAsync(HttpMethod.Delete, "config/folders/one", null);
        Assert.Equal(HttpStatusCode.NotFound, (await Rest.AskAsync(HttpMethod.Get, "config/folders/one")).Status);
        Assert.True(Directory.Exists(configured.Scratch.In("folders", "one")));
        await Rest.SendAsync(HttpMethod.Put, "config/folders", new JsonArray());
    }

    [Fact]
    public async Task Devices()
    {
        var id = (await Identities.MakeAsync(configured.Scratch.In("device"), KeyKind.P256)).ToString();
        await Rest.PostAsync("config/devices", new JsonObject { ["deviceID"] = id, ["name"] = "phone" });
        await Rest.PatchAsync($"config/devices/{id}", new JsonObject { ["paused"] = true, ["unknownToUs"] = "kept" });
        var device = await Rest.GetAsync($"config/devices/{id}");
        Assert.Equal("phone", (string)device["name"]!);
        Assert.True((bool)device["paused"]!);
        Assert.Equal("kept", (string)device["unknownToUs"]!);
        Assert.Equal("dynamic", (string)device["addresses"]![0]!);
        Assert.Contains((await Rest.GetAsync("config/devices")).AsArray(), d => (string)d!["deviceID"]! == id);

        var again = device.DeepClone().AsObject();
        again["name"] = "telephone";
        await Rest.SendAsync(HttpMethod.Put, $"config/devices/{id}", again);
        Assert.Equal("telephone", (string)(await Rest.GetAsync($"config/devices/{id}"))["name"]!);
        await Rest.SendAsync(HttpMethod.Put, "config/devices", new JsonArray(again.DeepClone()));
        await Rest.SendAsync(HttpMethod.Delete, $"config/devices/{id}", null);
        Assert.Equal(HttpStatusCode.NotFound, (await Rest.AskAsync(HttpMethod.Get, $"config/devices/{id}")).Status);
    }

    [Fact]
    public async Task Options()
    {
        await Rest.PatchAsync("config/options", new JsonObject { ["maxSendKbps"] = 2048, ["unknownOption"] = 7 });
        var options = await Rest.GetAsync("config/options");
        Assert.Equal(2048, (int)options["maxSendKbps"]!);
        Assert.Equal(7, (int)options["unknownOption"]!);
        Assert.Contains("send: 2 MiB/s", await File.ReadAllTextAsync(configured.Ours.ConfigFile), StringComparison.Ordinal);
        var put = options.DeepClone();
        put["maxSendKbps"] = 0;
        await Rest.SendAsync(HttpMethod.Put, "config/options", put);
        Assert.Equal(0, (int)(await Rest.GetAsync("config/options"))["maxSendKbps"]!);
    }

    [Fact]
    public async Task WholeConfigurationComesBackAsItWasPut()
    {
        var whole = await Rest.GetAsync("config");
        whole["folders"] = new JsonArray(Folder("whole"));
        whole["folders"]![0]!["strange"] = "kept";
        whole["strangeSection"] = new JsonObject { ["x"] = 1 };
        await Rest.SendAsync(HttpMethod.Put, "config", whole);
        var back = await Rest.GetAsync("config");
        Assert.Equal("kept", (string)back["folders"]![0]!["strange"]!);
        Assert.Equal(1, (int)back["strangeSection"]!["x"]!);
        await Rest.SendAsync(HttpMethod.Put, "config", back);
        Assert.Equal(back.ToJsonString(), (await Rest.GetAsync("config")).ToJsonString());
        await Rest.SendAsync(HttpMethod.Delete, "config/folders/whole", null);
    }

    [Fact]
    public async Task CommentsInTheFileStay()
    {
        await Rest.PostAsync("config/folders", Folder("commented"));
        var text = await File.ReadAllTextAsync(configured.Ours.ConfigFile);
        Assert.StartsWith("# A comment that stays.\n", text, StringComparison.Ordinal);
        Assert.Contains("name: ours   # and one at a value\n", text, StringComparison.Ordinal);
        Assert.Contains("id: commented", text, StringComparison.Ordinal);
        await Rest.SendAsync(HttpMethod.Delete, "config/folders/commented", null);
        Assert.DoesNotContain("commented", (await File.ReadAllTextAsync(configured.Ours.ConfigFile)).Replace("# A comment", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"path":"/tmp/x"}""", "id")]
    [InlineData("""{"id":"x"}""", "path")]
    [InlineData("""{"id":"x","path":"/tmp/x","type":"sideways"}""", "type")]
    [InlineData("""{"id":"x","path":"/tmp/x","rescanIntervalS":"often"}""", "rescanIntervalS")]
    public async Task WrongFolderIsRefusedWithTheFieldsName(string json, string told)
    {
        var before = await File.ReadAllTextAsync(configured.Ours.ConfigFile);
        var (status, text) = await Rest.AskAsync(HttpMethod.Post, "config/folders", JsonNode.Parse(json));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(told, text, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(configured.Ours.ConfigFile));
    }

    [Theory]
    [InlineData("PUT", "config", "{}")]
    [InlineData("PUT", "config", "null")]
    [InlineData("PUT", "config", "[]")]
    [InlineData("PUT", "config", """{"folders":[]}""")]
    [InlineData("PUT", "config", """{"devices":[]}""")]
    [InlineData("PUT", "config", """{"folders":null,"devices":null}""")]
    [InlineData("PUT", "config", """{"folders":{},"devices":[]}""")]
    [InlineData("PUT", "config", """{"folders":[null],"devices":[]}""")]
    [InlineData("PUT", "config", """{"id":"..","label":"x","path":"/tmp/x","devices":[]}""")]
    [InlineData("POST", "system/config", "{}")]
    [InlineData("POST", "system/config", """{"folders":[]}""")]
    [InlineData("PUT", "config/folders", "null")]
    [InlineData("PUT", "config/folders", "{}")]
    [InlineData("PUT", "config/folders", "[null]")]
    [InlineData("PUT", "config/folders", "[{}]")]
    [InlineData("PUT", "config/devices", "null")]
    [InlineData("PUT", "config/devices", "{}")]
    [InlineData("PUT", "config/devices", "[{}]")]
    [InlineData("PUT", "config/options", "null")]
    public async Task WhatIsNoWholeConfigurationTakesNothingAway(string method, string path, string body)
    {
        await Rest.PostAsync("config/folders", Folder("stays"));
        var before = await File.ReadAllTextAsync(configured.Ours.ConfigFile);
        Assert.Contains("id: stays", before, StringComparison.Ordinal);
        Assert.Equal(400, (await RawAsync(method, "/rest/" + path, body)).Status);
        Assert.Equal(before, await File.ReadAllTextAsync(configured.Ours.ConfigFile));
        await Rest.SendAsync(HttpMethod.Delete, "config/folders/stays", null);
    }

    [Theory]
    [InlineData("PUT", "/rest/config/")]
    [InlineData("PUT", "/rest/config/folders/..")]
    [InlineData("PUT", "/rest/config/folders/%2e%2e")]
    [InlineData("PUT", "/rest/config/folders/x/../..")]
    [InlineData("PUT", "/rest/config/folders/.")]
    [InlineData("PUT", "/rest//config")]
    [InlineData("POST", "/rest/system/config/")]
    [InlineData("POST", "/rest/system/config/x/..")]
    public async Task APathWithoutItsNameIsNotTheWhole(string method, string path)
    {
        await Rest.PostAsync("config/folders", Folder("stays"));
        var before = await File.ReadAllTextAsync(configured.Ours.ConfigFile);
        // The body is valid, so that only the path can be refused.
        Assert.InRange((await RawAsync(method, path, """{"folders":[],"devices":[]}""")).Status, 400, 405);
        Assert.Equal(before, await File.ReadAllTextAsync(configured.Ours.ConfigFile));
        await Rest.SendAsync(HttpMethod.Delete, "config/folders/stays", null);
    }

    [Fact]
    public async Task AnIdThatIsNoneIsRefusedOnEveryRoute()
    {
        var before = await File.ReadAllTextAsync(configured.Ours.ConfigFile);
        foreach (var id in (string[])["..", ".", "a/../..", "%2e%2e", @"a\nb", @"\u202Ex", " ", @"\ud800", new string('x', 300)])
        {
            var json = $$"""{"id":"{{id}}","path":"{{configured.Scratch.In("never")}}"}""";
            foreach (var (method, path, body) in ((string, string, string)[])[
                ("POST", "/rest/config/folders", json), ("PUT", "/rest/config/folders", $"[{json}]"), ("PUT", "/rest/config", $$"""{"devices":[],"folders":[{{json}}]}"""),
                ("POST", "/rest/system/config", $$"""{"devices":[],"folders":[{{json}}]}""")])
            {
                var (status, text) = await RawAsync(method, path, body);
                Assert.Equal((id, path, 400), (id, path, status));
                Assert.True(text.Contains("folder's ID", StringComparison.Ordinal) || id == @"\ud800", text);
            }
        }
        foreach (var id in (string[])["a%2F..%2F..", "%252e%252e", "a%0Ab", "%E2%80%AEx", new string('x', 300)])
        {
            foreach (var (method, path) in ((string, string)[])[
                ("PUT", $"/rest/config/folders/{id}"), ("PATCH", $"/rest/config/folders/{id}"), ("DELETE", $"/rest/config/folders/{id}"), ("PATCH", $"/rest/foldersync/settings/folders/{id}"),
                ("POST", $"/rest/db/scan?folder={id}"), ("GET", $"/rest/db/status?folder={id}"), ("DELETE", $"/rest/cluster/pending/folders?folder={id}"), ("GET", $"/rest/foldersync/folder?folder={id}")])
                Assert.Equal((method, path, 400), (method, path, (await RawAsync(method, path, $$"""{"path":"{{configured.Scratch.In("never")}}"}""")).Status));
        }
        Assert.Equal(before, await File.ReadAllTextAsync(configured.Ours.ConfigFile));
        Assert.False(Directory.Exists(configured.Scratch.In("never")));
    }

    [Fact]
    public async Task AnIdWithSlashesBlanksAndPercentSignsNamesItsFolderAndNoOther()
    {
        string[] ids = ["photos/2024", "photos%2F2024", "my folder", "a?b#c", "50%", "写真", "a+b", "a&b=c", "/x"];
        foreach (var id in ids)
        {
            var folder = new JsonObject { ["id"] = id, ["path"] = configured.Scratch.Make("folders", "n" + Array.IndexOf(ids, id)) };
            await Rest.SendAsync(HttpMethod.Put, "config/folders/" + Uri.EscapeDataString(id), folder);
        }
        Assert.Equal(ids.Order(), (await Rest.GetAsync("config/folders")).AsArray().Select(f => (string)f!["id"]!).Order());
        foreach (var id in ids)
        {
            var path = "config/folders/" + Uri.EscapeDataString(id);
            await Rest.PatchAsync(path, new JsonObject { ["label"] = "of " + id, ["id"] = "another" });
            Assert.Equal(("of " + id, id), ((string)(await Rest.GetAsync(path))["label"]!, (string)(await Rest.GetAsync(path))["id"]!));
            await Rest.PostAsync("db/scan?folder=" + Uri.EscapeDataString(id));
            await Rest.PatchAsync("foldersync/settings/folders/" + Uri.EscapeDataString(id), new JsonObject { ["rescan"] = "2h" });
            Assert.Equal(7200, (int)(await Rest.GetAsync(path))["rescanIntervalS"]!);
        }
        var left = ids.ToList();
        foreach (var id in ids)
        {
            await Rest.SendAsync(HttpMethod.Delete, "config/folders/" + Uri.EscapeDataString(id), null);
            left.Remove(id);
            Assert.Equal(left.Order(), (await Rest.GetAsync("config/folders")).AsArray().Select(f => (string)f!["id"]!).Order());
        }
    }

    [Fact]
    public async Task LabelsAndNamesThatAreTooLongAreRefused()
    {
        var before = await File.ReadAllTextAsync(configured.Ours.ConfigFile);
        var folder = Folder("labelled");
        folder["label"] = new string('é', 129);
        var id = (await Identities.MakeAsync(configured.Scratch.In("named"), KeyKind.P256)).ToString();
        foreach (var (path, body) in ((string, JsonNode)[])[("config/folders", folder), ("config/devices", new JsonObject { ["deviceID"] = id, ["name"] = new string('x', 256) })])
        {
            var (status, text) = await Rest.AskAsync(HttpMethod.Post, path, body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains("bytes", text, StringComparison.Ordinal);
        }
        Assert.Equal(before, await File.ReadAllTextAsync(configured.Ours.ConfigFile));
    }

    [Fact]
    public async Task Shutdown()
    {
        using var scratch = new ScratchDirectory();
        await using var other = await FolderSyncProcess.StartAsync("other", scratch.In("home"));
        await other.Rest.PostAsync("system/shutdown");
        Assert.Equal(0, await other.ExitCodeAsync());
    }

    private JsonObject Folder(string id) => new() { ["id"] = id, ["path"] = configured.Scratch.Make("folders", id) };

    /// <summary>Sends the path as written, which HTTP clients would normalize.</summary>
    private async Task<(int Status, string Text)> RawAsync(string method, string path, string body)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TestSettings.Timeout };
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"http://127.0.0.1:{configured.Ours.PagePort}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Headers.Add("X-API-Key", SyncDevice.ApiKey);
        request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
