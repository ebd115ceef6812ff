using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>foldersync-tray.exe in Wine's taskbar, used with a mouse; the service is on loopback.</summary>
public class WineTests
{
    [SkippableFact]
    public async Task The_taskbar_shows_the_icon_its_menu_opens_and_acts()
    {
        Skip.If(WineDesktop.IsMissing, $"Lacks one of {WineDesktop.Needs}.");
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = scratch.Make("home");
        service.Say("foldersync/folders", new JsonArray(FakeService.Folder("Documents", @"C:\Documents"), FakeService.Folder("R&D", @"C:\R")));
        service.Say("foldersync/devices", new JsonArray(FakeService.Device("AAAAAAA-BBBBBBB", "Laptop")));
        service.Announce(home);
        await using var desktop = await WineDesktop.StartAsync();
        desktop.StartShell(await desktop.PublishAsync(), "--home", WineDesktop.WindowsPath(home), "--no-service");

        var icon = await ShowsAsync(desktop, home, (0x0f, 0x8a, 0x80));
        await desktop.Screen.ShootAsync("wine-idle");
        await desktop.Screen.PointAtAsync(icon.X, icon.Y);
        await Task.Delay(2000);
        await desktop.Screen.ShootAsync("wine-tooltip");
        await OpenMenuAsync(desktop, icon);
        await desktop.Screen.ShootAsync("wine-menu");
    }

    private static async Task OpenMenuAsync(WineDesktop desktop, (int X, int Y) icon)
    {
        var before = await desktop.Screen.LookAsync();
        await desktop.Screen.ClickAsync(icon.X, icon.Y, button: 3);
        await Until.TrueAsync(async () => !(await desktop.Screen.LookAsync()).SameAs(before, 824, 500, 200, 200), () => "No menu opened.");
        await Task.Delay(500);
    }

    private static async Task<(int X, int Y)> ShowsAsync(WineDesktop desktop, string home, (int R, int G, int B) colour)
    {
        (int X, int Y)? found = null;
        await Until.TrueAsync(async () => (found = (await desktop.Screen.LookAsync()).Find(colour.R, colour.G, colour.B)) is not null,
            () => $"The icon is not in the taskbar, or not in this colour.\n{File.ReadAllText(Path.Combine(home, "tray.log"))}");
        return found!.Value;
    }
}
