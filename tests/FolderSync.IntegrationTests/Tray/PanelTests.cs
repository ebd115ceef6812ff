using System.Globalization;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>The icon in a real panel (xfce4-panel): checked by its pixels, used with mouse and keyboard.</summary>
public class PanelTests
{
    private static readonly (int, int, int) Idle = (0x0f, 0x8a, 0x80);
    private static readonly (int, int, int) Syncing = (0x25, 0x63, 0xeb);
    private static readonly (int, int, int) Paused = (0x64, 0x74, 0x8b);
    private static readonly (int, int, int) Error = (0xdc, 0x26, 0x26);
    private static readonly (int, int, int) Attention = (0xd4, 0x60, 0x0a);

    /// <summary>The menu's lines that the keyboard selects, from the top.</summary>
    private static readonly string[] Lines = ["open", "folders", "devices", "changes", "pause-hour", "pause", "rescan", "settings", "quit"];

    /// <summary>Pixels from the top.</summary>
    private const int BelowPanel = 34;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_panel_shows_the_icon_and_its_menu_acts(bool dark)
    {
        Skip.If(PanelDesktop.IsMissing, $"Lacks one of {PanelDesktop.Needs}.");
        Skip.If(dark && !TestSettings.Full, "The dark panel is looked at with FOLDERSYNC_TEST_FULL=1.");
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = Announced(scratch, service, out var documents);
        await using var desktop = await PanelDesktop.StartAsync(dark);
        await using var tray = TrayProcess.Start(home, desktop.Surroundings, "--no-service");
        var shot = dark ? "panel-dark" : "panel-light";

        var icon = await ShowsAsync(desktop, tray, Idle);
        await desktop.Screen.ShootAsync(shot + "-idle");
        await desktop.Screen.ClickAsync(icon.X, icon.Y);
        await Wait.UntilAsync(() => desktop.Opened.Count == 1, () => $"A click did not open the page.\n{tray.Log}");
        Assert.EndsWith($"/open.html#{FakeService.LinkToken}/", desktop.Opened[0]);

        await ChooseAsync(desktop, icon, "pause-hour", shot + "-menu");
        await Wait.UntilAsync(() => service.Asked.Contains("foldersync/pause {\"minutes\":60}"), () => $"The pause did not reach the service.\n{tray.Log}");
        await ShowsAsync(desktop, tray, Paused);
        Assert.EndsWith("int32 1", await CheckMarkAsync(desktop, tray));
        await OpenMenuAsync(desktop, icon);
        await desktop.Screen.ShootAsync(shot + "-checked");
        await desktop.Screen.XdotoolAsync("key", "Escape");
        await ClosedMenuAsync(desktop);
        await ChooseAsync(desktop, icon, "pause-hour");
        await Wait.UntilAsync(() => service.Asked[^1].StartsWith("foldersync/resume", StringComparison.Ordinal), () => $"A click at the check mark did not resume.\n{tray.Log}");
        await ShowsAsync(desktop, tray, Idle);
        Assert.EndsWith("int32 0", await CheckMarkAsync(desktop, tray));

        await ChooseAsync(desktop, icon, "rescan");
        await Wait.UntilAsync(() => service.Asked[^1] == "db/scan", () => $"Rescan did not reach the service: {service.Asked[^1]}.\n{tray.Log}");
        await ChooseAsync(desktop, icon, "settings");
        await Wait.UntilAsync(() => desktop.Opened.Count == 2, () => $"Settings did not open.\n{tray.Log}");
        Assert.EndsWith($"/open.html#{FakeService.LinkToken}/settings", desktop.Opened[1]);
        await OpenMenuAsync(desktop, icon);
        await desktop.Screen.XdotoolAsync([.. Downs(1), "Right"]);
        await desktop.Screen.ShootAsync(shot + "-folders");
        await desktop.Screen.XdotoolAsync("key", "Return");
        await ClosedMenuAsync(desktop);
        await Wait.UntilAsync(() => desktop.Opened.Count == 3, () => $"The folder did not open.\n{tray.Log}");
        Assert.Equal(documents, desktop.Opened[2]);

        await ChooseAsync(desktop, icon, "quit");
        Assert.Equal(0, await tray.ExitCodeAsync());
        await Wait.UntilAsync(async () => (await desktop.Screen.LookAsync()).Find(0x0f, 0x8a, 0x80) is null, () => "The icon stayed after quitting.");
    }

