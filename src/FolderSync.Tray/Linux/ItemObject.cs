using FolderSync.Tray.DBus;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Linux;

/// <summary>The icon as org.kde.StatusNotifierItem: properties that a panel reads when a signal says that they have changed.</summary>
internal sealed class ItemObject(IconSet icons, Action activated) : IBusObject
{
    public const string ObjectPath = "/StatusNotifierItem";
    public const string Interface = "org.kde.StatusNotifierItem";

    /// <summary>Panels scale what they lack; bigger pictures would only cost time on the bus.</summary>
    private const int MaxSize = 48;

    private volatile TrayView _view = new(IconState.Disconnected, "", [], []);
    private volatile int _frame;

    public string Path => ObjectPath;

    /// <returns>The signals to send.</returns>
    public IReadOnlyList<string> Show(TrayView view, int frame)
    {
        var signals = new List<string>();
        if (view.Icon != _view.Icon || frame != _frame)
            signals.Add("NewIcon");
        if (view.Title != _view.Title || !view.Details.SequenceEqual(_view.Details))
            signals.Add("NewToolTip");
        (_view, _frame) = (view, frame);
        return signals;
    }

    public (string Signature, object[] Values)? Answer(DBusMessage call)
    {
        switch (call.Interface, call.Member)
        {
            case ("org.freedesktop.DBus.Properties", "Get"):
                return ("v", [Properties().FirstOrDefault(p => p.Name == call.Text(1)) is { Name: not null } p ? p.Value : throw new ArgumentException("There is no such property.")]);
            case ("org.freedesktop.DBus.Properties", "GetAll"):
                return ("a{sv}", [Properties().Select(p => (object)new object[] { p.Name, p.Value }).ToArray()]);
            case ("org.freedesktop.DBus.Introspectable", "Introspect"):
                return ("s", [Introspection.Item]);
            case (Interface, "Activate" or "SecondaryActivate"):
                activated();
                return ("", []);
            case (Interface, "ContextMenu" or "Scroll"):
                return ("", []);
            default:
                return null;
        }
    }

    private IEnumerable<(string Name, Variant Value)> Properties()
    {
        yield return ("Category", Variant.Of("ApplicationStatus"));
        yield return ("Id", Variant.Of("foldersync"));
        yield return ("Title", Variant.Of("FolderSync"));
        yield return ("Status", Variant.Of("Active"));
        yield return ("WindowId", new Variant("i", 0));
        yield return ("IconName", Variant.Of(""));
        yield return ("IconPixmap", new Variant("a(iiay)", Pixmaps()));
        yield return ("OverlayIconName", Variant.Of(""));
        yield return ("OverlayIconPixmap", new Variant("a(iiay)", Array.Empty<object>()));
        yield return ("AttentionIconName", Variant.Of(""));
        yield return ("AttentionIconPixmap", new Variant("a(iiay)", Array.Empty<object>()));
        yield return ("AttentionMovieName", Variant.Of(""));
        yield return ("IconThemePath", Variant.Of(""));
        yield return ("ToolTip", new Variant("(sa(iiay)ss)", new object[] { "", Array.Empty<object>(), $"FolderSync: {_view.Title}", Markup.Escape(string.Join('\n', _view.Details)) }));
        yield return ("ItemIsMenu", Variant.Of(false));
        yield return ("Menu", new Variant("o", new DBus.ObjectPath(MenuObject.ObjectPath)));
    }

    private object[] Pixmaps() =>
        [.. icons.Images(_view.Icon, _frame).Where(i => i.Size <= MaxSize).Select(i => (object)new object[] { i.Size, i.Size, i.Argb })];
}
