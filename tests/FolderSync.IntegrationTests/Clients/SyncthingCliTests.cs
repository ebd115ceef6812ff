using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>Syncthing's own command line, a client of its REST interface, drives FolderSync unchanged.</summary>
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

    private async Task<Ended> CliAsync(string version, params string[] command)
    {
        var ended = await ChildProcess.RunAsync(TestSettings.Syncthing(version),
            ["cli", $"--gui-address=127.0.0.1:{configured.Ours.PagePort}", $"--gui-apikey={SyncDevice.ApiKey}", $"--home={configured.Scratch.Make("cli-home")}", .. command]);
        Assert.True(ended.ExitCode == 0, $"syncthing cli {string.Join(' ', command)}: {ended.All}");
        return ended;
    }
}
