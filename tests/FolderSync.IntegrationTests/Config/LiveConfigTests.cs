using System.Diagnostics;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Config;

/// <summary>config.yaml edited by hand, while the service runs and before it starts.</summary>
public sealed class LiveConfigTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ASavedFileIsInForceAndNoConnectionIsDropped()
    {
        await using var cluster = new Cluster();
        var ours = await cluster.AddFolderSyncAsync("ours");
        var peer = await cluster.AddFolderSyncAsync("peer");
        await cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(ours, peer);
            await cluster.ShareAsync("kept", [ours, peer]);
            await cluster.ConnectedAsync(ours, peer);
            await cluster.SyncedAsync("kept");
            var since = await SinceAsync(ours, peer);
            var other = await Identities.MakeAsync(cluster.Scratch.In("other-home"), KeyKind.P256);
            var added = cluster.Scratch.Make("added");

            // Changes the name, rates, a device and another folder: nothing that the connection depends on.
            await TakenUpAsync(ours, t => t.Replace("name: ours ", "name: renamed ", StringComparison.Ordinal), async () => (string)(await Device(ours, ours))["name"]! == "renamed");
            await TakenUpAsync(ours, t => t + "limits:\n  send: 900 MiB/s # fast\n  also-in-lan: true\n", async () => (int)(await ours.Rest.GetAsync("config/options"))["maxSendKbps"]! == 900 * 1024);
            await TakenUpAsync(ours, t => t.Replace("devices:\n", $"devices:\n  - id: {other}\n    name: other\n    paused: true\n", StringComparison.Ordinal),
                async () => (await ours.Rest.GetAsync("config/devices")).AsArray().Any(d => (string)d!["name"]! == "other"));
            await TakenUpAsync(ours, t => t.Replace("folders:\n", $"folders:\n  - id: added\n    path: {added}\n    rescan: 90s\n", StringComparison.Ordinal),
                async () => (await ours.Rest.GetAsync("config/folders")).AsArray().Any(f => (string)f!["id"]! == "added"), "rename");
            await TakenUpAsync(ours, t => t.Replace("rescan: 90s", "rescan: 91s", StringComparison.Ordinal), async () => (int)(await ours.Rest.GetAsync("config/folders/added"))["rescanIntervalS"]! == 91, "pieces");
            await TakenUpAsync(ours, t => t + "notifications: {conflicts: off}\n", async () => !(bool)(await ours.Rest.GetAsync("config/options"))["notifications"]!["conflicts"]!);
            Assert.Equal(since, await SinceAsync(ours, peer));

            // An invalid file is reported with the position, and the service continues.
            var good = await File.ReadAllTextAsync(ours.ConfigFile);
            await SaveAsync(ours, good + "limitz:\n\tsend: x\n", "rename");
            await UntilAsync(async () => (string?)(await ours.Rest.GetAsync("system/status"))["configError"] is not null, () => ours.Log);
            await ours.WrittenAsync("indented with a tab");
            Assert.Equal(since, await SinceAsync(ours, peer));
            Assert.Equal(since, await SinceAsync(ours, peer));

            // After a restart the service uses the last valid file, and says so.
            Assert.Equal(0, await ours.TerminateAsync());
            await ours.StartAsync();
            await ours.WrittenAsync("The last valid version is in force");
            await cluster.ConnectedAsync(ours, peer);
            Assert.Equal("renamed", (string)(await Device(ours, ours))["name"]!);
            await TakenUpAsync(ours, _ => good.Replace("name: renamed ", "name: mended ", StringComparison.Ordinal), async () => (string)(await Device(ours, ours))["name"]! == "mended");
            Assert.Null((string?)(await ours.Rest.GetAsync("system/status"))["configError"]);

            // Changes over REST keep the user's own text.
            await ours.Rest.PatchAsync("config/options", new JsonObject { ["maxSendKbps"] = 0 });
            var text = await File.ReadAllTextAsync(ours.ConfigFile);
            Assert.Contains("send: off # fast\n", text, StringComparison.Ordinal);
            Assert.StartsWith("# A comment that stays.\n", text, StringComparison.Ordinal);
        });

        async Task TakenUpAsync(FolderSyncProcess device, Func<string, string> edit, Func<Task<bool>> holds, string how = "write")
        {
            var before = await File.ReadAllTextAsync(device.ConfigFile);
            var text = edit(before);
            Assert.NotEqual(before, text);
            await SaveAsync(device, text, how);
            var clock = Stopwatch.StartNew();
            await UntilAsync(holds, () => device.Log);
            output.WriteLine($"in force {clock.ElapsedMilliseconds} ms after it was saved ({how})");
        }
    }

    [Fact]
    public async Task FlagsAndEnvironmentAreOverTheFileAndShown()
    {
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.MakeAsync("device", scratch.In("home"));
        await using var service = FolderSyncProcess.LaunchIn(
            new Dictionary<string, string?> { ["FOLDERSYNC_PAGE_API_KEY"] = SyncDevice.ApiKey, ["FOLDERSYNC_LIMITS_SEND"] = "2 MiB/s", ["FOLDERSYNC_LIMITS_RECEIVE"] = "1 MiB/s", ["FOLDERSYNC_LIMITS_SNED"] = "x", ["FOLDERSYNC_NETWORK_LOCAL_DISCOVERY"] = "false" },
            "serve", "--home", device.Home, "--no-browser", "--gui-address", $"127.0.0.1:{device.PagePort}", "--set", "limits.receive=3 MiB/s");
        await UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(device.Home, "runtime.json")) || service.HasExited), () => service.Log);
        var options = await device.Rest.GetAsync("config/options");
        Assert.Equal((2048, 3072), ((int)options["maxSendKbps"]!, (int)options["maxRecvKbps"]!));
        await service.WrittenAsync("Did you mean FOLDERSYNC_LIMITS_SEND?");
        var shown = (await FolderSyncProcess.RunAsync("config", "show", "--home", device.Home)).Output;
        Assert.Matches(@"send: 2 MiB/s +# environment, FOLDERSYNC_LIMITS_SEND", shown);
        Assert.Matches(@"receive: 3 MiB/s +# flag, --set", shown);
        Assert.Matches(@"address: 127\.0\.0\.1:\d+ +# flag, --gui-address", shown);
        Assert.DoesNotContain(SyncDevice.ApiKey, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("MiB/s", await File.ReadAllTextAsync(device.ConfigFile), StringComparison.Ordinal);
        Assert.Equal(0, await service.TerminateAsync());

        var wrong = await FolderSyncProcess.RunInAsync(new Dictionary<string, string?> { ["FOLDERSYNC_NETWORK_MDNS"] = "maybe" }, "serve", "--home", device.Home, "--no-browser");
        Assert.True(wrong.ExitCode == 2, wrong.All);
        Assert.Contains("FOLDERSYNC_NETWORK_MDNS: 'mdns' must be true or false", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageThatIsSwitchedOffListensNowhere()
    {
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.MakeAsync("device", scratch.In("home"));
        var peer = await Identities.MakeAsync(scratch.In("peer"), KeyKind.P256);
        await File.AppendAllTextAsync(device.ConfigFile, $"page:\n  enabled: false\n  address: 127.0.0.1:{device.PagePort}\n");
        await using var service = FolderSyncProcess.Launch("serve", "--home", device.Home, "--no-browser");
        await service.WrittenAsync("switched off");
        using (var client = new System.Net.Sockets.TcpClient())
            await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => client.ConnectAsync("127.0.0.1", device.PagePort));

        var status = await FolderSyncProcess.RunAsync("status", "--home", device.Home);
        Assert.Equal(1, status.ExitCode);
        Assert.Contains("Set page.enabled to true", status.Error, StringComparison.Ordinal);
        var paired = await FolderSyncProcess.RunAsync("pair", peer.ToString(), "--home", device.Home);
        Assert.True(paired.ExitCode == 0, paired.All);
        Assert.Contains("is running without the REST interface", paired.All, StringComparison.Ordinal);
        Assert.Contains(peer.ToString(), await File.ReadAllTextAsync(device.ConfigFile), StringComparison.Ordinal);

        Assert.Equal(0, await service.TerminateAsync());
        var after = await FolderSyncProcess.RunAsync("status", "--home", device.Home);
        Assert.Contains("FolderSync is not running", after.All, StringComparison.Ordinal);
    }

    private static async Task SaveAsync(FolderSyncProcess device, string text, string how)
    {
        switch (how)
        {
            case "rename":
                await File.WriteAllTextAsync(device.ConfigFile + ".new", text);
                File.Move(device.ConfigFile + ".new", device.ConfigFile, overwrite: true);
                break;
            case "pieces":
                await using (var stream = new FileStream(device.ConfigFile, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
                {
                    foreach (var piece in System.Text.Encoding.UTF8.GetBytes(text).Chunk(1 + text.Length / 5))
                    {
                        await stream.WriteAsync(piece);
                        await Task.Delay(150);
                    }
                }
                break;
            default:
                await File.WriteAllTextAsync(device.ConfigFile, text);
                break;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string> log)
    {
        for (var clock = Stopwatch.StartNew(); !await holds();)
        {
            Assert.True(clock.Elapsed < TestSettings.Timeout, log());
            await Task.Delay(10);
        }
    }

    private static async Task<string> SinceAsync(SyncDevice device, SyncDevice peer)
    {
        var connection = await device.ConnectionAsync(peer);
        Assert.True((bool)connection["connected"]!, device.Log);
        return connection["startedAt"]!.ToString();
    }

    private static Task<JsonNode> Device(SyncDevice on, SyncDevice of) => on.Rest.GetAsync($"config/devices/{of.Id}");
}
