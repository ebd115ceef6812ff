using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Windows;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>foldersync-tray.exe in Wine's taskbar, used with a mouse; the service is on loopback.</summary>
[Collection("Windows")]
public class WineTests(WindowsBuild build)
{
    // Where lines of the menu are, in pixels above the icon: the menu stands on the taskbar.
    private const int Quit = 26;
    private const int Rescan = 69;
    private const int PauseForAnHour = 103;

    // The tray's window, and what it chose to be told by; hexadecimal.
    private const string WindowClass = "FolderSyncTray";
    private const string IconMessage = "8001";
    private const string IconId = "1";
    private const string BalloonClicked = "405";

    private static readonly (int, int, int) Idle = (0x0f, 0x8a, 0x80);
    private static readonly (int, int, int) Paused = (0x64, 0x74, 0x8b);
    private static readonly (int, int, int) Attention = (0xd4, 0x60, 0x0a);

    [SkippableFact]
    public async Task The_taskbar_shows_the_icon_its_menu_opens_and_acts()
    {
        Skip.If(WineDesktop.IsMissing, $"Lacks one of {WineDesktop.Needs}.");
        build.SkipUnlessThere();
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = scratch.Make("home");
        service.Say("foldersync/folders", new JsonArray(FakeService.Folder("Documents", @"C:\Documents"), FakeService.Folder("R&D", @"C:\R")));
        service.Say("foldersync/devices", new JsonArray(FakeService.Device("AAAAAAA-BBBBBBB", "Laptop")));
        service.Announce(home);
        await using var desktop = await WineDesktop.StartAsync();
        desktop.StartShell(build.Tray, "--home", WindowsBuild.WindowsPath(home), "--no-service");

        var icon = await ShowsAsync(desktop, home, Idle);
        await desktop.Screen.ShootAsync("wine-idle");
        var unpointed = await desktop.Screen.LookAsync();
        await desktop.Screen.PointAtAsync(icon.X, icon.Y);
        await desktop.Screen.SettlesAsync(unpointed, 624, 600, 400, 130, () => $"No tooltip is shown.\n{Log(home)}");
        await desktop.Screen.ShootAsync("wine-tooltip");
        await OpenMenuAsync(desktop, icon);
        await desktop.Screen.ShootAsync("wine-menu");
        await ClickLineAsync(desktop, icon, Rescan);
        await Until.TrueAsync(() => service.Asked.Contains("db/scan"), () => $"Rescan did not reach the service.\n{Log(home)}");

        await OpenMenuAsync(desktop, icon);
        await ClickLineAsync(desktop, icon, PauseForAnHour);
        await Until.TrueAsync(() => service.Asked.Contains("foldersync/pause {\"minutes\":60}"), () => $"The pause did not reach the service.\n{Log(home)}");
        await ShowsAsync(desktop, home, Paused);
        await OpenMenuAsync(desktop, icon);
        await desktop.Screen.ShootAsync("wine-checked");
        await desktop.Screen.ClickAsync(200, 200);

        service.Say("cluster/pending/devices", new JsonObject { ["EEEEEEE-FFFFFFF"] = new JsonObject { ["name"] = "Phone & co" } });
        await ShowsAsync(desktop, home, Attention);
        var before = await desktop.Screen.LookAsync();
        // Wine shows it after two seconds.
        await Until.TrueAsync(async () => !(await desktop.Screen.LookAsync()).SameAs(before, 724, 500, 290, 240), () => $"No balloon is shown.\n{Log(home)}");
        await desktop.Screen.ShootAsync("wine-balloon");
        // A click on Wine's balloon only closes it.
        await desktop.RunAsync(build.Tests, "--shell", "icon-message", WindowClass, IconMessage, IconId, BalloonClicked);
        await Until.TrueAsync(() => desktop.Opened.Count == 1, () => $"A click on the balloon opened nothing.\n{Log(home)}");
        Assert.EndsWith("/#/pair", desktop.Opened[0], StringComparison.Ordinal);
        service.Say("cluster/pending/devices", new JsonObject());
        await ShowsAsync(desktop, home, Paused);

        await desktop.RunAsync(build.Tests, "--shell", "taskbar-lost", WindowClass, IconId);
        await GoneAsync(desktop, home, Paused);
        await desktop.RunAsync(build.Tests, "--shell", "taskbar-created");
        icon = await ShowsAsync(desktop, home, Paused);

        await OpenMenuAsync(desktop, icon);
        await ClickLineAsync(desktop, icon, Quit);
        await GoneAsync(desktop, home, Paused);
    }

    [SkippableTheory]
    [InlineData(144, 24)]
    [InlineData(192, 32)]
    public async Task The_icon_is_drawn_for_the_screens_dots_an_inch(int dpi, int size)
    {
        Skip.If(WineDesktop.IsMissing, $"Lacks one of {WineDesktop.Needs}.");
        Skip.If(dpi != 192 && !TestSettings.Full, "Other resolutions are looked at with FOLDERSYNC_TEST_FULL=1.");
        build.SkipUnlessThere();
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = scratch.Make("home");
        service.Announce(home);
        await using var desktop = await WineDesktop.StartAsync(dpi);
        desktop.StartShell(build.Tray, "--home", WindowsBuild.WindowsPath(home), "--no-service");
        await ShowsAsync(desktop, home, Idle);
        await desktop.Screen.ShootAsync($"wine-dpi-{dpi}");
        var (r, g, b) = Idle;
        var (_, _, width, height) = (await desktop.Screen.LookAsync()).Box(r, g, b);
        Assert.Equal((size, size), (width, height));
    }

    private static Task ClickLineAsync(WineDesktop desktop, (int X, int Y) icon, int above) => desktop.Screen.ClickAsync(icon.X - 76, icon.Y - above);

    private static string Log(string home) => File.ReadAllText(Path.Combine(home, "tray.log"));

    private static async Task OpenMenuAsync(WineDesktop desktop, (int X, int Y) icon)
    {
        var before = await desktop.Screen.LookAsync();
        await desktop.Screen.ClickAsync(icon.X, icon.Y, button: 3);
        await desktop.Screen.SettlesAsync(before, 824, 500, 200, 200, () => "No menu opened.");
    }

    private static Task GoneAsync(WineDesktop desktop, string home, (int R, int G, int B) colour) => Until.TrueAsync(
        async () => (await desktop.Screen.LookAsync()).Find(colour.R, colour.G, colour.B) is null, () => $"The icon is still in the taskbar.\n{Log(home)}");

    private static async Task<(int X, int Y)> ShowsAsync(WineDesktop desktop, string home, (int R, int G, int B) colour)
    {
        (int X, int Y)? found = null;
        await Until.TrueAsync(async () => (found = (await desktop.Screen.LookAsync()).Find(colour.R, colour.G, colour.B)) is not null,
            () => $"The icon is not in the taskbar, or not in this colour.\n{Log(home)}");
        return found!.Value;
    }
}
