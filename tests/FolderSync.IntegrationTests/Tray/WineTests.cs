using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Windows;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>foldersync-tray.exe in Wine's taskbar, used with a mouse; the service is on loopback.</summary>
[Collection("Windows")]
public class WineTests(WindowsBuild build, ITestOutputHelper output)
{
    // The tray's window class, and the message it chose; hexadecimal.
    private const string WindowClass = "FolderSyncTray";
    private const string IconMessage = "8001";
    private const string IconId = "1";
    private const string BalloonClicked = "405";

    private static readonly (int, int, int) Idle = (0x0f, 0x8a, 0x80);
    private static readonly (int, int, int) Paused = (0x64, 0x74, 0x8b);
    private static readonly (int, int, int) Attention = (0xd4, 0x60, 0x0a);

    [SkippableFact]
    public Task The_taskbar_shows_the_icon_its_menu_opens_and_acts() => RunAsync(96, async (desktop, service, home) =>
    {
        var menu = new WineMenu(desktop, output);
        var icon = await ShowsAsync(desktop, Idle);
        await desktop.Screen.ShootAsync("wine-idle");
        await desktop.Screen.PointAtAsync(icon.X, icon.Y);
        await Wait.UntilAsync(desktop.ShowsPopupAsync, () => "No tooltip is shown.");
        await desktop.Screen.ShootAsync("wine-tooltip");
        await menu.OpenAsync(icon);
        await desktop.Screen.ShootAsync("wine-menu");
        await menu.ChooseAsync(WineMenu.Rescan);
        await Wait.UntilAsync(() => service.Asked.Contains("db/scan"), () => "Rescan did not reach the service.");

        await menu.OpenAsync(icon);
        await menu.ChooseAsync(WineMenu.PauseForAnHour);
        await Wait.UntilAsync(() => service.Asked.Contains("foldersync/pause {\"minutes\":60}"), () => "The pause did not reach the service.");
        await ShowsAsync(desktop, Paused);
        await menu.OpenAsync(icon);
        await desktop.Screen.ShootAsync("wine-checked");
        await menu.LeaveAsync();

        // The mouse is elsewhere, so the window is not a tooltip.
        await Wait.UntilAsync(async () => !await desktop.ShowsPopupAsync(), () => "The tooltip stays.");
        service.Publish("cluster/pending/devices", new JsonObject { ["EEEEEEE-FFFFFFF"] = new JsonObject { ["name"] = "Phone & co" } });
        await ShowsAsync(desktop, Attention);
        await Wait.UntilAsync(desktop.ShowsPopupAsync, () => "No balloon is shown.");
        await desktop.Screen.ShootAsync("wine-balloon");
        // A click on Wine's balloon only closes it. Its time may be over when the click comes, as for one in Windows' notification centre.
        await desktop.SendAsync(build.Tests, "icon-message", WindowClass, IconMessage, IconId, BalloonClicked);
        await Wait.UntilAsync(() => desktop.Opened.Count == 1, () => "A click on the balloon opened nothing.");
        Assert.EndsWith($"/open.html#{FakeService.LinkToken}/pair", desktop.Opened[0], StringComparison.Ordinal);
        service.Publish("cluster/pending/devices", new JsonObject());
        await ShowsAsync(desktop, Paused);

        await desktop.SendAsync(build.Tests, "taskbar-lost", WindowClass, IconId);
        await GoneAsync(desktop, Paused);
        await desktop.SendAsync(build.Tests, "taskbar-created");
        icon = await ShowsAsync(desktop, Paused);

        await menu.OpenAsync(icon);
        await menu.ChooseAsync(WineMenu.Quit);
        await GoneAsync(desktop, Paused);
        await Wait.UntilAsync(() => !desktop.IsProgramAlive, () => "The tray goes on after Quit.");
    });

    [SkippableTheory]
    [InlineData(144, 24)]
    [InlineData(192, 32)]
    public async Task The_icon_is_drawn_for_the_screens_dots_an_inch(int dpi, int size)
    {
        Skip.If(dpi != 192 && !TestSettings.Full, "Other resolutions are looked at with FOLDERSYNC_TEST_FULL=1.");
        await RunAsync(dpi, async (desktop, _, _) =>
        {
            await ShowsAsync(desktop, Idle);
            await desktop.Screen.ShootAsync($"wine-dpi-{dpi}");
            var (r, g, b) = Idle;
            var (_, _, width, height) = (await desktop.Screen.LookAsync()).Box(r, g, b);
            Assert.Equal((size, size), (width, height));
        });
    }

    /// <summary>A desktop with the tray in its taskbar, and the test's steps; repeated if the tray crashed.</summary>
    private async Task RunAsync(int dpi, Func<WineDesktop, FakeService, string, Task> steps)
    {
        Skip.If(WineDesktop.IsMissing, $"Lacks one of {WineDesktop.Needs}.");
        build.SkipUnlessThere();
        await UnderWine.RunAsync(output, async () =>
        {
            using var scratch = new ScratchDirectory();
            using var service = new FakeService();
            var home = scratch.Make("home");
            service.Publish("foldersync/folders", new JsonArray(FakeService.Folder("Documents", @"C:\Documents"), FakeService.Folder("R&D", @"C:\R")));
            service.Publish("foldersync/devices", new JsonArray(FakeService.Device("AAAAAAA-BBBBBBB", "Laptop")));
            service.Announce(home);
            await using var desktop = await WineDesktop.StartAsync(dpi);
            await desktop.StartShellAsync(build.Tray, "--home", WindowsBuild.WindowsPath(home), "--no-service");
            try
            {
                await steps(desktop, service, home);
            }
            catch (Exception e) when (e is not SkipException)
            {
                var picture = await desktop.Screen.KeepAsync($"wine-{dpi}");
                var windows = string.Join(", ", (await desktop.Screen.WindowsAsync(".")).Select(w => $"{w.Width}x{w.Height}"));
                var log = Path.Combine(home, "tray.log");
                var said = $"{e.Message}\nThe screen: {picture}\nWindows: {windows}\nAsked of the service: {string.Join("; ", service.Asked)}\ntray.log:\n{(File.Exists(log) ? await File.ReadAllTextAsync(log) : "(there is none)")}";
                // A crashed program's icon stays until the mouse moves over it.
                throw desktop.IsProgramAlive ? new Xunit.Sdk.XunitException(said, e) : new ChildCrashedException(said, e);
            }
        });
    }

    private static Task GoneAsync(WineDesktop desktop, (int R, int G, int B) colour) => Wait.UntilAsync(
        async () => (await desktop.Screen.LookAsync()).Find(colour.R, colour.G, colour.B) is null, () => "The icon is still in the taskbar.");

    private static async Task<(int X, int Y)> ShowsAsync(WineDesktop desktop, (int R, int G, int B) colour)
    {
        (int X, int Y)? found = null;
        await Wait.UntilAsync(async () =>
        {
            // Don't wait for it.
            Assert.True(desktop.IsProgramAlive, "The tray has ended.");
            return (found = (await desktop.Screen.LookAsync()).Find(colour.R, colour.G, colour.B)) is not null;
        }, () => "The icon is not in the taskbar, or not in this colour.");
        return found!.Value;
    }
}
