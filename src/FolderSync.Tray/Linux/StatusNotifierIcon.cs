using System.Threading.Channels;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Logging;
using FolderSync.Tray.Model;
using Tmds.DBus.Protocol;

namespace FolderSync.Tray.Linux;

/// <summary>The icon in a Linux desktop's panel. Panels come and go; it registers with each new one.</summary>
internal sealed class StatusNotifierIcon : ITrayIcon
{
    private const string Watcher = "org.kde.StatusNotifierWatcher";
    private const string WatcherPath = "/StatusNotifierWatcher";
    private const string Properties = "org.freedesktop.DBus.Properties";

    private readonly SessionBus _bus;
    private readonly TrayLog _log;
    private readonly ItemObject _item;
    private readonly MenuObject _menu;
    private readonly Notifier _notifier;
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<TrayEvent> _events = Channel.CreateBounded<TrayEvent>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<bool> _panels = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });
    private Task _registering = Task.CompletedTask;
    private Task _watchingBus = Task.CompletedTask;
    private Task _notifying = Task.CompletedTask;

    private StatusNotifierIcon(SessionBus bus, IconSet icons, TrayLog log)
    {
        (_bus, _log) = (bus, log);
        _item = new ItemObject(icons, () => _events.Writer.TryWrite(new TrayEvent.Activated()));
        _menu = new MenuObject(a => _events.Writer.TryWrite(new TrayEvent.Chosen(a)));
        _notifier = new Notifier(bus, icons, a => _events.Writer.TryWrite(new TrayEvent.Chosen(a)), log);
    }

    public ChannelReader<TrayEvent> Events => _events.Reader;

    /// <exception cref="BusException">No bus is available.</exception>
    public static async Task<StatusNotifierIcon> ConnectAsync(string address, IconSet icons, TrayLog log, CancellationToken cancellation)
    {
        var bus = await SessionBus.ConnectAsync(address, log, cancellation);
        var icon = new StatusNotifierIcon(bus, icons, log);
        try
        {
            bus.Add(icon._item);
            bus.Add(icon._menu);
            await icon.OnOwnerChangedAsync(Watcher, isThere => icon._panels.Writer.TryWrite(isThere), cancellation);
            await icon.OnOwnerChangedAsync(Notifier.Service, _ => icon._notifier.ServiceChanged(), cancellation);
            await icon._notifier.SubscribeAsync(cancellation);
        }
        catch
        {
            bus.Dispose();
            throw;
        }

        icon._panels.Writer.TryWrite(true);
        icon._registering = icon.RegisterAsync(icon._ending.Token);
        icon._watchingBus = icon.WatchBusAsync();
        icon._notifying = icon.NotifyAsync(icon._ending.Token);
        return icon;
    }

    public void Show(TrayView view, int frame)
    {
        foreach (var signal in _item.Show(view, frame))
            _bus.Emit(new BusMember(ItemObject.ObjectPath, ItemObject.Interface, signal));
        _menu.Show(view.Menu, _bus);
    }

    public void Notify(Notice notice) => _notices.Writer.TryWrite(notice);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _bus.Dispose();
        await _registering;
        await _watchingBus;
        await _notifying;
    }

    /// <summary>Sends notifications one after the other: one that replaces another needs its number.</summary>
    private async Task NotifyAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await foreach (var notice in _notices.Reader.ReadAllAsync(cancellation))
                    await _notifier.ShowAsync(notice, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _log.Write($"An error in FolderSync: a notification was not shown. {e}");
            }
        }
    }

    /// <summary>Reports when the name gets or loses an owner.</summary>
    private Task OnOwnerChangedAsync(string name, Action<bool> changed, CancellationToken cancellation) => _bus.SubscribeAsync(
        new MatchRule { Type = MessageType.Signal, Sender = SessionBus.Service, Interface = SessionBus.Service, Member = "NameOwnerChanged", Arg0 = name },
        static (m, _) => NewOwner(m),
        owner =>
        {
            if (owner is not null)
                changed(owner.Length > 0);
        },
        cancellation);

    private static string? NewOwner(Message message)
    {
        if (message.SignatureAsString != "sss")
            return null;
        var values = message.GetBodyReader();
        _ = values.ReadString();
        _ = values.ReadString();
        return values.ReadString();
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
                    _log.Write("The panel's tray is gone; the icon returns with it.");
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
            await _bus.CallAsync(Watcher, new BusMember(WatcherPath, Watcher, "RegisterStatusNotifierItem", "s"), (ref writer) => writer.WriteString(ItemObject.ObjectPath), static (_, _) => true, cancellation);
            var hasHost = await _bus.CallAsync(Watcher, new BusMember(WatcherPath, Properties, "Get", "ss"), (ref writer) =>
            {
                writer.WriteString(Watcher);
                writer.WriteString("IsStatusNotifierHostRegistered");
            }, static (m, _) => m.SignatureAsString != "v" || m.GetBodyReader().ReadVariantValue() is not { Type: VariantValueType.Bool } value || value.GetBool(), cancellation);
            _log.Write(hasHost
                ? "The icon is in the tray."
                : "No panel shows tray icons now; the icon appears when one does. Notifications work without it.");
        }
        catch (BusException)
        {
            _log.Write("This desktop has no tray for icons (no StatusNotifierWatcher on D-Bus); the icon appears when one comes. Notifications work without it. " +
                "On GNOME, the extension AppIndicator provides one.");
        }
    }

    private async Task WatchBusAsync()
    {
        await _bus.Ended;
        if (_ending.IsCancellationRequested)
            return;
        _log.Write("The session's D-Bus is gone: the tray ends with the session.");
        _events.Writer.TryWrite(new TrayEvent.SessionEnds());
    }
}
