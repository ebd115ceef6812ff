using System.Globalization;
using System.Text;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Discovery;

/// <summary>A real avahi-daemon on a host of the lab, with its own message bus.</summary>
internal sealed class AvahiHost : IAsyncDisposable
{
    private readonly LabHost _host;
    private readonly Dictionary<string, string?> _environment;
    private readonly ChildProcess _bus;
    private readonly ChildProcess _daemon;

    private AvahiHost(LabHost host, Dictionary<string, string?> environment, ChildProcess bus, ChildProcess daemon) =>
        (_host, _environment, _bus, _daemon) = (host, environment, bus, daemon);

    /// <summary>The latest output of avahi-browse.</summary>
    public IReadOnlyList<string> LastLines { get; private set; } = [];

    public static async Task<AvahiHost> StartAsync(LabHost host, string directory)
    {
        Skip.IfNot(File.Exists("/usr/sbin/avahi-daemon") && File.Exists("/usr/bin/avahi-browse"), "Avahi is not installed: avahi-daemon, avahi-utils.");
        var (bus, config, daemonConfig) = (Path.Combine(directory, "bus"), Path.Combine(directory, "bus.conf"), Path.Combine(directory, "avahi.conf"));
        await File.WriteAllTextAsync(config,
            $"""
             <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
             <busconfig>
               <type>system</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>
               <policy context="default"><allow user="*"/><allow own="*"/><allow send_type="*"/><allow receive_type="*"/></policy>
             </busconfig>
             """);
        await File.WriteAllTextAsync(daemonConfig, "[server]\nhost-name=avahihost\nuse-ipv4=yes\nuse-ipv6=yes\nallow-interfaces=eth0\n[publish]\npublish-workstation=no\n");
        var environment = new Dictionary<string, string?> { ["DBUS_SYSTEM_BUS_ADDRESS"] = $"unix:path={bus}", ["LANG"] = "C.UTF-8" };
        var busProcess = host.Start("dbus-daemon", [$"--config-file={config}", "--nofork", "--nopidfile"]);
        await DeviceWaits.UntilAsync("that the bus is there", () => Task.FromResult(File.Exists(bus)), () => busProcess.Log);
        // Its PID file has a fixed path, so a private directory is mounted there.
        var daemon = host.Start("sh", ["-c", $"mount -t tmpfs none /run && mkdir -p /run/avahi-daemon && exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {daemonConfig}"], environment);
        await DeviceWaits.UntilAsync("that Avahi is up", () => Task.FromResult(daemon.Log.Contains("Server startup complete", StringComparison.Ordinal)), () => daemon.Log + busProcess.Log);
        return new AvahiHost(host, environment, busProcess, daemon);
    }

    /// <summary>Publishes a service until the result is disposed.</summary>
    public ChildProcess Publish(string label, int port, params string[] text) =>
        _host.Start("avahi-publish", ["-s", label, "_foldersync._tcp", $"{port}", .. text], _environment);

    /// <summary>The services that are present now, resolved.</summary>
    public async Task<IReadOnlyList<Resolved>> BrowseAsync()
    {
        await using var browse = _host.Start("avahi-browse", ["-rpt", "_foldersync._tcp"], _environment);
        await browse.ExitCodeAsync();
        await DeviceWaits.UntilAsync("that its last line is read", () => Task.FromResult(browse.HasExited));
        LastLines = browse.Log.Split('\n');
        return
        [
            .. from line in LastLines
               let fields = line.Split(';')
               where fields is ["=", _, _, _, _, _, _, _, _, ..]
               select new Resolved(Unescape(fields[3]), fields[7], int.Parse(fields[8], CultureInfo.InvariantCulture), string.Join(';', fields[9..])),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _bus.DisposeAsync();
    }

    /// <summary>"\032" is a byte in decimal.</summary>
    private static string Unescape(string text)
    {
        List<byte> bytes = [];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && char.IsAsciiDigit(text[i + 1]))
            {
                bytes.Add(byte.Parse(text.AsSpan(i + 1, 3), CultureInfo.InvariantCulture));
                i += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i] == '\\' ? text[++i].ToString() : text[i].ToString()));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <param name="Text">As avahi-browse prints it: "key=value" in quotes, with spaces between.</param>
    internal sealed record Resolved(string Label, string Address, int Port, string Text);
}