    [SkippableFact]
    public async Task A_panel_that_comes_back_has_the_icon_again_in_its_present_state()
    {
        Skip.If(PanelDesktop.IsMissing, $"Lacks one of {PanelDesktop.Needs}.");
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = Announced(scratch, service, out var documents);
        await using var desktop = await PanelDesktop.StartAsync();
        await using var tray = TrayProcess.Start(home, desktop.Surroundings, "--no-service");
        await ShowsAsync(desktop, tray, Idle);
        await desktop.EndPanelAsync();
        await tray.WaitForOutputAsync("The panel's tray is gone");
        service.Publish("foldersync/folders", new JsonArray(FakeService.Folder("Documents", documents, "syncing", 41, 5 << 20, secondsLeft: 70)));
        await desktop.StartPanelAsync();
        var icon = await ShowsAsync(desktop, tray, Syncing);

        // It is animated: two screenshots differ.
        var first = await desktop.Screen.LookAsync();
        await Wait.UntilAsync(async () => !(await desktop.Screen.LookAsync()).SameAs(first, icon.X - 8, icon.Y - 8, 16, 16), () => "The icon of syncing stands still.");

        await desktop.Screen.PointAtAsync(icon.X, icon.Y);
        await desktop.Screen.WaitUntilStableAsync(first, 0, BelowPanel, 400, 100, () => $"No tooltip is shown.\n{tray.Log}");
        await desktop.Screen.ShootAsync("panel-syncing-tooltip");
        service.Publish("foldersync/folders", new JsonArray(FakeService.Folder("Documents", documents, "error", error: "The marker is missing.")));
        await ShowsAsync(desktop, tray, Error);
        await desktop.Screen.ShootAsync("panel-error");
        Assert.Equal(0, await tray.TerminateAsync());
    }

    [SkippableFact]
    public async Task A_notification_is_shown_and_a_click_on_it_opens_what_it_is_about()
    {
        Skip.If(PanelDesktop.IsMissing || !PanelDesktop.HasNotifications, $"Lacks xfce4-notifyd or one of {PanelDesktop.Needs}.");
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = Announced(scratch, service, out _);
        await using var desktop = await PanelDesktop.StartAsync();
        await desktop.StartNotificationsAsync();
        await using var tray = TrayProcess.Start(home, desktop.Surroundings, "--no-service");
        await ShowsAsync(desktop, tray, Idle);
        var before = await desktop.Screen.LookAsync();
        service.Publish("cluster/pending/devices", new JsonObject { ["EEEEEEE-FFFFFFF"] = new JsonObject { ["name"] = "<b>Phone</b> & co", ["time"] = "2026-01-01T00:00:00Z" } });
        await ShowsAsync(desktop, tray, Attention);

        (int X, int Y, int Width, int Height)? window = null;
        await Wait.UntilAsync(async () => (window = await desktop.Screen.WindowAsync("xfce4-notifyd")) is { Height: > 20 }, () => $"No notification is shown.\n{tray.Log}");
        var shown = window!.Value;
        await desktop.Screen.WaitUntilStableAsync(before, shown.X, shown.Y, shown.Width, shown.Height, () => "The notification goes on changing.");
        await desktop.Screen.ShootAsync("notification");
        // Its button is in the lower right corner.
        await desktop.Screen.ClickAsync(shown.X + shown.Width - 57, shown.Y + shown.Height - 31);
        await Wait.UntilAsync(() => desktop.Opened.Count == 1, () => $"A click on the notification at {shown} did nothing.\n{tray.Log}");
        Assert.EndsWith($"/open.html#{FakeService.LinkToken}/pair", desktop.Opened[0]);
    }

