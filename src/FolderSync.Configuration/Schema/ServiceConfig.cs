using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;

namespace FolderSync.Configuration.Schema;

/// <summary>The content of `config.yaml`, with defaults for missing options. Immutable.</summary>
public sealed record ServiceConfig
{
    /// <summary>The engine's part: this device's name, devices, folders, network and limits.</summary>
    public EngineConfig Engine { get; init; } = new();

    public PageConfig Page { get; init; } = new();

    public NotificationsConfig Notifications { get; init; } = new();

    public ServiceConfig WithEngine(Func<EngineConfig, EngineConfig> change) => this with { Engine = change(Engine) };

    /// <summary>Adds the device, or replaces the one with its ID.</summary>
    public ServiceConfig PutDevice(DeviceConfig device) =>
        WithEngine(e => e with { Devices = Put(e.Devices, device, d => d.Id == device.Id) });

    /// <summary>Also unshares every folder with it.</summary>
    public ServiceConfig RemoveDevice(DeviceId id) => WithEngine(e => e with
    {
        Devices = e.Devices.RemoveAll(d => d.Id == id),
        Folders = [.. e.Folders.Select(f => f with { Devices = f.Devices.Remove(id) })],
    });

    /// <summary>Adds the folder, or replaces the one with its ID.</summary>
    public ServiceConfig PutFolder(FolderConfig folder) =>
        WithEngine(e => e with { Folders = Put(e.Folders, folder, f => f.Id == folder.Id) });

    /// <summary>Keeps the files.</summary>
    public ServiceConfig RemoveFolder(FolderId id) => WithEngine(e => e with { Folders = e.Folders.RemoveAll(f => f.Id == id) });

    /// <summary>
    /// Removes contradictions: this device among its own peers, folders shared with missing devices, configured devices among the ignored ones.
    /// </summary>
    /// <param name="self">This device; null when unknown.</param>
    public ServiceConfig Consistent(DeviceId? self)
    {
        var devices = Engine.Devices.RemoveAll(d => d.Id == self);
        var known = devices.Select(d => d.Id).ToHashSet();
        return WithEngine(e => e with
        {
            Devices = devices,
            IgnoredDevices = [.. e.IgnoredDevices.Where(d => d != self && !known.Contains(d)).Distinct()],
            Folders = [.. e.Folders.Select(f => f with { Devices = [.. f.Devices.Where(known.Contains).Distinct()] })],
        });
    }

    private static EquatableArray<T> Put<T>(EquatableArray<T> all, T one, Func<T, bool> isIt)
    {
        var at = all.Select(isIt).ToList().IndexOf(true);
        return at < 0 ? all.Add(one) : all.SetItem(at, one);
    }
}

/// <summary>The web page and the REST interface.</summary>
public sealed record PageConfig
{
    public const string DefaultAddress = "127.0.0.1:8384";

    /// <summary>False: no page and no REST interface.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>"host:port"; "unix:///path" isn't supported.</summary>
    public string Address { get; init; } = DefaultAddress;

    /// <summary>The X-API-Key of REST clients; empty: one is created at the next start.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>Empty: no user name is required (only on loopback).</summary>
    public string User { get; init; } = "";

    /// <summary>As the page's settings write it; empty: no password is required (only on loopback).</summary>
    public string PasswordHash { get; init; } = "";

    /// <summary>HTTPS with this device's own certificate.</summary>
    public bool Tls { get; init; }

    /// <summary>`serve` opens the page in a desktop session.</summary>
    public bool OpenBrowser { get; init; } = true;

    /// <summary>Host names besides localhost and IP addresses that requests may use (a reverse proxy's).</summary>
    public EquatableArray<string> AllowedHosts { get; init; } = [];
}

/// <summary>The notifications that the tray and the desktop show.</summary>
public sealed record NotificationsConfig
{
    /// <summary>An unknown device wants to connect.</summary>
    public bool Pairing { get; init; } = true;

    /// <summary>A device offers a folder.</summary>
    public bool Folders { get; init; } = true;

    /// <summary>Two edits of one file met: a conflict copy was made.</summary>
    public bool Conflicts { get; init; } = true;

    /// <summary>Something needs the user's attention.</summary>
    public bool Errors { get; init; } = true;
}
