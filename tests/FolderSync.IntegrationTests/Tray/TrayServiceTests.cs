using System.Diagnostics;
using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.Contracts;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>The tray and the service without a desktop: which one starts and stops the other, and what is reported if something is wrong.</summary>
public class TrayServiceTests
{
    private static readonly string ServiceProgram = TestSettings.Executable;

    [Fact]
    public async Task It_starts_the_service_where_none_runs_and_ends_it_with_itself()
    {
        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("tray", scratch.Make("home"));
        await using var tray = TrayProcess.Start(device.Home, Surroundings(scratch, device), "--service", ServiceProgram);
        await tray.WaitForOutputAsync("There is no D-Bus session");
        await tray.WaitForOutputAsync("The service is starting.");
        await tray.WaitForOutputAsync("The service runs.");
        var address = ServiceAddress.Find(device.Home)!;
        using var service = Process.GetProcessById(address.Process);
        Assert.Equal(0, await tray.TerminateAsync());
        await service.WaitForExitAsync().WaitAsync(TestSettings.Timeout);
        Assert.Null(ServiceAddress.Find(device.Home));
    }

    [Fact]
    public async Task A_tray_that_is_killed_takes_the_service_that_it_started_along()
    {
        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("tray", scratch.Make("home"));
        await using var tray = TrayProcess.Start(device.Home, Surroundings(scratch, device), "--service", ServiceProgram);
        await tray.WaitForOutputAsync("The service runs.");
        using var service = Process.GetProcessById(ServiceAddress.Find(device.Home)!.Process);
        tray.KillAlone();
        await service.WaitForExitAsync().WaitAsync(TestSettings.Timeout);
        // Stopped cleanly, not killed: it removed the file that says how to reach it.
        Assert.False(File.Exists(Path.Combine(device.Home, ServiceAddress.FileName)));
    }

    [Fact]
    public async Task A_service_that_falls_is_started_again_and_one_that_was_ended_is_not()
    {
        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("tray", scratch.Make("home"));
        await using var tray = TrayProcess.Start(device.Home, Surroundings(scratch, device), "--service", ServiceProgram);
        await tray.WaitForOutputAsync("The service runs.");
        var first = ServiceAddress.Find(device.Home)!.Process;
        using (var service = Process.GetProcessById(first))
            service.Kill();
        await Wait.UntilAsync(() => ServiceAddress.Find(device.Home) is { } now && now.Process != first, () => $"The service was not started again.\n{tray.Log}");
        await Wait.UntilAsync(() => tray.Log.Split("The service runs.").Length == 3, () => $"The new service was not found.\n{tray.Log}");

        await device.Rest.PostAsync("system/shutdown");
        await tray.WaitForOutputAsync("The service was stopped.");
        Assert.Null(ServiceAddress.Find(device.Home));
        Assert.Equal(0, await tray.TerminateAsync());
    }

    [Fact]
    public async Task A_service_that_ran_before_stays_and_its_restart_is_survived()
    {
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.StartAsync("tray", scratch.Make("home"));
        await using var tray = TrayProcess.Start(device.Home, Surroundings(scratch, device), "--service", ServiceProgram);
        await tray.WaitForOutputAsync("The service runs.");
        await device.KillAsync();
        await tray.WaitForOutputAsync($"No service runs on '{device.Home}'.");
        await device.StartAsync();
        await Wait.UntilAsync(() => tray.Log.Split("The service runs.").Length == 3, () => $"The service was not found again.\n{tray.Log}");
        Assert.Equal(0, await tray.TerminateAsync());
        Assert.Equal("pong", (string)(await device.Rest.GetAsync("system/ping"))["ping"]!);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_told_and_found_again()
    {
        using var scratch = new ScratchDirectory();
        await using var device = await FolderSyncProcess.StartAsync("tray", scratch.Make("home"));
        var process = ServiceAddress.Find(device.Home)!.Process;
        await using var tray = TrayProcess.Start(device.Home, Surroundings(scratch, device), "--no-service");
        await tray.WaitForOutputAsync("The service runs.");
        ChildProcess.Suspend(process, true);
        await tray.WaitForOutputAsync("does not respond. Check its log, or restart it.");
        ChildProcess.Suspend(process, false);
        await Wait.UntilAsync(() => tray.Log.Split("The service runs.").Length == 3, () => $"The service was not found again.\n{tray.Log}");
    }

    [Fact]
    public async Task A_wrong_key_is_told()
    {
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = scratch.Make("home");
        service.Announce(home);
        var file = Path.Combine(home, ServiceAddress.FileName);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(FakeService.ApiKey, "wrong", StringComparison.Ordinal));
        await using var tray = TrayProcess.Start(home, TrayProcess.NoDesktop(scratch.Path), "--no-service");
        await tray.WaitForOutputAsync("The service refused the API key.");
        service.Announce(home);
        await tray.WaitForOutputAsync("The service runs.");
    }

