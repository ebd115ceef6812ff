using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Cli;

/// <summary>The exit codes that `foldersync --help` documents, and how a service ends.</summary>
public sealed class ExitCodeTests
{
    [Fact]
    public async Task NothingGoesToTheWrongStream()
    {
        var done = await FolderSyncProcess.RunAsync("version");
        Assert.Equal((0, ""), (done.ExitCode, done.Error));
        var wrong = await FolderSyncProcess.RunAsync("nonsense");
        Assert.Equal((2, ""), (wrong.ExitCode, wrong.Output));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("scan")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("need", "x")]
    [InlineData("ignore", "x")]
    [InlineData("log")]
    [InlineData("open")]
    [InlineData("versions", "x")]
    [InlineData("conflicts")]
    [InlineData("problems")]
    [InlineData("nearby")]
    [InlineData("override", "x")]
    [InlineData("revert", "x")]
    [InlineData("restart")]
    [InlineData("shutdown")]
    public async Task OneWithoutAService(params string[] command)
    {
        using var scratch = new ScratchDirectory();
        await Identities.MakeAsync(scratch.In("home"), KeyKind.P256);
        await File.WriteAllTextAsync(scratch.In("home", "config.yaml"), "device:\n  name: alone\n");
        var ended = await FolderSyncProcess.RunAsync([.. command, "--home", scratch.In("home")]);
        Assert.True(ended.ExitCode == 1, ended.All);
        Assert.Equal("", ended.Output);
        Assert.Contains("foldersync serve", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServeEndsWithZeroOnCtrlCAndOnShutdownAndRestartsWhenTold()
    {
        using var scratch = new ScratchDirectory();
        await Identities.MakeAsync(scratch.In("home"), KeyKind.P256);
        await File.WriteAllTextAsync(scratch.In("home", "config.yaml"), $"device:\n  name: alone\nnetwork:\n  listen: [\"tcp://127.0.0.1:{FreePorts.Next()}\"]\n");
        await using (var first = await ServingAsync(scratch))
            Assert.Equal(0, await first.InterruptAsync());
        await using var second = await ServingAsync(scratch);
        var again = await FolderSyncProcess.RunAsync("restart", "--home", scratch.In("home"));
        Assert.True(again.ExitCode == 0, again.All);
        Assert.Equal("FolderSync runs again.\n", again.Output);
        Assert.False(second.HasExited);
        var told = await FolderSyncProcess.RunAsync("shutdown", "--home", scratch.In("home"));
        Assert.True(told.ExitCode == 0, told.All);
        Assert.Equal("FolderSync has ended.\n", told.Output);
        Assert.Equal(0, await second.ExitCodeAsync());
        Assert.Equal(1, (await FolderSyncProcess.RunAsync("status", "--home", scratch.In("home"))).ExitCode);
    }

    [Fact]
    public async Task WatchWaitsForAServiceAndSeesItComeAndGo()
    {
        using var scratch = new ScratchDirectory();
        await Identities.MakeAsync(scratch.In("home"), KeyKind.P256);
        await File.WriteAllTextAsync(scratch.In("home", "config.yaml"), $"device:\n  name: alone\nnetwork:\n  listen: [\"tcp://127.0.0.1:{FreePorts.Next()}\"]\nfolders:\n  - id: docs\n    path: {scratch.Make("docs")}\n");
        await using var watch = FolderSyncProcess.Launch("status", "--watch", "--home", scratch.In("home"));
        await watch.WrittenAsync("Waiting for it.");
        await using (var serving = await ServingAsync(scratch))
        {
            await watch.WrittenAsync("docs  up to date");
            await using var follow = FolderSyncProcess.Launch("log", "-f", "--home", scratch.In("home"));
            await follow.WrittenAsync(" INF ");
            Assert.Equal(0, await serving.TerminateAsync());
            await follow.WrittenAsync("The service has ended. Waiting for it");
            Assert.Equal(130, await follow.InterruptAsync());
        }
        Assert.Equal(130, await watch.InterruptAsync());
    }

    private static async Task<ChildProcess> ServingAsync(ScratchDirectory scratch)
    {
        var serving = FolderSyncProcess.Launch("serve", "--home", scratch.In("home"), "--no-browser", "--gui-address", "127.0.0.1:0");
        await serving.WrittenAsync("page");
        await RunningPair.UntilAsync("its address is written", () => Task.FromResult(File.Exists(scratch.In("home", "runtime.json"))));
        return serving;
    }
}
