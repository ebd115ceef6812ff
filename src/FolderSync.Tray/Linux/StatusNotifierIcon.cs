using System.Threading.Channels;
using FolderSync.Tray.DBus;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Linux;

/// <summary>The icon in a Linux desktop's panel. Panels come and go: it registers with each that comes.</summary>
internal sealed class StatusNotifierIcon : ITrayIcon
{
    private const string Watcher = "org.kde.StatusNotifierWatcher";
    private const string WatcherPath = "/StatusNotifierWatcher";
    private const string Properties = "org.freedesktop.DBus.Properties";

    private readonly BusConnection _bus;
    private readonly TrayLog _log;
    private readonly ItemObject _item;
    private readonly MenuObject _menu;
    private readonly Notifier _notifier;
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<TrayEvent> _events = Channel.CreateBounded<TrayEvent>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<bool> _panels = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private Task _registering = Task.CompletedTask;

    private StatusNotifierIcon(BusConnection bus, IconSet icons, TrayLog log)
    {
        (_bus, _log) = (bus, log);
        _item = new ItemObject(icons, () => _events.Writer.TryWrite(new TrayEvent.Activated()));
        _menu = new MenuObject(a => _events.Writer.TryWrite(new TrayEvent.Chosen(a)));
        _notifier = new Notifier(bus, icons, a => _events.Writer.TryWrite(new TrayEvent.Chosen(a)), log);
    }

    public ChannelReader<TrayEvent> Events => _events.Reader;

    /// <exception cref="DBusException">There is no bus to be had.</exception>
    public static async Task<StatusNotifierIcon> ConnectAsync(string address, IconSet icons, TrayLog log, CancellationToken cancellation)
    {
        var bus = await BusConnection.ConnectAsync(address, cancellation);
        var icon = new StatusNotifierIcon(bus, icons, log);
        try
        {
            bus.Add(icon._item);
            bus.Add(icon._menu);
            bus.Signal += icon.Take;
            foreach (var name in (string[])[Watcher, Notifier.Service])
                await bus.SubscribeAsync($"sender='{BusConnection.Bus}',member='NameOwnerChanged',arg0='{name}'", cancellation);
            await bus.SubscribeAsync($"interface='{Notifier.Service}'", cancellation);
        }
        catch (Exception e)
        {
            await bus.DisposeAsync();
            throw e is DBusErrorReply ? new DBusException(e.Message, e) : e;
        }
        icon._panels.Writer.TryWrite(true);
        icon._registering = icon.RegisterAsync(icon._ending.Token);
        _ = bus.Ended.ContinueWith(_ => icon.BusEnded(), TaskScheduler.Default);
        return icon;
    }

    public void Show(TrayView view, int frame)
    {
        foreach (var signal in _item.Show(view, frame))
            _bus.Emit(ItemObject.ObjectPath, ItemObject.Interface, signal, "");
        if (_menu.Show(view.Menu) is var (member, signature, values))
            _bus.Emit(MenuObject.ObjectPath, MenuObject.Interface, member, signature, values);
    }

    public void Notify(Notice notice) => _ = _notifier.ShowAsync(notice, _ending.Token);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _bus.DisposeAsync();
        await _registering;
    }

    private void Take(DBusMessage signal)
    {
        if (signal is { Member: "NameOwnerChanged", Sender: BusConnection.Bus })
        {
            if (signal.Text(0) == Watcher)
                _panels.Writer.TryWrite(signal.Text(2).Length > 0);
            else if (signal.Text(0) == Notifier.Service)
                _notifier.ServiceChanged();
            return;
        }
        _notifier.Take(signal);
    }

    private async Task RegisterAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var isThere in _panels.Reader.ReadAllAsync(cancellation))
            {
                if (isThere)
                    await RegisterOnceAsync(cancellation);
                else
                    _log.Say("The panel's tray is gone; the icon comes back with it.");
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RegisterOnceAsync(CancellationToken cancellation)
    {
        try
        {
            await _bus.CallAsync(Watcher, WatcherPath, Watcher, "RegisterStatusNotifierItem", "s", [ItemObject.ObjectPath], cancellation);
            var hosts = await _bus.CallAsync(Watcher, WatcherPath, Properties, "Get", "ss", [Watcher, "IsStatusNotifierHostRegistered"], cancellation);
            _log.Say(hosts.Body is [Variant { Value: false }]
                ? "No panel shows tray icons now; the icon appears when one does. Notifications work without it."
                : "The icon is in the tray.");
        }
        catch (Exception e) when (e is DBusErrorReply or DBusException)
        {
            _log.Say("This desktop has no tray for icons (no StatusNotifierWatcher on D-Bus); the icon appears when one comes. Notifications work without it. " +
                "On GNOME, the extension AppIndicator makes one.");
        }
    }

    private void BusEnded()
    {
        if (_ending.IsCancellationRequested)
            return;
        _log.Say("The session's D-Bus is gone: the tray ends with the session.");
        _events.Writer.TryWrite(new TrayEvent.SessionEnds());
    }
}