    [Fact]
    public async Task Something_else_at_the_services_address_is_told()
    {
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        service.Publish("foldersync/folders", new JsonObject { ["hello"] = "world" });
        var home = scratch.Make("home");
        service.Announce(home);
        await using var tray = TrayProcess.Start(home, TrayProcess.NoDesktop(scratch.Path), "--no-service");
        await tray.WaitForOutputAsync("is not FolderSync, or is another version of it");
    }

    [Fact]
    public async Task A_service_that_can_not_start_is_told_with_its_reason_once()
    {
        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("tray", scratch.Make("home"));
        await File.WriteAllTextAsync(device.ConfigFile, "device: [");
        await using var tray = TrayProcess.Start(device.Home, Surroundings(scratch, device), "--service", ServiceProgram);
        await tray.WaitForOutputAsync("The service can't start (exit code 2):");
        Assert.Contains("config.yaml", tray.Log);
        Assert.False(tray.HasExited);
        Assert.Single(tray.Log.Split('\n'), l => l.Contains("is starting", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--service=/nowhere/foldersync", "'/nowhere/foldersync' does not exist. Give the service's program with --service.")]
    [InlineData("--no-service", "No service runs on '")]
    public async Task No_service_is_told(string option, string line)
    {
        using var scratch = new ScratchDirectory();
        await using var tray = TrayProcess.Start(scratch.Make("home"), TrayProcess.NoDesktop(scratch.Path), option);
        await tray.WaitForOutputAsync(line);
        Assert.False(tray.HasExited);
        Assert.Equal(0, await tray.TerminateAsync());
    }

    [Fact]
    public async Task A_bus_that_is_not_there_is_told()
    {
        using var scratch = new ScratchDirectory();
        var surroundings = TrayProcess.NoDesktop(scratch.Path);
        surroundings["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/bus;tcp:host=x";
        await using var tray = TrayProcess.Start(scratch.Make("home"), surroundings, "--no-service");
        await tray.WaitForOutputAsync("The session's D-Bus at 'unix:path=/nowhere/bus;tcp:host=x' can't be reached");
        Assert.False(tray.HasExited);
    }

    [Fact]
    public async Task A_second_tray_on_a_home_says_so_and_ends()
    {
        using var scratch = new ScratchDirectory();
        var home = scratch.Make("home");
        await using var tray = TrayProcess.Start(home, TrayProcess.NoDesktop(scratch.Path), "--no-service");
        await tray.WaitForOutputAsync("No service runs");
        var second = await ChildProcess.RunAsync("dotnet", [TrayProcess.Dll, "--home", home, "--no-service"], TrayProcess.NoDesktop(scratch.Path));
        Assert.Equal(1, second.ExitCode);
        Assert.Equal($"foldersync-tray: A tray icon for '{home}' is already running. Use that one, or quit it from its menu first.", second.Error.Trim());
        await tray.KillAsync();
        await using var third = TrayProcess.Start(home, TrayProcess.NoDesktop(scratch.Path), "--no-service");
        await third.WaitForOutputAsync("No service runs");
    }

    [Fact]
    public async Task A_wrong_option_is_told()
    {
        var ended = await ChildProcess.RunAsync("dotnet", [TrayProcess.Dll, "--hoem", "/x"]);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("--hoem", ended.Error);
    }

    private static Dictionary<string, string?> Surroundings(ScratchDirectory scratch, FolderSyncProcess device)
    {
        var surroundings = TrayProcess.NoDesktop(scratch.Path);
        surroundings["FOLDERSYNC_GUI_ADDRESS"] = $"127.0.0.1:{device.PagePort}";
        surroundings["FOLDERSYNC_GUI_APIKEY"] = SyncDevice.ApiKey;
        return surroundings;
    }
}
