using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>A FolderSync whose configuration is changed at will.</summary>
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

/// <summary>/rest/config: every route, what comes back, and what it does to config.yaml.</summary>
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

        // All at once: what is not in the list is gone, its files are not.
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

    [Fact]
    public async Task Shutdown()
    {
        using var scratch = new ScratchDirectory();
        await using var other = await FolderSyncProcess.StartAsync("other", scratch.In("home"));
        await other.Rest.PostAsync("system/shutdown");
        Assert.Equal(0, await other.ExitCodeAsync());
    }

    private JsonObject Folder(string id) => new() { ["id"] = id, ["path"] = configured.Scratch.Make("folders", id) };
}
