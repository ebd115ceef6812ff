using System.Text.Json;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Cli;

/// <summary>A laptop and a desktop that run and share "documents"; commands run on the laptop unless stated otherwise.</summary>
public sealed class RunningPair : IAsyncLifetime
{
    public ScratchDirectory Scratch { get; } = new();

    public FolderSyncProcess Laptop { get; private set; } = null!;

    public FolderSyncProcess Desktop { get; private set; } = null!;

    public string Documents => Scratch.In("laptop-documents");

    public string DesktopDocuments => Scratch.In("desktop-documents");

    public async Task InitializeAsync()
    {
        Laptop = await FolderSyncProcess.StartAsync("laptop", Scratch.In("laptop"));
        Desktop = await FolderSyncProcess.StartAsync("desktop", Scratch.In("desktop"));
        await AddressedAsync(Laptop);
        await AddressedAsync(Desktop);
        await Laptop.AddDeviceAsync(Desktop, null);
        await Desktop.AddDeviceAsync(Laptop, Laptop.PeerAddress);
        await Laptop.AddFolderAsync("documents", Documents, [Desktop]);
        await Desktop.AddFolderAsync("documents", DesktopDocuments, [Laptop]);
        SampleFiles.Write(Path.Combine(Documents, "letter.txt"), "first");
        await Laptop.ScanAsync("documents");
        await UntilAsync("the letter is on the desktop", () => Task.FromResult(File.Exists(Path.Combine(DesktopDocuments, "letter.txt"))));
    }

    public async Task DisposeAsync()
    {
        await Laptop.DisposeAsync();
        await Desktop.DisposeAsync();
        Scratch.Dispose();
    }

    /// <summary>At the end of its start, the service writes the file that says how to reach it.</summary>
    public static Task AddressedAsync(FolderSyncProcess device) => UntilAsync("its address is written", () => Task.FromResult(File.Exists(Path.Combine(device.Home, "runtime.json"))));

    public static async Task UntilAsync(string what, Func<Task<bool>> reached)
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        while (!await reached())
        {
            Assert.False(limit.IsCancellationRequested, $"It did not happen that {what}.");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public Task<ProcessResult> OnLaptopAsync(params string[] command) => FolderSyncProcess.RunAsync([.. command, "--home", Laptop.Home]);

    public Task<ProcessResult> OnDesktopAsync(params string[] command) => FolderSyncProcess.RunAsync([.. command, "--home", Desktop.Home]);

    public async Task<string> DoneAsync(params string[] command) => Good(await OnLaptopAsync(command)).Output;

    public static ProcessResult Good(ProcessResult ended)
    {
        Assert.True(ended.ExitCode == 0, ended.All);
        Assert.DoesNotContain('\u001b', ended.Output);
        return ended;
    }

    public async Task<JsonNode> JsonAsync(params string[] command) => JsonNode.Parse(await DoneAsync([.. command, "--json"]))!;
}

/// <summary>Every command as a user types it, with running services.</summary>
public sealed class CommandTests(RunningPair pair) : IClassFixture<RunningPair>
{
    [Fact]
    public async Task StatusIsATableOf80Columns()
    {
        await RunningPair.UntilAsync("they are connected", async () => (bool)(await pair.JsonAsync("status"))["devices"]![0]!["connected"]!);
        var shown = await pair.DoneAsync("status");
        Assert.Contains("documents", shown, StringComparison.Ordinal);
        Assert.Contains("up to date", shown, StringComparison.Ordinal);
        Assert.Contains("desktop", shown, StringComparison.Ordinal);
        Assert.All(shown.Split('\n').Where(l => !l.StartsWith("! ", StringComparison.Ordinal)), l => Assert.True(l.TrimEnd().Length <= 80, l));
        var json = await pair.JsonAsync("status");
        Assert.Equal(pair.Laptop.Id.ToString(), (string)json["id"]!);
        Assert.Equal("laptop", (string)json["name"]!);
        Assert.Equal("idle", (string)json["folders"]![0]!["state"]!);
        Assert.InRange((long)json["folders"]![0]!["files"]!, 1, 100);
    }

