using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Rest;

namespace FolderSync.IntegrationTests.Clients;

/// <summary>
/// Syncthing Tray's command line of Debian 12 and 13, a client of Syncthing's REST API and events, works with FolderSync unchanged.
/// </summary>
public sealed class SyncthingctlTests(ServedDevice served) : IClassFixture<ServedDevice>
{
    private const string Folder = ServedDevice.Folder;

    public static TheoryData<string> Debians => new("bookworm", "trixie");

    [SkippableTheory]
    [MemberData(nameof(Debians))]
    public async Task ShowsConfigurationStatusAndLog(string debian)
    {
        var config = JsonNode.Parse((await CtlAsync(debian, "cat")).Output)!;
        Assert.Contains(config["folders"]!.AsArray(), f => (string)f!["id"]! == Folder);
        var status = (await CtlAsync(debian, "status")).Output;
        Assert.Contains(Folder, status, StringComparison.Ordinal);
        Assert.Contains(served.Peer.Name, status, StringComparison.Ordinal);
        Assert.Contains(served.Peer.Id.ToString(), status, StringComparison.Ordinal);
        Assert.Contains(Folder, (await CtlAsync(debian, "status", "--dir", Folder, "--dev", served.Peer.Name)).Output, StringComparison.Ordinal);
        Assert.Contains("REST interface", (await CtlAsync(debian, "log")).Output + served.Ours.Log, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Debians))]
    public async Task PausesAndResumes(string debian)
    {
        // One after the other: to change a folder, it posts the whole configuration that it has read.
        await CtlAsync(debian, "pause", "--dir", Folder);
        await CtlAsync(debian, "pause", "--dev", served.Peer.Name);
        Assert.True((bool)(await served.Ours.Rest.GetAsync($"config/folders/{Folder}"))["paused"]!);
        Assert.True((bool)(await served.Ours.Rest.GetAsync($"config/devices/{served.Peer.Id}"))["paused"]!);
        Assert.Contains("paused", (await CtlAsync(debian, "status", "--dir", Folder)).Output, StringComparison.OrdinalIgnoreCase);
        await CtlAsync(debian, "resume", "--dir", Folder);
        await CtlAsync(debian, "resume", "--dev", served.Peer.Name);
        Assert.False((bool)(await served.Ours.Rest.GetAsync($"config/folders/{Folder}"))["paused"]!);
        await served.Cluster.ConnectedAsync(served.Ours, served.Peer);
        await served.Cluster.SyncedAsync(Folder);
    }

    [SkippableTheory]
    [MemberData(nameof(Debians))]
    public async Task RescansAndWaitsUntilAllIsIdle(string debian)
    {
        var name = $"by-{debian}.txt";
        await served.Ours.SetFolderAsync(Folder, "fsWatcherEnabled", false);
        SampleFiles.Write(Path.Combine(served.Cluster.PathOf(Folder, served.Ours), name), "new");
        await CtlAsync(debian, "rescan", Folder);
        await served.Cluster.UntilAsync("that it was scanned", async () =>
            (await served.Ours.Rest.AskAsync(HttpMethod.Get, $"db/file?folder={Folder}&file={name}")).Status == HttpStatusCode.OK);
        await CtlAsync(debian, "rescan-all");
        await CtlAsync(debian, "wait-for-idle", "--at-least", "100", "--timeout", "60000");
        await served.Ours.SetFolderAsync(Folder, "fsWatcherEnabled", true);
    }

    [SkippableTheory]
    [MemberData(nameof(Debians))]
    public async Task AddsADeviceAndAFolder(string debian)
    {
        var id = (await Identities.MakeAsync(served.Cluster.Scratch.In("device-" + debian), KeyKind.P256)).ToString();
        var path = served.Cluster.Scratch.Make("folder-" + debian);
        await CtlAsync(debian, "edit", "--js-lines",
            $"config.devices.push({{deviceID: '{id}', name: 'of {debian}', addresses: ['dynamic']}});",
            $"config.folders.push({{id: 'of-{debian}', path: '{path}', type: 'sendreceive', devices: [{{deviceID: '{id}'}}]}});");
        var folder = await served.Ours.Rest.GetAsync($"config/folders/of-{debian}");
        Assert.Equal(path, (string)folder["path"]!);
        Assert.Contains(folder["devices"]!.AsArray(), d => (string)d!["deviceID"]! == id);
        Assert.Equal($"of {debian}", (string)(await served.Ours.Rest.GetAsync($"config/devices/{id}"))["name"]!);
        Assert.Contains($"of-{debian}", (await CtlAsync(debian, "status")).Output, StringComparison.Ordinal);
        // Everything else stays the same: the client posts the whole configuration back.
        await served.Cluster.SyncedAsync(Folder);
        await served.Ours.Rest.SendAsync(HttpMethod.Delete, $"config/folders/of-{debian}", null);
        await served.Ours.Rest.SendAsync(HttpMethod.Delete, $"config/devices/{id}", null);
    }

    [SkippableTheory]
    [MemberData(nameof(Debians))]
    public async Task RestartsAndStops(string debian)
    {
        using var scratch = new ScratchDirectory();
        await using var other = await FolderSyncProcess.StartAsync("other", scratch.In("home"));
        var before = (string)(await other.Rest.GetAsync("system/status"))["startTime"]!;
        await CtlAsync(debian, other, "restart");
        await other.UntilRestartedAsync(before);
        await CtlAsync(debian, other, "stop");
        Assert.Equal(0, await other.ExitCodeAsync());
    }

    private Task<ProcessResult> CtlAsync(string debian, params string[] command) => CtlAsync(debian, served.Ours, command);

    private static async Task<ProcessResult> CtlAsync(string debian, SyncDevice device, params string[] command)
    {
        var program = Path.Combine(TestSettings.Peers, "ctl-" + debian, "syncthingctl");
        Skip.IfNot(File.Exists(program), $"Debian {debian}'s syncthingctl is not in {TestSettings.Peers}: run tests/peers/get-syncthingctl, or name its place in FOLDERSYNC_TEST_PEERS.");
        var ended = await ChildProcess.RunAsync(program, [.. command, "--url", $"http://127.0.0.1:{device.PagePort}", "--api-key", SyncDevice.ApiKey, "--no-color"],
            new Dictionary<string, string?> { ["ENABLE_ESCAPE_CODES"] = "0", ["QT_LOGGING_RULES"] = "*.debug=false" });
        Assert.True(ended.ExitCode == 0, $"syncthingctl {string.Join(' ', command)}: {ended.All}");
        return ended;
    }
}
