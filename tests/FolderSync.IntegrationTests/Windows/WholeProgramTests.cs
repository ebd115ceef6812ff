using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>The whole program for Windows syncs with a Syncthing 1.29 on Linux, using the managed TLS.</summary>
[Collection("Windows")]
public class WholeProgramTests(WindowsBuild build, ITestOutputHelper output)
{
    private const string Folder = "shared";

    [SkippableFact]
    public async Task AFolderIsKeptInSyncWithASyncthing()
    {
        build.SkipUnlessThere();
        SyncthingProcess.SkipUnlessThere("1.29");
        await UnderWine.RunAsync(output, StayInSyncAsync);
    }

    private async Task StayInSyncAsync()
    {
        await using var cluster = new Cluster();
        var linux = await cluster.AddSyncthingAsync("1.29", "linux", KeyKind.Ed25519);
        var windows = await WineFolderSync.MakeAsync(build, "windows", cluster.Scratch.In("windows-home"));
        cluster.Add(windows);
        try
        {
            await cluster.RunAsync(() => StepsAsync(cluster, linux, windows));
        }
        catch (Exception e) when (windows.HasEnded)
        {
            throw new ChildCrashedException(e.Message, e);
        }
    }

    private static async Task StepsAsync(Cluster cluster, SyncDevice linux, WineFolderSync windows)
    {
        await windows.StartAsync();
        string there = cluster.PathOf(Folder, linux), here = cluster.PathOf(Folder, windows);
        for (var i = 0; i < 200; i++)
            SampleFiles.Write(Path.Combine(there, $"small/{i % 10}/file {i}.txt"), 700 + i);
        SampleFiles.Write(Path.Combine(there, "large.bin"), 9_000_000);
        SampleFiles.Write(Path.Combine(there, "empty"), 0);
        SampleFiles.Write(Path.Combine(there, "Ünïcode/日本語 \U0001f600.txt"), "unicode");
        SampleFiles.Write(Path.Combine(there, string.Join('/', Enumerable.Repeat(new string('d', 100), 5)), "deep"), "far beyond 260 characters");
        SampleFiles.Write(Path.Combine(here, "of windows.txt"), "made here");
        await Cluster.PairAsync(windows, linux);
        await cluster.ShareAsync(Folder, [linux, windows]);
        await cluster.ConnectedAsync(linux, windows);
        await cluster.SyncedAsync(Folder);
        await AssertSameAsync(there, here);

        // Both sides edit, rename and delete.
        SampleFiles.Write(Path.Combine(there, "small/1/file 1.txt"), "edited on Linux");
        File.Move(Path.Combine(there, "large.bin"), Path.Combine(there, "moved.bin"));
        Directory.Delete(Path.Combine(there, "small/2"), recursive: true);
        SampleFiles.Write(Path.Combine(here, "small/3/file 3.txt"), "edited on Windows");
        Directory.Move(Path.Combine(here, "small/4"), Path.Combine(here, "four"));
        File.Delete(Path.Combine(here, "empty"));
        await cluster.SyncedAsync(Folder);
        await AssertSameAsync(there, here);
        Assert.False(File.Exists(Path.Combine(there, "empty")));
        Assert.True(File.Exists(Path.Combine(here, "moved.bin")));

        // A conflict keeps both.
        await windows.PauseAsync(linux);
        SampleFiles.Write(Path.Combine(there, "both.txt"), "of Linux");
        SampleFiles.Write(Path.Combine(here, "both.txt"), "of Windows");
        await Task.WhenAll(linux.ScanAsync(Folder), windows.ScanAsync(Folder));
        await windows.ResumeAsync(linux);
        await cluster.ConnectedAsync(linux, windows);
        await cluster.SyncedAsync(Folder);
        await AssertSameAsync(there, here);
        Assert.Equal(["of Linux", "of Windows"], Directory.GetFiles(here, "both*").Select(File.ReadAllText).Order(StringComparer.Ordinal));

        // Names that are invalid on Windows are reported, and don't affect anything else.
        SampleFiles.Write(Path.Combine(there, "a:b.txt"), "not for Windows");
        SampleFiles.Write(Path.Combine(there, "con"), "nor this");
        SampleFiles.Write(Path.Combine(there, "after.txt"), "but this");
        await linux.ScanAsync(Folder);
        await cluster.UntilAsync("that both names are reported", async () =>
        {
            var errors = (await windows.Rest.GetAsync($"folder/errors?folder={Folder}"))["errors"]!.AsArray().Select(e => ((string)e!["path"]!, (string)e["error"]!)).ToList();
            return errors.Any(e => e.Item1 == "a:b.txt" && e.Item2.Contains("Windows", StringComparison.Ordinal)) && errors.Any(e => e.Item1 == "con") && File.Exists(Path.Combine(here, "after.txt"));
        });
        File.Delete(Path.Combine(there, "a:b.txt"));
        File.Delete(Path.Combine(there, "con"));
        await cluster.SyncedAsync(Folder);
        await AssertSameAsync(there, here);

        // Killed in the middle, it resumes when it is started again.
        await linux.LimitSendingAsync(3000);
        SampleFiles.Write(Path.Combine(there, "long.bin"), 20_000_000);
        await linux.ScanAsync(Folder);
        await cluster.UntilAsync("that the transfer is under way", async () => await windows.ReceivedAsync(linux) > 10_500_000);
        await windows.KillAsync();
        await linux.LimitSendingAsync(0);
        await windows.StartAsync();
        await cluster.ConnectedAsync(linux, windows);
        await cluster.SyncedAsync(Folder);
        await AssertSameAsync(there, here);
        Assert.Empty(Directory.GetFiles(here, ".foldersync.*"));
    }

    /// <summary>Without the permissions, which have no meaning on Windows.</summary>
    private static async Task AssertSameAsync(string there, string here)
    {
        var (expected, found) = (await TreeDigest.OfAsync(there), await TreeDigest.OfAsync(here));
        Assert.Equal(expected.Select(Line), found.Select(Line));

        static string Line(KeyValuePair<string, string> entry) => $"{entry.Key}: {string.Join(' ', entry.Value.Split(' ').Where((_, at) => at != 1))}";
    }
}