    [Fact]
    public async Task WatchWritesALineAChangeAndEndsQuietlyOnCtrlC()
    {
        await using var watch = FolderSyncProcess.Launch("status", "--watch", "--home", pair.Laptop.Home);
        await watch.WrittenAsync("documents  up to date  100 %");
        await pair.DoneAsync("pause", "documents");
        await watch.WrittenAsync("documents  paused");
        await pair.DoneAsync("resume", "documents");
        Assert.Equal(130, await watch.InterruptAsync());
        Assert.DoesNotContain("foldersync:", watch.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", watch.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchedJsonIsAnObjectALine()
    {
        await using var watch = FolderSyncProcess.Launch("status", "--watch", "--json", "--home", pair.Laptop.Home);
        await watch.WrittenAsync("\"folders\":");
        Assert.Equal(143, await watch.TerminateAsync());
        Assert.All(watch.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.NotNull(JsonNode.Parse(l)!["devices"]));
    }

    [Fact]
    public async Task PauseForATimeAndResume()
    {
        Assert.Contains("paused until", await pair.DoneAsync("pause", "--for", "1h30m"), StringComparison.Ordinal);
        var paused = await pair.JsonAsync("status");
        Assert.True((bool)paused["paused"]!);
        var until = (DateTimeOffset)paused["pausedUntil"]!;
        Assert.InRange(until - DateTimeOffset.Now, TimeSpan.FromMinutes(80), TimeSpan.FromMinutes(90));
        Assert.Contains("Everything is paused until", await pair.DoneAsync("status"), StringComparison.Ordinal);
        await pair.DoneAsync("resume");
        Assert.False((bool)(await pair.JsonAsync("status"))["paused"]!);
        Assert.Equal(2, (await pair.OnLaptopAsync("pause", "--for", "soon")).ExitCode);
        Assert.Equal(2, (await pair.OnLaptopAsync("pause", "documents", "--for", "1h")).ExitCode);

        await pair.DoneAsync("pause", "desktop");
        Assert.Contains("Still paused separately: desktop", await pair.DoneAsync("resume"), StringComparison.Ordinal);
        await pair.DoneAsync("resume", "DESKTOP");
        Assert.Equal("Everything is resumed.\n", await pair.DoneAsync("resume"));
    }

    [Fact]
    public async Task NeedGivesEveryItemItsReasonInPages()
    {
        var source = pair.Scratch.Make("needed-source");
        for (var i = 0; i < 5; i++)
            SampleFiles.Write(Path.Combine(source, $"{i}.bin"), new string('x', 400_000 + i));
        SampleFiles.Write(Path.Combine(source, "evil\u001b[31m\u202ename"), new string('y', 400_000));
        await pair.Laptop.LimitSendingAsync(20);
        try
        {
            await pair.Laptop.AddFolderAsync("needed", source, [pair.Desktop]);
            await pair.Desktop.AddFolderAsync("needed", pair.Scratch.Make("needed-target"), [pair.Laptop], new JsonObject { ["order"] = "alphabetic" });
            await RunningPair.UntilAsync("the desktop knows what it lacks", async () => (long)(await pair.Desktop.StatusAsync("needed"))["needTotalItems"]! == 6);
            var json = JsonNode.Parse(RunningPair.Good(await pair.OnDesktopAsync("need", "needed", "--json")).Output)!;
            Assert.All(json["items"]!.AsArray(), i => Assert.NotEqual("", (string)i!["reason"]!));
            var page = RunningPair.Good(await pair.OnDesktopAsync("need", "needed", "--per-page", "2")).Output;
            Assert.Contains("; the next: --page 2.", page, StringComparison.Ordinal);
            var all = RunningPair.Good(await pair.OnDesktopAsync("need", "needed")).Output;
            Assert.Contains("evil\\u001b[31m\\u202ename", all, StringComparison.Ordinal);
            Assert.Equal(2, (await pair.OnDesktopAsync("need", "needed", "--page", "0")).ExitCode);
        }
        finally
        {
            await pair.Laptop.LimitSendingAsync(0);
        }
        await RunningPair.UntilAsync("all is there", async () => (long)(await pair.Desktop.StatusAsync("needed"))["needTotalItems"]! == 0);
        Assert.Equal("'needed' is up to date.\n", RunningPair.Good(await pair.OnDesktopAsync("need", "needed")).Output);
        RunningPair.Good(await pair.OnDesktopAsync("unshare", "needed"));
        await pair.DoneAsync("unshare", "needed");
    }

    [Fact]
    public async Task IgnorePatternsAreShownTriedAddedAndRemoved()
    {
        await pair.Laptop.AddFolderAsync("sketches", pair.Scratch.Make("sketches"), []);
        SampleFiles.Write(pair.Scratch.In("sketches", "draft.tmp"), "0123456789");
        SampleFiles.Write(pair.Scratch.In("sketches", "good.txt"), "x");
        await pair.DoneAsync("scan", "sketches");
        Assert.Equal("", await pair.DoneAsync("ignore", "sketches"));
        var tried = await pair.DoneAsync("ignore", "sketches", "--add", "*.tmp", "--preview");
        Assert.Contains("draft.tmp", tried, StringComparison.Ordinal);
        Assert.DoesNotContain("good.txt", tried, StringComparison.Ordinal);
        Assert.Contains("1 file", tried, StringComparison.Ordinal);
        Assert.Equal("", await pair.DoneAsync("ignore", "sketches"));
        await pair.DoneAsync("ignore", "sketches", "--add", "*.tmp", "--add", "// a note");
        Assert.Equal("*.tmp\n// a note\n", await pair.DoneAsync("ignore", "sketches"));
        Assert.Contains("already", await pair.DoneAsync("ignore", "sketches", "--add", "*.tmp"), StringComparison.Ordinal);
        await pair.DoneAsync("ignore", "sketches", "--remove", "*.tmp");
        Assert.Equal("// a note\n", await pair.DoneAsync("ignore", "sketches"));
        var wrong = await pair.OnLaptopAsync("ignore", "sketches", "--add", "[a");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("Nothing was changed", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await pair.OnLaptopAsync("ignore", "sketches", "--remove", "nothing")).ExitCode);
        Assert.Equal("// a note\n", await pair.DoneAsync("ignore", "sketches"));
    }

    [Fact]
    public async Task LogIsFilteredAndFollowed()
    {
        var latest = (await pair.DoneAsync("log", "-n", "3")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, latest.Length);
        Assert.All(latest, l => Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z]{3} [a-z]+: ", l));
        Assert.All((await pair.DoneAsync("log", "--area", "service")).Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.Contains(" service: ", l, StringComparison.Ordinal));
        Assert.Equal("", await pair.DoneAsync("log", "--level", "critical"));
        Assert.Equal(2, (await pair.OnLaptopAsync("log", "--level", "loud")).ExitCode);

        await using var follow = FolderSyncProcess.Launch("log", "-f", "-n", "0", "--home", pair.Laptop.Home);
        // Before it follows the log, it may miss a line.
        await RunningPair.UntilAsync("a new line is followed", async () =>
        {
            await pair.DoneAsync("pause", "documents");
            await pair.DoneAsync("resume", "documents");
            return follow.Log.Contains(" service: ", StringComparison.Ordinal);
        });
        Assert.Equal(130, await follow.InterruptAsync());
    }

    [Fact]
    public async Task OpenGivesTheBrowserALinkThatWorksOnceAndNeverTheKey()
    {
        var url = $"http://127.0.0.1:{pair.Laptop.PagePort}/";
        var printed = (await pair.DoneAsync("open", "--print")).TrimEnd('\n');
        Assert.Matches($"^{url}open.html#[0-9a-f]{{64}}/$", printed);
        var bin = pair.Scratch.Make("bin");
        var script = Path.Combine(bin, "xdg-open");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{bin}/opened'\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        var ended = await WithPathAsync($"{bin}:{Environment.GetEnvironmentVariable("PATH")}");
        Assert.Equal(0, ended.ExitCode);
        // What a terminal keeps doesn't open the page.
        Assert.Equal($"Opened {url}\n", ended.Output);
        var opened = (await File.ReadAllTextAsync(Path.Combine(bin, "opened"))).TrimEnd('\n');
        Assert.Matches($"^{url}open.html#[0-9a-f]{{64}}/$", opened);
        Assert.NotEqual(printed, opened);
        Assert.DoesNotContain(SyncDevice.ApiKey, opened, StringComparison.Ordinal);
        foreach (var link in (string[])[printed, opened])
        {
            using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };
            using var first = await PageDoor.RedeemAsync(browser, PageDoor.TokenOf(link));
            Assert.Equal(System.Net.HttpStatusCode.NoContent, first.StatusCode);
            using var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };
            using var second = await PageDoor.RedeemAsync(stranger, PageDoor.TokenOf(link));
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, second.StatusCode);
            Assert.Contains("has been used", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        var nowhere = await WithPathAsync(pair.Scratch.Make("empty"));
        Assert.Equal(1, nowhere.ExitCode);
        Assert.Matches($"{url}open.html#[0-9a-f]{{64}}/", nowhere.Error);

        Task<ProcessResult> WithPathAsync(string path) => FolderSyncProcess.RunInAsync(new Dictionary<string, string?> { ["PATH"] = path }, "open", "--home", pair.Laptop.Home);
    }

