using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Rest;

namespace FolderSync.IntegrationTests.Clients;

/// <summary>Syncthing's own command line, a client of its REST API, works with FolderSync unchanged.</summary>
public sealed class SyncthingCliTests(ConfiguredDevice configured) : IClassFixture<ConfiguredDevice>
{
    [SkippableTheory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    public async Task ShowsAndConfigures(string version)
    {
        SyncthingProcess.SkipUnlessThere(version);
        Assert.Equal(configured.Ours.Id.ToString(), (string)JsonNode.Parse((await CliAsync(version, "show", "system")).Output)!["myID"]!);
        Assert.NotNull(JsonNode.Parse((await CliAsync(version, "show", "connections")).Output)!["total"]);
        var path = configured.Scratch.Make("by-cli-" + version);
        await CliAsync(version, "config", "folders", "add", "--id", "cli" + version, "--path", path);
        Assert.Contains("cli" + version, (await CliAsync(version, "config", "folders", "list")).Output, StringComparison.Ordinal);
        await CliAsync(version, "config", "folders", "cli" + version, "label", "set", "A label");
        Assert.Equal("A label", (await CliAsync(version, "config", "folders", "cli" + version, "label", "get")).Output.Trim());
        await CliAsync(version, "config", "folders", "cli" + version, "delete");
        Assert.DoesNotContain("cli" + version, (await CliAsync(version, "config", "folders", "list")).Output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    public async Task PairsSharesAndPauses(string version)
    {
        SyncthingProcess.SkipUnlessThere(version);
        var id = (await Identities.MakeAsync(configured.Scratch.In("peer" + version), KeyKind.P256)).ToString();
        var folder = "pair" + version;
        var path = configured.Scratch.Make("pair-by-cli-" + version);
        await CliAsync(version, "config", "devices", "add", "--device-id", id, "--name", "phone");
        await CliAsync(version, "config", "folders", "add", "--id", folder, "--path", path);
        await CliAsync(version, "config", "folders", folder, "devices", "add", "--device-id", id);
        var shared = await configured.Ours.Rest.GetAsync($"config/folders/{folder}");
        Assert.Contains(shared["devices"]!.AsArray(), d => (string)d!["deviceID"]! == id);
        foreach (var (kind, name) in ((string, string)[])[("devices", id), ("folders", folder)])
        {
            await CliAsync(version, "config", kind, name, "paused", "set", "true");
            Assert.Equal("true", (await CliAsync(version, "config", kind, name, "paused", "get")).Output.Trim());
            Assert.True((bool)(await configured.Ours.Rest.GetAsync($"config/{kind}/{name}"))["paused"]!);
            await CliAsync(version, "config", kind, name, "paused", "set", "false");
        }
        await CliAsync(version, "config", "options", "max-send-kbps", "set", "4096");
        Assert.Equal(4096, (int)(await configured.Ours.Rest.GetAsync("config/options"))["maxSendKbps"]!);
        await CliAsync(version, "config", "options", "max-send-kbps", "set", "0");
        await CliAsync(version, "config", "gui", "user", "set", "anna");
        Assert.Equal("anna", (await CliAsync(version, "config", "gui", "user", "get")).Output.Trim());
        await CliAsync(version, "config", "gui", "user", "set", "");
        await configured.Ours.Rest.PostAsync($"db/scan?folder={folder}");
        Assert.NotNull(JsonNode.Parse((await CliAsync(version, "show", "config-status")).Output));
        Assert.Contains(folder, (await CliAsync(version, "config", "dump-json")).Output, StringComparison.Ordinal);
        Assert.NotNull(JsonNode.Parse((await CliAsync(version, "show", "version")).Output)!["version"]);
        await CliAsync(version, "config", "folders", folder, "delete");
        await CliAsync(version, "config", "devices", id, "delete");
    }

    /// <summary>`errors push` of 1.19 panics before it sends a request.</summary>
    [SkippableFact]
    public async Task PushesShowsAndClearsErrors()
    {
        const string error = "a client's error";
        SyncthingProcess.SkipUnlessThere("1.29");
        await CliAsync("1.29", "errors", "push", error);
        Assert.Contains(error, (await CliAsync("1.29", "errors", "show")).Output, StringComparison.Ordinal);
        await CliAsync("1.29", "errors", "clear");
        Assert.DoesNotContain(error, (await CliAsync("1.29", "errors", "show")).Output, StringComparison.Ordinal);
    }

    /// <summary>Missing features are reported in a sentence.</summary>
    [SkippableTheory]
    [InlineData("show", "usage")]
    [InlineData("operations", "upgrade")]
    public async Task IsToldWhatIsNotThere(params string[] command)
    {
        SyncthingProcess.SkipUnlessThere("1.29");
        var ended = await RunAsync("1.29", configured.Ours, command);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains("FolderSync", ended.All, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ShutsDown()
    {
        SyncthingProcess.SkipUnlessThere("1.29");
        using var scratch = new ScratchDirectory();
        await using var other = await FolderSyncProcess.StartAsync("other", scratch.In("home"));
        Assert.Equal(0, (await RunAsync("1.29", other, "operations", "shutdown")).ExitCode);
        Assert.Equal(0, await other.ExitCodeAsync());
    }

    private async Task<ProcessResult> CliAsync(string version, params string[] command)
    {
        var ended = await RunAsync(version, configured.Ours, command);
        Assert.True(ended.ExitCode == 0, $"syncthing cli {string.Join(' ', command)}: {ended.All}");
        return ended;
    }

    private Task<ProcessResult> RunAsync(string version, FolderSyncProcess at, params string[] command) => ChildProcess.RunAsync(TestSettings.Syncthing(version),
        ["cli", $"--gui-address=127.0.0.1:{at.PagePort}", $"--gui-apikey={SyncDevice.ApiKey}", $"--home={configured.Scratch.Make("cli-home")}", .. command]);
}
