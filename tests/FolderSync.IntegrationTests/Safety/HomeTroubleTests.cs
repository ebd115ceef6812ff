using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>
/// The home's disk is full, its page certificate is invalid, the limit of open files is low, or its terminal closes: the service continues, reports
/// it, and recovers.
/// </summary>
public sealed class HomeTroubleTests
{
    private static readonly string[] CertificateFiles = ["https-cert.pem", "https-key.pem"];

    [SkippableFact]
    public async Task AHomeThatFillsUpStopsWhatCanNotGoOnAndNothingElse()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Mounting a small disk needs root.");
        await using var cluster = new Cluster();
        var home = cluster.Scratch.Make("full-home");
        var mounted = await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", home]);
        Skip.If(mounted.ExitCode != 0, $"No disk can be mounted here: {mounted.Error}");
        try
        {
            await cluster.RunAsync(() => FillAsync(cluster, home));
        }
        finally
        {
            foreach (var device in cluster.Devices)
                await device.KillAsync();
            await ChildProcess.RunAsync("umount", ["-l", home]);
        }
    }

    [SkippableFact]
    public async Task AHomeThatBecomesReadOnlyStopsWhatCanNotGoOnAndNothingElse()
    {
        await using var disk = await LoopDisk.Ext4Async();
        await using var cluster = new Cluster();
        await cluster.RunAsync(async () =>
        {
            var device = await FolderSyncProcess.StartAsync("readonly", Path.Combine(disk.Path, "home"));
            cluster.Add(device);
            var peer = await cluster.AddFolderSyncAsync("peer");
            await Cluster.PairAsync(device, peer);
            await cluster.ShareAsync("f", [device, peer]);
            var there = cluster.PathOf("f", device);
            SampleFiles.Write(Path.Combine(there, "before"), 300_000);
            await cluster.SyncedAsync("f");

            await disk.BreakAsync();
            SampleFiles.Write(Path.Combine(there, "meanwhile"), 2000);
            // The write may be refused, or may be in progress when the folder stops.
            await device.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=f");
            await cluster.UntilAsync("that the folder says so", async () => ((string)(await device.StatusAsync("f"))["error"]!).Contains("home can't be written", StringComparison.Ordinal));
            var (status, why) = await device.Rest.AskAsync(HttpMethod.Patch, "config/folders/f", new JsonObject { ["label"] = "other" });
            Assert.True((int)status >= 500, $"{status}");
            Assert.Contains("config.yaml", why, StringComparison.Ordinal);
            await cluster.UntilAsync("that it is a problem", async () =>
                (await device.Rest.GetAsync("foldersync/problems")).AsArray().Any(p => ((string)p!["text"]!).Contains("home can't be written", StringComparison.Ordinal)));
            Assert.Equal(0, await device.TerminateAsync());

            await disk.MountAgainAsync("ro");
            var refused = await FolderSyncProcess.RunAsync("serve", "--home", device.Home, "--no-browser");
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("can't be written", refused.All, StringComparison.Ordinal);

            await disk.MountAgainAsync("rw");
            await device.StartAsync();
            await cluster.SyncedAsync("f");
            Assert.True(File.Exists(Path.Combine(cluster.PathOf("f", peer), "meanwhile")));
            Assert.Equal(0, await device.TerminateAsync());
        });
    }

    [Theory]
    [InlineData("garbage key")]
    [InlineData("empty key")]
    [InlineData("empty certificate")]
    [InlineData("no key")]
    [InlineData("no certificate")]
    [InlineData("another key")]
    [InlineData("a directory")]
    public async Task APageCertificateOfNoUseIsNeverWrittenOver(string damage)
    {
        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("tls", scratch.In("home"));
        await using var ending = device;
        await Identities.MakeAsync(scratch.In("user"), KeyKind.P256);
        await Identities.MakeAsync(scratch.In("other"), KeyKind.P256);
        foreach (var file in CertificateFiles)
            File.Copy(scratch.In("user", file["https-".Length..]), Path.Combine(device.Home, file));
        var (certificate, key) = (Path.Combine(device.Home, CertificateFiles[0]), Path.Combine(device.Home, CertificateFiles[1]));
        Damage(damage, certificate, key, scratch.In("other", "key.pem"));
        var before = Contents(device.Home);

        var port = FreePorts.Next();
        await using var service = FolderSyncProcess.Launch(
            "serve", "--home", device.Home, "--no-browser", "--gui-address", $"127.0.0.1:{port}", "--gui-apikey", SyncDevice.ApiKey, "--set", "page.tls=true");
        await service.WrittenAsync("The page's certificate can't be used");
        await service.WrittenAsync("The page and the REST interface are at");
        Assert.Equal(before, Contents(device.Home));
        // The command line knows the fallback certificate by its fingerprint. The problem is recorded a moment after the page responds, and on a
        // busy machine the first handshake may take longer than a command waits for a connection.
        var problems = await FolderSyncProcess.RunAsync("problems", "--home", device.Home);
        for (var tries = 1; tries < 20 && !IsReported(problems.Output); tries++)
            problems = await FolderSyncProcess.RunAsync("problems", "--home", device.Home);
        Assert.True(problems.ExitCode == 0 && IsReported(problems.Output), problems.All);
        Assert.Equal(0, await service.TerminateAsync());
    }

    [Fact]
    public async Task ATerminalThatClosesEndsTheServiceInOrder()
    {
        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("hup", scratch.In("home"));
        await using var service = FolderSyncProcess.Launch("serve", "--home", device.Home, "--no-browser", "--gui-address", $"127.0.0.1:{FreePorts.Next()}");
        await service.WrittenAsync("The page and the REST interface are at");
        Assert.Equal(0, await service.HangUpAsync());
        Assert.Contains("Ended.", service.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(device.Home, "runtime.json")));
        await device.DisposeAsync();
    }

    [Fact]
    public async Task UnderNohupATerminalThatClosesIsNothing()
    {
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.MakeAsync("nohup", scratch.In("home"));
        await using var service = FolderSyncProcess.LaunchBy(
            "nohup", [], "serve", "--home", device.Home, "--no-browser", "--gui-address", $"127.0.0.1:{device.PagePort}", "--gui-apikey", SyncDevice.ApiKey);
        await service.WrittenAsync("The page and the REST interface are at");
        service.Signal(ChildProcess.HangUp);
        for (var i = 0; i < 5; i++)
            Assert.Equal("pong", (string)(await device.Rest.GetAsync("system/ping"))["ping"]!);
        Assert.Equal(0, await service.TerminateAsync());
        Assert.Contains("Ended.", service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FoldersBeyondTheLimitOfOpenFilesSayWhatTheyNeedAndTheOthersSync()
    {
        const int count = 150;
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.MakeAsync("many", scratch.In("home"));
        var folders = new StringBuilder("folders:\n");
        for (var i = 0; i < count; i++)
        {
            SampleFiles.Write(scratch.In("f", $"{i}", "file"), $"{i}");
            folders.Append($"  - id: f{i}\n    path: {scratch.In("f", $"{i}")}\n");
        }
        await File.AppendAllTextAsync(device.ConfigFile, "\n" + folders);
        await using var service = FolderSyncProcess.LaunchBy(
            "bash", ["-c", "ulimit -n 1024; exec \"$@\"", "bash"],
            "serve", "--home", device.Home, "--no-browser", "--gui-address", $"127.0.0.1:{device.PagePort}", "--gui-apikey", SyncDevice.ApiKey);
        await service.WrittenAsync("The page and the REST interface are at");
        var (idle, refused) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var status = await device.Rest.GetAsync($"db/status?folder=f{i}");
            var isRefused = ((string)status["error"]!).Contains("LimitNOFILE", StringComparison.Ordinal);
            refused += isRefused ? 1 : 0;
            if (isRefused)
                continue;
            await device.ScanAsync($"f{i}");
            idle++;
        }
        Assert.True(idle >= 20 && refused >= 20, $"{idle} work, {refused} are refused.\n{service.Log}");
        Assert.Equal(count, idle + refused);
        Assert.DoesNotContain("Too many open files", service.Log, StringComparison.Ordinal);
        Assert.Equal(0, await service.TerminateAsync());
    }

    private static async Task FillAsync(Cluster cluster, string home)
    {
        var full = await FolderSyncProcess.StartAsync("full", home);
        cluster.Add(full);
        var peer = await cluster.AddFolderSyncAsync("peer");
        await Cluster.PairAsync(full, peer);
        await cluster.ShareAsync("f", [full, peer]);
        var there = cluster.PathOf("f", full);
        SampleFiles.Write(Path.Combine(there, "before"), 300_000);
        await cluster.SyncedAsync("f");

        var filler = Path.Combine(home, "filler");
        await ChildProcess.RunAsync("dd", ["if=/dev/zero", $"of={filler}", "bs=4k"]);
        for (var i = 0; i < 50; i++)
            SampleFiles.Write(Path.Combine(there, $"meanwhile-{i}"), 2000);
        // The write may be refused, or may be in progress when the folder stops.
        await full.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=f");
        await cluster.UntilAsync("that the folder says so", async () => ((string)(await full.StatusAsync("f"))["error"]!).Contains("home is full", StringComparison.Ordinal));
        var config = await File.ReadAllTextAsync(Path.Combine(home, "config.yaml"));
        var (status, why) = await full.Rest.AskAsync(HttpMethod.Patch, "config/folders/f", new JsonObject { ["label"] = new string('x', 200) });
        Assert.True((int)status >= 500, $"{status}");
        Assert.Contains("config.yaml", why, StringComparison.Ordinal);
        Assert.Equal(config, await File.ReadAllTextAsync(Path.Combine(home, "config.yaml")));
        Assert.Empty(Directory.GetFiles(home, "*.tmp"));
        await cluster.UntilAsync("that it is a problem", async () =>
            (await full.Rest.GetAsync("foldersync/problems")).AsArray().Any(p => ((string)p!["text"]!).Contains("home is full", StringComparison.Ordinal)));
        var (ended, _) = await full.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=f");
        Assert.Equal(HttpStatusCode.InternalServerError, ended);

        // After a kill and a restart on the full disk it is there, too.
        await full.KillAsync();
        await full.StartAsync();
        Assert.Equal("pong", (string)(await full.Rest.GetAsync("system/ping"))["ping"]!);
        File.Delete(filler);
        await cluster.UntilAsync("that it is well again", async () => (string)(await full.StatusAsync("f"))["error"]! == "" && await full.StateAsync("f") == "idle");
        await cluster.SyncedAsync("f");
        Assert.Equal(51, Directory.GetFiles(cluster.PathOf("f", peer)).Count(f => !Path.GetFileName(f).StartsWith('.')));
        Assert.Equal(0, await full.TerminateAsync());
    }

    private static bool IsReported(string problems) => problems.ReplaceLineEndings(" ").Contains("The page's certificate can't be used", StringComparison.Ordinal);

    private static void Damage(string damage, string certificate, string key, string otherKey)
    {
        switch (damage)
        {
            case "garbage key": File.WriteAllText(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"); break;
            case "empty key": File.WriteAllText(key, ""); break;
            case "empty certificate": File.WriteAllText(certificate, ""); break;
            case "no key": File.Delete(key); break;
            case "no certificate": File.Delete(certificate); break;
            case "another key": File.Copy(otherKey, key, overwrite: true); break;
            case "a directory":
                File.Delete(key);
                Directory.CreateDirectory(key);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(damage));
        }
    }

    private static string Contents(string home) =>
        string.Join('|', CertificateFiles.Select(f => Path.Combine(home, f)).Select(f => File.Exists(f) ? File.ReadAllText(f) : Directory.Exists(f) ? "directory" : "missing"));
}