    [Fact]
    public async Task VersionsAreListedAndRestored()
    {
        var (mine, theirs) = (Path.Combine(pair.Documents, "diary.txt"), Path.Combine(pair.DesktopDocuments, "diary.txt"));
        SampleFiles.Write(mine, "monday");
        await pair.DoneAsync("scan", "documents");
        await RunningPair.UntilAsync("the desktop has it", async () => File.Exists(theirs) && await File.ReadAllTextAsync(theirs) == "monday");
        await File.WriteAllTextAsync(theirs, "tuesday, and it was long");
        await pair.Desktop.ScanAsync("documents");
        await RunningPair.UntilAsync("the laptop has the new one", async () => await File.ReadAllTextAsync(mine) == "tuesday, and it was long");
        Assert.Contains("diary.txt", await pair.DoneAsync("versions", "documents"), StringComparison.Ordinal);
        Assert.Equal(2, (await pair.OnLaptopAsync("versions", "documents", "--restore", "nothing.txt")).ExitCode);
        Assert.Contains("'diary.txt' was restored", await pair.DoneAsync("versions", "documents", "--restore", "diary.txt"), StringComparison.Ordinal);
        Assert.Equal("monday", await File.ReadAllTextAsync(mine));
        Assert.Contains((await pair.JsonAsync("versions", "documents", "--below", "diary"))["items"]!.AsArray(), v => (long)v!["size"]! == "tuesday, and it was long".Length);
    }