    [SkippableFact]
    public async Task Without_a_tray_and_without_notifications_it_says_so_and_goes_on()
    {
        Skip.If(PanelDesktop.IsMissing, $"Lacks one of {PanelDesktop.Needs}.");
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = Announced(scratch, service, out _);
        await using var desktop = await PanelDesktop.StartAsync(withPanel: false);
        await using var tray = TrayProcess.Start(home, desktop.Surroundings, "--no-service");
        await tray.WaitForOutputAsync("This desktop has no tray for icons");
        await tray.WaitForOutputAsync("The service runs.");
        service.Publish("cluster/pending/devices", new JsonObject { ["EEEEEEE-FFFFFFF"] = new JsonObject { ["name"] = "Phone" } });
        await tray.WaitForOutputAsync("A notification can't be shown");
        await desktop.StartPanelAsync();
        await ShowsAsync(desktop, tray, Attention);
    }

    /// <summary>Other programs' messages get an error or no response, and the icon stays; only the end of the bus ends the tray.</summary>
    [SkippableFact]
    public async Task Odd_messages_end_nothing_and_the_end_of_the_bus_ends_the_tray()
    {
        Skip.If(PanelDesktop.IsMissing, $"Lacks one of {PanelDesktop.Needs}.");
        using var scratch = new ScratchDirectory();
        using var service = new FakeService();
        var home = Announced(scratch, service, out _);
        await using var desktop = await PanelDesktop.StartAsync();
        await using var tray = TrayProcess.Start(home, desktop.Surroundings, "--no-service");
        await ShowsAsync(desktop, tray, Idle);
        var name = await MenuOwnerAsync(desktop, tray);
        foreach (var (path, method, arguments, error) in OddCalls)
        {
            var ended = await desktop.CallAsync(name, path, method, arguments);
            Assert.True(ended.ExitCode == 1 && ended.Error.Contains("org.freedesktop.DBus.Error." + error, StringComparison.Ordinal), $"{path} {method}: {ended.All}\n{tray.Log}");
        }

        foreach (var arguments in OddSignals)
            Assert.Equal(0, (await desktop.SendSignalAsync(name, arguments)).ExitCode);
        Assert.EndsWith("int32 0", await CheckMarkAsync(desktop, tray));
        var properties = await desktop.CallAsync(name, "/StatusNotifierItem", "org.freedesktop.DBus.Properties.GetAll", "string:org.kde.StatusNotifierItem");
        Assert.Contains("\"IconPixmap\"", properties.Output);
        Assert.Contains("com.canonical.dbusmenu", (await desktop.CallAsync(name, "/MenuBar", "org.freedesktop.DBus.Introspectable.Introspect")).Output);
        Assert.Equal(0, (await desktop.CallAsync(name, "/", "org.freedesktop.DBus.Peer.Ping")).ExitCode);
        await ShowsAsync(desktop, tray, Idle);
        Assert.DoesNotContain("could not be handled", tray.Log);

        await desktop.EndBusAsync();
        await tray.WaitForOutputAsync("The session's D-Bus is gone: the tray ends with the session.");
        Assert.Equal(0, await tray.ExitCodeAsync());
    }

