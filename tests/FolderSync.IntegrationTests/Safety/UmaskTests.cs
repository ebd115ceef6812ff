using System.Runtime.Versioning;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>The modes of what the service creates don't depend on the umask it was started with.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class UmaskTests
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [SkippableTheory]
    [InlineData("000")]
    [InlineData("077")]
    public async Task ModesHoldUnderAnyUmask(string umask)
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix modes");
        await using var cluster = new Cluster();
        var peer = await cluster.AddFolderSyncAsync("peer");
        var ours = await UmaskedFolderSync.StartAsync("ours", cluster.Scratch.In("ours-home"), umask);
        cluster.Add(ours);
        await cluster.RunAsync(async () =>
        {
            var theirs = Directory.CreateDirectory(Path.Combine(cluster.PathOf("f", peer), "d")).FullName;
            foreach (var (name, mode) in (List<(string, int)>)[("private", 0x180), ("usual", 0x1A4), ("open", 0x1B6), ("gone", 0x1A4)])
            {
                await File.WriteAllTextAsync(Path.Combine(theirs, name), name);
                File.SetUnixFileMode(Path.Combine(theirs, name), (UnixFileMode)mode);
            }
            File.SetUnixFileMode(theirs, (UnixFileMode)0x1F8);
            await Cluster.PairAsync(peer, ours);
            await cluster.ShareAsync("f", [ours, peer], d => d == ours ? new() { ["versioning"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "trashcan" } } : null);
            await cluster.SyncedAsync("f");
            File.Delete(Path.Combine(theirs, "gone"));
            await cluster.SyncedAsync("f");
            await cluster.UntilAsync("that the deleted file is among the versions", () => Task.FromResult(File.Exists(Path.Combine(cluster.PathOf("f", ours), ".stversions/d/gone"))));

            var folder = cluster.PathOf("f", ours);
            Assert.Equal((0x180, 0x1A4, 0x1B6, 0x1F8), (Mode(folder, "d/private"), Mode(folder, "d/usual"), Mode(folder, "d/open"), Mode(folder, "d")));
            Assert.Equal((0x1ED, 0x180), (Mode(folder, ".stfolder"), Mode(folder, ".stfolder/foldersync.lock")));
            Assert.Equal((0x1C0, 0x1C0), (Mode(folder, ".stversions"), Mode(folder, ".stversions/d")));
            foreach (var entry in new DirectoryInfo(ours.Home).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Where(e => e.Name != "cert.pem"))
                Assert.True((entry.UnixFileMode & Others) == 0, $"{entry.FullName} has {entry.UnixFileMode}");
        });
    }

    /// <summary>A directory that the service makes for a new folder.</summary>
    [SkippableFact]
    public async Task NobodyElseMayWriteInANewFoldersDirectory()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix modes");
        await using var cluster = new Cluster();
        var ours = await UmaskedFolderSync.StartAsync("ours", cluster.Scratch.In("ours-home"), "000");
        cluster.Add(ours);
        await cluster.RunAsync(async () =>
        {
            await ours.Rest.PostAsync("config/folders", new System.Text.Json.Nodes.JsonObject { ["id"] = "new", ["path"] = cluster.Scratch.In("new/folder") });
            Assert.Equal((0x1ED, 0x1ED), (Mode(cluster.Scratch.In("new"), ""), Mode(cluster.Scratch.In("new"), "folder")));
        });
    }

    private static int Mode(string directory, string name) => (int)File.GetUnixFileMode(Path.Combine(directory, name));

    private sealed class UmaskedFolderSync(string name, string home, string umask) : SyncDevice(name, home)
    {
        public static async Task<UmaskedFolderSync> StartAsync(string name, string home, string umask)
        {
            var made = await FolderSyncProcess.MakeAsync(name, home);
            var device = new UmaskedFolderSync(name, home, umask) { Id = made.Id };
            var config = Path.Combine(home, "config.yaml");
            await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace(made.PeerAddress, device.PeerAddress, StringComparison.Ordinal));
            File.SetUnixFileMode(config, (UnixFileMode)0x180);
            await device.StartAsync();
            return device;
        }

        private protected override ChildProcess StartProcess() => FolderSyncProcess.LaunchBy(
            "sh", ["-c", $"umask {umask}; exec \"$@\"", "sh"], "serve", "--home", Home, "--no-browser", "--gui-address", $"127.0.0.1:{PagePort}", "--gui-apikey", ApiKey);
    }
}