    [Fact]
    public async Task ConflictsAreListedAndResolved()
    {
        var (mine, theirs) = (Path.Combine(pair.Documents, "both.txt"), Path.Combine(pair.DesktopDocuments, "both.txt"));
        SampleFiles.Write(mine, "base");
        await pair.DoneAsync("scan", "documents");
        await RunningPair.UntilAsync("the desktop has it", () => Task.FromResult(File.Exists(theirs)));
        await pair.DoneAsync("pause", "desktop");
        await File.WriteAllTextAsync(mine, "mine, the older");
        File.SetLastWriteTimeUtc(mine, DateTime.UtcNow.AddHours(-2));
        await File.WriteAllTextAsync(theirs, "theirs");
        await pair.DoneAsync("scan", "documents");
        await pair.Desktop.ScanAsync("documents");
        await pair.DoneAsync("resume", "desktop");
        await RunningPair.UntilAsync("there is a conflict", async () => (await pair.JsonAsync("conflicts", "documents")).AsArray().Count == 1);
        var copy = (string)(await pair.JsonAsync("conflicts"))[0]!["copy"]!;
        Assert.Contains(copy, await pair.DoneAsync("conflicts"), StringComparison.Ordinal);
        Assert.Contains("1 conflict copy", await pair.DoneAsync("status"), StringComparison.Ordinal);
        Assert.Equal(2, (await pair.OnLaptopAsync("conflicts", "--keep-copy", "not there")).ExitCode);
        await pair.DoneAsync("conflicts", "documents", "--keep-copy", copy);
        Assert.Equal("mine, the older", await File.ReadAllTextAsync(mine));
        await RunningPair.UntilAsync("there is none any more", async () => await pair.DoneAsync("conflicts") == "There are no conflicts.\n");
    }

