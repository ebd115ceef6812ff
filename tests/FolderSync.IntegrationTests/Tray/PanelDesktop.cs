using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>A session with D-Bus and xfce4-panel on a <see cref="Screen"/>; the panel is one strip at the top with only a tray.</summary>
internal sealed class PanelDesktop : IAsyncDisposable
{
    public const string Needs = "xfce4-panel, Xvfb, dbus-daemon, xdotool, import (apt-get install xfce4-panel xvfb dbus xdotool imagemagick)";

    private const string PanelConfig = """
        <?xml version="1.0" encoding="UTF-8"?>
        <channel name="xfce4-panel" version="1.0">
          <property name="configver" type="int" value="2"/>
          <property name="panels" type="array"><value type="int" value="1"/>
            <property name="dark-mode" type="bool" value="DARK"/>
            <property name="panel-1" type="empty">
              <property name="position" type="string" value="p=6;x=0;y=0"/>
              <property name="length" type="uint" value="100"/>
              <property name="position-locked" type="bool" value="true"/>
              <property name="icon-size" type="uint" value="22"/>
              <property name="size" type="uint" value="30"/>
              <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
            </property>
          </property>
          <property name="plugins" type="empty">
            <property name="plugin-1" type="string" value="systray"><property name="square-icons" type="bool" value="true"/></property>
          </property>
        </channel>
        """;

    private const string BusConfig = """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>session</type><listen>ADDRESS</listen><auth>EXTERNAL</auth><servicedir>SERVICES</servicedir>
          <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
        </busconfig>
        """;

    private readonly ScratchDirectory _scratch;
    private readonly FakeOpener _opener;
    private readonly ChildProcess _bus;
    private ChildProcess? _panel;
    private ChildProcess? _notifications;

    private PanelDesktop(ScratchDirectory scratch, FakeOpener opener, Screen screen, ChildProcess bus, Dictionary<string, string?> environment) =>
        (_scratch, _opener, Screen, _bus, Surroundings) = (scratch, opener, screen, bus, environment);

    public static bool IsMissing => Screen.IsMissing("xfce4-panel", "Xvfb", "dbus-daemon", "xdotool", "import");

    public static bool HasNotifications => NotificationService is not null;

    public Screen Screen { get; }

    /// <summary>The environment for programs of this session.</summary>
    public Dictionary<string, string?> Surroundings { get; }

    /// <summary>What was opened with xdg-open, in order.</summary>
    public IReadOnlyList<string> Opened => _opener.Opened;

    private static string? NotificationService { get; } = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu").Select(d => Path.Combine(d, "xfce4/notifyd/xfce4-notifyd")).FirstOrDefault(File.Exists)
        : null;

    public static async Task<PanelDesktop> StartAsync(bool dark = false, bool withPanel = true)
    {
        var scratch = new ScratchDirectory();
        var screen = await Screen.StartAsync();
        var opener = new FakeOpener(scratch);
        var config = Path.Combine(scratch.Make("config", "xfce4", "xfconf", "xfce-perchannel-xml"), "xfce4-panel.xml");
        await File.WriteAllTextAsync(config, PanelConfig.Replace("DARK", dark ? "true" : "false", StringComparison.Ordinal));
        var environment = new Dictionary<string, string?>
        {
            ["DISPLAY"] = screen.Display,
            ["WAYLAND_DISPLAY"] = null,
            ["HOME"] = scratch.Make("home"),
            ["XDG_CONFIG_HOME"] = scratch.In("config"),
            ["XDG_CACHE_HOME"] = scratch.Make("cache"),
            ["XDG_RUNTIME_DIR"] = scratch.Make("run"),
            ["PATH"] = opener.SearchPath,
            ["FOLDERSYNC_HOME"] = null,
            ["GTK_A11Y"] = "none",
            ["NO_AT_BRIDGE"] = "1",
            ["LANG"] = "C.UTF-8",
            ["TZ"] = "UTC",
        };
        var address = $"unix:path={scratch.In("bus")}";
        var busConfig = scratch.In("bus.conf");
        await File.WriteAllTextAsync(busConfig, BusConfig.Replace("ADDRESS", address, StringComparison.Ordinal).Replace("SERVICES", Services(scratch), StringComparison.Ordinal));
        var bus = ChildProcess.Start("dbus-daemon", ["--config-file=" + busConfig, "--nofork", "--print-address"], environment);
        await Wait.UntilAsync(() => bus.Log.Contains("unix:", StringComparison.Ordinal), () => $"dbus-daemon did not start: {bus.Log}");
        environment["DBUS_SESSION_BUS_ADDRESS"] = address;
        var desktop = new PanelDesktop(scratch, opener, screen, bus, environment);
        if (withPanel)
            await desktop.StartPanelAsync();
        return desktop;
    }

    public async Task StartPanelAsync()
    {
        _panel = ChildProcess.Start("xfce4-panel", ["--disable-wm-check", "--sm-client-disable"], Surroundings);
        await OwnedAsync("org.kde.StatusNotifierWatcher", true);
    }

    public async Task EndPanelAsync()
    {
        await _panel!.KillAsync();
        await OwnedAsync("org.kde.StatusNotifierWatcher", false);
    }

    /// <summary>Xfce's own notification service.</summary>
    public async Task StartNotificationsAsync()
    {
        _notifications = ChildProcess.Start(NotificationService!, [], Surroundings);
        await OwnedAsync("org.freedesktop.Notifications", true);
    }

    public Task<ProcessResult> CallAsync(string service, string path, string method, params string[] arguments) =>
        ChildProcess.RunAsync("dbus-send", ["--session", "--print-reply", $"--dest={service}", path, method, .. arguments], Surroundings);

    public Task<ProcessResult> SendSignalAsync(string receiver, params string[] arguments) =>
        ChildProcess.RunAsync("dbus-send", ["--session", "--type=signal", $"--dest={receiver}", .. arguments], Surroundings);

    public Task EndBusAsync() => _bus.KillAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _panel, _notifications, _bus })
        {
            if (process is not null)
                await process.DisposeAsync();
        }
        await Screen.DisposeAsync();
        _scratch.Dispose();
    }

    /// <summary>Only the panel's settings service may be activated: the test decides whether there are notifications.</summary>
    private static string Services(ScratchDirectory scratch)
    {
        var services = scratch.Make("services");
        foreach (var file in Directory.EnumerateFiles("/usr/share/dbus-1/services", "*fconf*.service"))
            File.Copy(file, Path.Combine(services, Path.GetFileName(file)));
        return services;
    }

    private Task OwnedAsync(string name, bool owned) => Wait.UntilAsync(
        async () => (await CallAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", "string:" + name)).Output
            .Contains(owned ? "boolean true" : "boolean false", StringComparison.Ordinal),
        () => $"{name} is {(owned ? "not " : "")}on the bus. The panel wrote:\n{_panel?.Log}");
}
