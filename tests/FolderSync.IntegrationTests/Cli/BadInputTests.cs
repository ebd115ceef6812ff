using System.Net;
using System.Net.Sockets;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Cli;

/// <summary>A home without a running service, on which invalid commands are tried.</summary>
public sealed class QuietHome : IAsyncLifetime
{
    public ScratchDirectory Scratch { get; } = new();

    public string Home => Scratch.In("home");

    public string ConfigFile => Path.Combine(Home, "config.yaml");

    /// <summary>A paired device, with which <see cref="Shared"/> is shared.</summary>
    public string PeerId { get; private set; } = "";

    public string Shared => Scratch.In("shared");

    public async Task InitializeAsync()
    {
        PeerId = (await Identities.MakeAsync(Scratch.In("peer"), KeyKind.P256)).ToString();
        Scratch.Make("shared", "inside");
        foreach (var command in (string[][])[["init", "--home", Home], ["pair", PeerId, "--home", Home, "--name", "peer"], ["share", Shared, "--home", Home, "--with", "peer"]])
        {
            var ended = await FolderSyncProcess.RunAsync(command);
            Assert.True(ended.ExitCode == 0, ended.All);
        }
    }

    public Task DisposeAsync()
    {
        Scratch.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>Standard error says what is wrong and what to do; the exit code is 2, and nothing has changed.</summary>
public sealed class BadInputTests(QuietHome quiet) : IClassFixture<QuietHome>
{
    [Fact]
    public async Task WrongDeviceIdNamesTheWrongGroup()
    {
        var groups = quiet.PeerId.Split('-');
        groups[4] = groups[4][..6] + (groups[4][6] == 'A' ? 'B' : 'A');
        await RefusedAsync(["pair", string.Join('-', groups)], "group");
    }

    [Fact]
    public Task ShortDeviceId() => RefusedAsync(["pair", "ABCDEFG"], "device ID");

    [Fact]
    public async Task OwnDeviceId() =>
        await RefusedAsync(["pair", (await FolderSyncProcess.RunAsync("id", "--home", quiet.Home)).Output.Trim()], "own ID");

    [Fact]
    public Task UnknownDevice() => RefusedAsync(["share", quiet.Scratch.Make("free"), "--with", "nobody"], "nobody");

    [Fact]
    public Task PathThatIsNotThere() => RefusedAsync(["share", quiet.Scratch.In("not", "there"), "--with", "peer"], "does not exist");

    [Fact]
    public async Task PathThatIsAFile()
    {
        var file = quiet.Scratch.In("a-file");
        await File.WriteAllTextAsync(file, "content");
        await RefusedAsync(["share", file, "--with", "peer"], "is a file");
        Assert.Equal("content", await File.ReadAllTextAsync(file));
    }

    /// <summary>Root can read everything, so root runs this as another user.</summary>
    [SkippableFact]
    public async Task PathThatCannotBeRead()
    {
        var home = quiet.Scratch.Make("of-nobody");
        var directory = quiet.Scratch.Make("unreadable");
        foreach (var open in (string[])[quiet.Scratch.Path, home])
            File.SetUnixFileMode(open, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(directory, UnixFileMode.None);
        var version = await AsNobodyAsync("version");
        Skip.If(version.ExitCode != 0, $"Nobody can't run the program: {version.All}");
        var own = Path.Combine(home, "home");
        Assert.Equal(0, (await AsNobodyAsync("init", "--home", own)).ExitCode);
        Assert.Equal(0, (await AsNobodyAsync("pair", quiet.PeerId, "--home", own, "--name", "peer")).ExitCode);
        var ended = await AsNobodyAsync("share", directory, "--home", own, "--with", "peer");
        Assert.True(ended.ExitCode == 2, ended.All);
        Assert.Contains("can't be read", ended.Error, StringComparison.Ordinal);

        Task<ProcessResult> AsNobodyAsync(params string[] command) => Environment.IsPrivilegedProcess
            ? ChildProcess.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", .. TestSettings.Program, .. command],
                new Dictionary<string, string?> { ["HOME"] = home, ["DOTNET_CLI_HOME"] = home }, home)
            : FolderSyncProcess.RunAsync(command);
    }

    [Fact]
    public Task FolderInsideAnother() => RefusedAsync(["share", Path.Combine(quiet.Shared, "inside"), "--with", "peer"], "inside the folder");

    [Fact]
    public Task FolderAroundAnother() => RefusedAsync(["share", quiet.Scratch.Path, "--with", "peer"], "holds the folder");

    [Fact]
    public Task UnknownOption() => RefusedAsync(["status", "--hoem", "x"], "--help");

    [Fact]
    public async Task NoHome()
    {
        var ended = await FolderSyncProcess.RunAsync("status", "--home", quiet.Scratch.In("nothing"));
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("foldersync init", ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(quiet.Scratch.In("nothing")));
    }

    [Fact]
    public async Task TakenPageAddress()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await RefusedAsync(["serve", "--no-browser", "--gui-address", taken.LocalEndpoint.ToString()!], "--gui-address");
    }

    [Theory]
    [InlineData("folders:\n  - id: x\n    pth: /tmp\n", "path")]
    [InlineData("device: [\n", "config.yaml:")]
    [InlineData("devices:\n  - id: NOT-AN-ID\n", "config.yaml:2:")]
    [InlineData("limits:\n  send: fast\n", "config.yaml:2:")]
    public async Task BrokenConfig(string broken, string told)
    {
        var home = quiet.Scratch.In("broken-" + Guid.NewGuid().ToString("N"));
        await Identities.MakeAsync(home, KeyKind.P256);
        var file = Path.Combine(home, "config.yaml");
        await File.WriteAllTextAsync(file, broken);
        var ended = await FolderSyncProcess.RunAsync("serve", "--home", home, "--no-browser", "--gui-address", "127.0.0.1:0");
        Assert.True(ended.ExitCode == 2, ended.All);
        Assert.Contains(told, ended.Error, StringComparison.Ordinal);
        Assert.Equal(broken, await File.ReadAllTextAsync(file));
    }

    /// <summary>A disk may not be mounted yet: the service runs, and the folder reports the problem.</summary>
    [Fact]
    public async Task ConfiguredPathThatIsNotThere()
    {
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.MakeAsync("device", scratch.In("home"));
        var path = scratch.In("not", "there");
        await File.AppendAllTextAsync(device.ConfigFile, $"folders:\n  - id: lost\n    path: {path}\n");
        await device.StartAsync();
        for (var state = ""; state != "error"; state = await device.StateAsync("lost"))
            await device.Rest.NewEventsAsync();
        Assert.Contains("does not exist", (string)(await device.StatusAsync("lost"))["error"]!, StringComparison.Ordinal);
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task BrokenConfigWhileRunningIsNamedAndTheLastGoodStays()
    {
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.StartAsync("device", scratch.In("home"));
        await device.AddFolderAsync("good", scratch.In("good"), []);
        var good = await File.ReadAllTextAsync(device.ConfigFile);
        await File.WriteAllTextAsync(device.ConfigFile, good + "folderz: [");
        await Wait.UntilAsync(async () => (string?)(await device.Rest.GetAsync("system/status"))["configError"] is not null, () => device.Log);
        await device.WrittenAsync("config.yaml:");
        Assert.NotEmpty((await device.Rest.GetAsync("config/folders")).AsArray());
        Assert.EndsWith("folderz: [", await File.ReadAllTextAsync(device.ConfigFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondServiceOnOneHome()
    {
        using var scratch = new ScratchDirectory();
        await using var first = await FolderSyncProcess.StartAsync("first", scratch.In("home"));
        var second = await FolderSyncProcess.RunAsync("serve", "--home", first.Home, "--no-browser", "--gui-address", "127.0.0.1:0");
        Assert.True(second.ExitCode == 2, second.All);
        Assert.Contains("already", second.Error, StringComparison.Ordinal);
        Assert.NotNull(await first.Rest.GetAsync("system/ping"));
        Assert.Equal(0, await first.TerminateAsync());
    }

    [Fact]
    public async Task OneFolderInTwoHomes()
    {
        await using var cluster = new Cluster();
        var first = await cluster.AddFolderSyncAsync("first");
        var second = await cluster.AddFolderSyncAsync("second");
        await cluster.RunAsync(async () =>
        {
            var path = cluster.Scratch.Make("folder");
            await first.AddFolderAsync("folder", path, []);
            await cluster.UntilAsync("that the first has it", async () => await first.StateAsync("folder") == "idle");
            await second.AddFolderAsync("folder", path, []);
            await cluster.UntilAsync("that the second refuses it", async () => await second.StateAsync("folder") == "error");
            Assert.NotEqual("", (string)(await second.StatusAsync("folder"))["error"]!);
            Assert.Equal("idle", await first.StateAsync("folder"));
        });
    }

    private async Task RefusedAsync(string[] command, string told)
    {
        var before = await File.ReadAllTextAsync(quiet.ConfigFile);
        var ended = await FolderSyncProcess.RunAsync([.. command, "--home", quiet.Home]);
        Assert.True(ended.ExitCode == 2, ended.All);
        Assert.Contains(told, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(quiet.ConfigFile));
    }
}
