using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Cli;

/// <summary>Uses only the command line: from nothing to a shared folder.</summary>
public sealed class CliTests
{
    [Fact]
    public async Task PairAndShareByCommandsOnly()
    {
        using var scratch = new ScratchDirectory();
        var (laptop, desktop) = (scratch.In("laptop"), scratch.In("desktop"));
        var (laptopDocuments, desktopDocuments) = (scratch.Make("laptop-documents"), scratch.Make("desktop-documents"));
        SampleFiles.WriteTree(laptopDocuments);
        SampleFiles.Write(Path.Combine(desktopDocuments, "from the desktop.txt"), "hello");

        var laptopId = (await DoneAsync("init", "--home", laptop, "--name", "laptop")).Output.Trim();
        var desktopId = (await DoneAsync("init", "--home", desktop, "--name", "desktop")).Output.Trim();
        Assert.Equal(laptopId, (await DoneAsync("id", "--home", laptop)).Output.Trim());
        var (laptopPort, desktopPort) = (Listen(laptop), Listen(desktop));
        await using var one = FolderSyncProcess.Launch("serve", "--home", laptop, "--no-browser", "--gui-address", "127.0.0.1:0");
        await using var two = FolderSyncProcess.Launch("serve", "--home", desktop, "--no-browser", "--gui-address", "127.0.0.1:0");
        await RunningAsync(laptop, one);
        await RunningAsync(desktop, two);
        await DoneAsync("pair", desktopId.ToLowerInvariant(), "--home", laptop, "--name", "desktop", "--address", $"tcp://127.0.0.1:{desktopPort}");
        await DoneAsync("pair", laptopId.Replace("-", "", StringComparison.Ordinal), "--home", desktop, "--name", "laptop", "--address", $"tcp://127.0.0.1:{laptopPort}");
        await DoneAsync("share", laptopDocuments, "--home", laptop, "--with", "desktop", "--id", "documents");
        await DoneAsync("share", desktopDocuments, "--home", desktop, "--with", "laptop", "--id", "documents");

        await Wait.UntilAsync(async () => (await TreeDigest.DifferencesAsync(laptopDocuments, desktopDocuments)).Count == 0,
            () => $"The two did not become the same.\n{one.Log}\n{two.Log}");
        Assert.True(File.Exists(Path.Combine(laptopDocuments, "from the desktop.txt")));
        var status = (await DoneAsync("status", "--home", laptop)).Output;
        Assert.Contains("documents", status, StringComparison.Ordinal);
        Assert.Contains("desktop", status, StringComparison.Ordinal);
        Assert.Contains("connected", status, StringComparison.Ordinal);
        await DoneAsync("scan", "--home", laptop);
        await DoneAsync("pause", "documents", "--home", laptop);
        await DoneAsync("resume", "documents", "--home", laptop);
        await DoneAsync("unshare", "documents", "--home", desktop);
        await DoneAsync("unpair", "laptop", "--home", desktop);
        Assert.Equal(0, await one.TerminateAsync());
        Assert.Equal(0, await two.TerminateAsync());
        Assert.True(File.Exists(Path.Combine(desktopDocuments, "from the desktop.txt")));
    }

    [Fact]
    public async Task DemoTellsItsStoryAndLeavesNothingBehind()
    {
        // In its own directory: other demos may be running on this computer, or have been killed.
        using var scratch = new ScratchDirectory();
        var demo = await FolderSyncProcess.RunInAsync(FolderSyncProcess.Surroundings(temporary: scratch.Path), "demo", "--exit");
        Assert.True(demo.ExitCode == 0, demo.All);
        Assert.Contains("sync-conflict", demo.Output, StringComparison.Ordinal);
        Assert.Contains(scratch.Path, demo.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(scratch.Path, "foldersync-demo-*"));
    }

    [Fact]
    public async Task TheDemosLinksOpenItsPages()
    {
        using var scratch = new ScratchDirectory();
        await using var demo = FolderSyncProcess.LaunchIn(FolderSyncProcess.Surroundings(temporary: scratch.Path), "demo", "--files", "10");
        await demo.WrittenAsync("Ctrl-C ends the demo");
        var links = demo.Log.Split('\n').Where(l => l.Contains("'s page", StringComparison.Ordinal)).Select(l => l.Trim().Split(' ')[^1]).ToList();
        Assert.Equal(2, links.Count);
        foreach (var link in links)
        {
            using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(new Uri(link), "/") };
            using var opened = await PageDoor.RedeemAsync(browser, PageDoor.TokenOf(link));
            Assert.Equal(System.Net.HttpStatusCode.NoContent, opened.StatusCode);
            Assert.Contains("id=\"main\"", await browser.GetStringAsync("/"), StringComparison.Ordinal);
        }
        Assert.Equal(0, await demo.InterruptAsync());
    }

    /// <summary>Writes a free port into the new home's config.yaml, as a user would.</summary>
    private static int Listen(string home)
    {
        var port = FreePorts.Next();
        var file = Path.Combine(home, "config.yaml");
        var text = File.ReadAllText(file);
        Assert.Contains("# listen: [default]", text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace("# listen: [default]", $"listen: [\"tcp://127.0.0.1:{port}\"]", StringComparison.Ordinal));
        return port;
    }

    private static Task RunningAsync(string home, ChildProcess process) => Wait.UntilAsync(() =>
    {
        Assert.False(process.HasExited, process.Log);
        return File.Exists(Path.Combine(home, "runtime.json"));
    }, () => process.Log);

    private static async Task<ProcessResult> DoneAsync(params string[] arguments)
    {
        var ended = await FolderSyncProcess.RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"foldersync {string.Join(' ', arguments)}: {ended.All}");
        return ended;
    }
}