    [Fact]
    public async Task RevertShowsAsksAndDoes()
    {
        var path = pair.Scratch.Make("published");
        await pair.Laptop.AddFolderAsync("published", pair.Scratch.Make("publisher"), [pair.Desktop]);
        SampleFiles.Write(pair.Scratch.In("publisher", "page.html"), "good");
        await pair.DoneAsync("scan", "published");
        await pair.Desktop.AddFolderAsync("published", path, [pair.Laptop], new JsonObject { ["type"] = "receiveonly" });
        var page = Path.Combine(path, "page.html");
        await RunningPair.UntilAsync("it is there", () => Task.FromResult(File.Exists(page)));
        Assert.Contains("nothing to revert", RunningPair.Good(await pair.OnDesktopAsync("revert", "published")).Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(page, "scribbled");
        SampleFiles.Write(Path.Combine(path, "note.txt"), "mine");
        await pair.Desktop.ScanAsync("published");

        var shown = RunningPair.Good(await pair.OnDesktopAsync("revert", "published", "--preview")).Output;
        Assert.Contains("page.html", shown, StringComparison.Ordinal);
        Assert.Contains("note.txt", shown, StringComparison.Ordinal);
        var asked = await pair.OnDesktopAsync("revert", "published");
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("--yes", asked.Error, StringComparison.Ordinal);
        Assert.Equal("scribbled", await File.ReadAllTextAsync(page));
        RunningPair.Good(await pair.OnDesktopAsync("revert", "published", "--yes"));
        await RunningPair.UntilAsync("it is as it was", async () => File.Exists(page) && await File.ReadAllTextAsync(page) == "good" && !File.Exists(Path.Combine(path, "note.txt")));
        Assert.Equal(2, (await pair.OnDesktopAsync("override", "published", "--yes")).ExitCode);
    }

    [Fact]
    public async Task OverrideMakesTheSendersStateTheNewest()
    {
        var (source, target) = (pair.Scratch.Make("master"), pair.Scratch.Make("follower"));
        SampleFiles.Write(Path.Combine(source, "plan.txt"), "the plan");
        await pair.Laptop.AddFolderAsync("plans", source, [pair.Desktop], new JsonObject { ["type"] = "sendonly" });
        await pair.Desktop.AddFolderAsync("plans", target, [pair.Laptop]);
        var theirs = Path.Combine(target, "plan.txt");
        await RunningPair.UntilAsync("it is there", () => Task.FromResult(File.Exists(theirs)));
        await File.WriteAllTextAsync(theirs, "another plan");
        await pair.Desktop.ScanAsync("plans");
        await RunningPair.UntilAsync("the laptop knows of it", async () => (await pair.DoneAsync("override", "plans", "--preview")).Contains("plan.txt", StringComparison.Ordinal));
        await pair.DoneAsync("override", "plans", "-y");
        await RunningPair.UntilAsync("it is as it was", async () => await File.ReadAllTextAsync(theirs) == "the plan");
    }

    [Fact]
    public async Task DoctorAsksTheServiceToo()
    {
        await RunningPair.UntilAsync("they are connected", async () => (bool)(await pair.JsonAsync("status"))["devices"]![0]!["connected"]!);
        var shown = await pair.OnLaptopAsync("doctor");
        Assert.True(shown.ExitCode == 0, shown.All);
        foreach (var check in (string[])["home", "identity", "service", "configuration", "port", "disk", "permissions", "watches", "clock", "device"])
            Assert.Matches($@"(?m)^(ok|warn) +{check} ", shown.Output);
        Assert.Contains("FolderSync", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeviceIsShownRenamedAndGivenAddresses()
    {
        var shown = await pair.DoneAsync("device", "desktop");
        Assert.Contains(pair.Desktop.Id.ToString(), shown, StringComparison.Ordinal);
        Assert.Contains("documents", shown, StringComparison.Ordinal);
        await pair.DoneAsync("device", "desktop", "--rename", "study", "--address", "dynamic", "--address", "tcp://127.0.0.1:9");
        Assert.Contains("dynamic, tcp://127.0.0.1:9", await pair.DoneAsync("device", "study"), StringComparison.Ordinal);
        Assert.Equal(2, (await pair.OnLaptopAsync("device", "study", "--address", "nonsense")).ExitCode);
        Assert.Equal(2, (await pair.OnLaptopAsync("device", "desktop")).ExitCode);
        await pair.DoneAsync("device", "study", "--rename", "desktop", "--address", "dynamic");
    }

    [Fact]
    public async Task ADeviceThatAsksIsPairedByItsName()
    {
        await using var tablet = await FolderSyncProcess.StartAsync("my tablet", pair.Scratch.In("tablet"));
        await tablet.AddDeviceAsync(pair.Laptop, pair.Laptop.PeerAddress);
        await RunningPair.UntilAsync("it asks", async () => (await pair.DoneAsync("status")).Contains("my tablet asks to be paired", StringComparison.Ordinal));
        Assert.Contains(tablet.Id.ToString(), await pair.DoneAsync("pair", "My Tablet"), StringComparison.Ordinal);
        Assert.Contains("my tablet", await pair.DoneAsync("status"), StringComparison.Ordinal);
        await pair.DoneAsync("unpair", "my tablet");
        var unknown = await pair.OnLaptopAsync("pair", "nobody");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("foldersync nearby", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProblemsAreListedAndAcknowledged()
    {
        await pair.Laptop.AddFolderAsync("lost", pair.Scratch.Make("lost"), []);
        await pair.DoneAsync("scan", "lost");
        Directory.Delete(pair.Scratch.In("lost"), recursive: true);
        await pair.OnLaptopAsync("scan", "lost");
        await RunningPair.UntilAsync("it is a problem", async () => (await pair.JsonAsync("problems")).AsArray().Count > 0);
        Assert.Contains("lost: ", await pair.DoneAsync("problems"), StringComparison.Ordinal);
        Assert.Contains("acknowledged", await pair.DoneAsync("problems", "--ack-all"), StringComparison.Ordinal);
        Assert.Equal("There are no problems.\n", await pair.DoneAsync("problems"));
        Assert.NotEmpty((await pair.JsonAsync("problems", "--all")).AsArray());
        await pair.DoneAsync("unshare", "lost");
    }

    [Fact]
    public async Task NearbyIsAListEvenWhereNobodyIs()
    {
        await pair.DoneAsync("nearby");
        Assert.Equal(JsonValueKind.Array, (await pair.JsonAsync("nearby")).GetValueKind());
    }
}