    private static readonly (string Path, string Method, string[] Arguments, string Error)[] OddCalls =
    [
        ("/MenuBar", "com.canonical.dbusmenu.GetLayout", [], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.GetLayout", ["string:" + new string('x', 100_000)], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.GetLayout", ["int32:99", "int32:-1", "array:string:"], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.GetGroupProperties", ["array:int32:1"], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.GetProperty", ["int32:77", "string:label"], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.GetProperty", ["int32:1", "string:nothing"], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.Event", ["int32:1"], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.EventGroup", ["dict:string:string:a,b"], "InvalidArgs"),
        ("/MenuBar", "com.canonical.dbusmenu.Nothing", ["int32:1"], "UnknownMethod"),
        ("/MenuBar", "org.freedesktop.DBus.Properties.Get", ["string:x", "string:nothing"], "InvalidArgs"),
        ("/StatusNotifierItem", "org.freedesktop.DBus.Properties.Get", ["int32:1"], "InvalidArgs"),
        ("/StatusNotifierItem", "org.freedesktop.DBus.Properties.Set", ["string:x", "string:Title", "variant:string:y"], "UnknownMethod"),
        ("/StatusNotifierItem", "org.example.Nothing.Nothing", [], "UnknownMethod"),
        ("/nowhere", "org.example.Nothing.Nothing", [], "UnknownMethod"),
    ];

    private static readonly string[][] OddSignals =
    [
        ["/org/freedesktop/Notifications", "org.freedesktop.Notifications.ActionInvoked", "string:x"],
        ["/org/freedesktop/Notifications", "org.freedesktop.Notifications.ActionInvoked"],
        ["/org/freedesktop/Notifications", "org.freedesktop.Notifications.NotificationClosed", "uint32:4294967295"],
        ["/org/freedesktop/DBus", "org.freedesktop.DBus.NameOwnerChanged", "int32:1"],
        ["/org/freedesktop/DBus", "org.freedesktop.DBus.NameOwnerChanged", "string:org.kde.StatusNotifierWatcher", "string:", "string:"],
    ];

    private static string Announced(ScratchDirectory scratch, FakeService service, out string documents)
    {
        var home = scratch.Make("home");
        documents = scratch.Make("Documents");
        service.Publish("foldersync/folders", new JsonArray(FakeService.Folder("Documents", documents), FakeService.Folder("Photos_2026 & more", scratch.Make("Photos"))));
        service.Publish("foldersync/devices", new JsonArray(FakeService.Device("AAAAAAA-BBBBBBB", "Laptop"), FakeService.Device("CCCCCCC-DDDDDDD", "Phone", connected: false)));
        service.Announce(home);
        return home;
    }

    private static async Task ChooseAsync(PanelDesktop desktop, (int X, int Y) icon, string line, string? shot = null)
    {
        await OpenMenuAsync(desktop, icon);
        if (shot is not null)
            await desktop.Screen.ShootAsync(shot);
        await desktop.Screen.XdotoolAsync([.. Downs(Array.IndexOf(Lines, line)), "Return"]);
        await ClosedMenuAsync(desktop);
    }

    private static IEnumerable<string> Downs(int index) => Enumerable.Repeat("Down", index + 1).Prepend("key");

    private static async Task OpenMenuAsync(PanelDesktop desktop, (int X, int Y) icon)
    {
        await desktop.Screen.ClickAsync(icon.X, icon.Y, button: 3);
        await Wait.UntilAsync(() => HasMenuAsync(desktop), () => "No menu opened.");
    }

    /// <summary>The next menu is another window, and must not be mistaken for this one.</summary>
    private static Task ClosedMenuAsync(PanelDesktop desktop) => Wait.UntilAsync(async () => !await HasMenuAsync(desktop), () => "The menu stays open.");

    /// <summary>A window with a menu's size: the panel is as wide as the screen, a tooltip and a submenu are lower.</summary>
    private static async Task<bool> HasMenuAsync(PanelDesktop desktop) => (await desktop.Screen.WindowsAsync(".")).Any(w => w.Width < 1000 && w.Height > 150);

    /// <summary>The check mark that the panel receives for the first line that can have one.</summary>
    private static async Task<string> CheckMarkAsync(PanelDesktop desktop, ChildProcess tray)
    {
        var layout = await LayoutAsync(desktop, await MenuOwnerAsync(desktop, tray));
        return layout.Output.Split('\n').SkipWhile(l => !l.Contains("toggle-state", StringComparison.Ordinal)).First(l => l.Contains("int32", StringComparison.Ordinal)).Trim();
    }

    /// <summary>The tray's name on the bus.</summary>
    private static async Task<string> MenuOwnerAsync(PanelDesktop desktop, ChildProcess tray)
    {
        var names = await desktop.CallAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.ListNames");
        foreach (var name in names.Output.Split('"').Where(n => n.StartsWith(":1.", StringComparison.Ordinal)))
        {
            if ((await LayoutAsync(desktop, name)).ExitCode == 0)
                return name;
        }
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Process {tray.Id} has no menu on the bus."));
    }

    private static Task<ProcessResult> LayoutAsync(PanelDesktop desktop, string name) =>
        desktop.CallAsync(name, "/MenuBar", "com.canonical.dbusmenu.GetLayout", "int32:0", "int32:-1", "array:string:");

    private static async Task<(int X, int Y)> ShowsAsync(PanelDesktop desktop, ChildProcess tray, (int R, int G, int B) colour)
    {
        (int X, int Y)? found = null;
        await Wait.UntilAsync(async () => (found = (await desktop.Screen.LookAsync()).Find(colour.R, colour.G, colour.B)) is not null, () => $"The icon is not on the panel, or not in this colour.\n{tray.Log}");
        return found!.Value;
    }
}
