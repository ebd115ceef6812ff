using System.Text.Json.Nodes;

namespace FolderSync.IntegrationTests.Extensions;

/// <summary>"Pause for an hour".</summary>
public sealed class PauseTests(ExtensionDevice device) : IClassFixture<ExtensionDevice>
{
    [Fact]
    public Task A_pause_outlives_a_restart_and_ends_by_itself() => device.Cluster.RunAsync(async () =>
    {
        var yaml = await File.ReadAllTextAsync(device.Ours.ConfigFile);
        var state = await device.AskAsync(HttpMethod.Post, "pause", new JsonObject { ["minutes"] = 60 });
        Assert.True((bool)state!["paused"]!);
        Assert.NotNull(state["until"]);
        await device.Cluster.UntilAsync("that nobody is connected", async () => !await ConnectedAsync());
        Assert.Equal(0, await device.Ours.TerminateAsync());
        await device.Ours.StartAsync();
        var kept = await device.GetAsync("pause");
        Assert.Equal((true, (string)state["until"]!), ((bool)kept["paused"]!, (string)kept["until"]!));
        Assert.False(await ConnectedAsync());
        Assert.Equal(yaml, await File.ReadAllTextAsync(device.Ours.ConfigFile));

        // It only resumes when the time has passed.
        await device.AskAsync(HttpMethod.Post, "pause", new JsonObject { ["minutes"] = 0.02 });
        await device.Cluster.UntilAsync("that it goes on by itself", async () => !(bool)(await device.GetAsync("pause"))["paused"]!);
        await device.Cluster.ConnectedAsync(device.Ours, device.Peer);

        await device.AskAsync(HttpMethod.Post, "pause", new JsonObject { ["minutes"] = null });
        Assert.Null((await device.GetAsync("pause"))["until"]);
        Assert.False((bool)(await device.AskAsync(HttpMethod.Post, "resume"))!["paused"]!);
        await device.Cluster.ConnectedAsync(device.Ours, device.Peer);
    });

    private async Task<bool> ConnectedAsync() => (bool)(await device.Ours.ConnectionAsync(device.Peer))["connected"]!;
}
