using System.Globalization;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>
/// The tray's menu in Wine's taskbar, used with the mouse. Each step waits for its own sign, because the icon's tooltip appears over the menu by
/// itself and takes its clicks: the menu is open when the tray has a window, a line is selected when it is highlighted, and a choice was made when
/// the window is gone.
/// </summary>
internal sealed class WineMenu(WineDesktop desktop, ITestOutputHelper output)
{
    // The middles of lines, in pixels above the menu's lower edge.
    public const int Quit = 12;
    public const int Rescan = 55;
    public const int PauseForAnHour = 89;

    private const string TrayClass = "foldersync-tray.exe";
    private const int MaxClicks = 3;

    // In the menu: the mouse's column, and a column left of all marks and texts; the topmost line can't be chosen.
    private const int Across = 60;
    private const int Edge = 5;
    private const int Top = 8;

    // A position with only the desktop.
    private const string AsideX = "300";
    private const string AsideY = "300";

    /// <summary>Wine sometimes drops a click.</summary>
    private static readonly TimeSpan s_lost = TestSettings.Timeout / 6;

    private Screen Screen => desktop.Screen;

    /// <summary>Opens it with a right click on the icon.</summary>
    public async Task OpenAsync((int X, int Y) icon)
    {
        string x = icon.X.ToString(CultureInfo.InvariantCulture), y = icon.Y.ToString(CultureInfo.InvariantCulture);
        for (var click = 1; click <= MaxClicks; click++)
        {
            // Moves away from the icon at once, before it shows its tooltip.
            await Screen.XdotoolAsync("mousemove", x, y, "click", "3", "mousemove", AsideX, AsideY);
            if (await Wait.WithinAsync(s_lost, async () => await WindowAsync() is not null))
                return;
            output.WriteLine($"Right click {click} on the icon at {x},{y} opened no menu within {s_lost.TotalSeconds:0} s.");
        }
        throw new TimeoutException($"{MaxClicks} right clicks on the icon at {x},{y} opened no menu.");
    }

    /// <summary>Clicks a line of the open menu.</summary>
    /// <param name="above">The line's distance from the lower edge.</param>
    public async Task ChooseAsync(int above)
    {
        for (var click = 1; click <= MaxClicks; click++)
        {
            await Wait.UntilAsync(() => IsUnderMouseAsync(above), () => $"The line {above} pixels above the menu's lower edge is never highlighted under the mouse.");
            await Screen.XdotoolAsync("click", "1");
            if (await Wait.WithinAsync(s_lost, async () => await WindowAsync() is null))
                return;
            output.WriteLine($"Click {click} at the highlighted line {above} pixels above the menu's lower edge did not close the menu within {s_lost.TotalSeconds:0} s.");
        }
        throw new TimeoutException($"{MaxClicks} clicks at the highlighted line {above} pixels above the menu's lower edge did not close the menu.");
    }

    /// <summary>A click elsewhere closes it.</summary>
    public async Task LeaveAsync()
    {
        await Screen.XdotoolAsync("mousemove", AsideX, AsideY, "click", "1");
        await Wait.UntilAsync(async () => await WindowAsync() is null, () => "A click elsewhere did not close the menu.");
    }

    private async Task<bool> IsUnderMouseAsync(int above)
    {
        var menu = await WindowAsync() ?? throw new InvalidOperationException("The menu closed before a line of it was chosen.");
        // Moves away and back: only a moving mouse is noticed.
        await Screen.XdotoolAsync("mousemove", AsideX, AsideY);
        if (await desktop.ShowsPopupAsync() || await Screen.PointInAsync(menu.Id, Across, menu.Height - above) is not { } at)
            return false;
        var (left, top) = (at.X - Across, at.Y - menu.Height + above);
        return await Wait.WithinAsync(TimeSpan.FromSeconds(2), async () =>
            (await Screen.LookAsync()).Differ((left + Edge, at.Y), (left + Edge, top + Top)));
    }

    private async Task<(string Id, int Width, int Height)?> WindowAsync() => await Screen.WindowsAsync(TrayClass) is [var menu, ..] ? menu : null;
}
