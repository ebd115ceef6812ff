using FolderSync.Tray.Icons;
using FolderSync.Tray.Model;
using Tmds.DBus.Protocol;

namespace FolderSync.Tray.Linux;

/// <summary>The icon as org.kde.StatusNotifierItem: properties that a panel reads after a change signal.</summary>
internal sealed class ItemObject(IconSet icons, Action activated) : BusObject(ObjectPath, Interface, Introspection.Item)
{
    public const string ObjectPath = "/StatusNotifierItem";
    public const string Interface = "org.kde.StatusNotifierItem";

    /// <summary>Panels scale to the sizes that they lack; bigger pictures would only cost time on the bus.</summary>
    private const int MaxSize = 48;

    private volatile TrayView _view = new(IconState.Disconnected, "", [], []);
    private volatile int _frame;

    protected override KeyValuePair<string, VariantValue>[] Properties =>
    [
        new("Category", "ApplicationStatus"),
        new("Id", "foldersync"),
        new("Title", "FolderSync"),
        new("Status", "Active"),
        new("WindowId", 0),
        new("IconName", ""),
        new("IconPixmap", Pixmaps(icons.Images(_view.Icon, _frame).Where(i => i.Size <= MaxSize))),
        new("OverlayIconName", ""),
        new("OverlayIconPixmap", Pixmaps([])),
        new("AttentionIconName", ""),
        new("AttentionIconPixmap", Pixmaps([])),
        new("AttentionMovieName", ""),
        new("IconThemePath", ""),
        new("ToolTip", Struct.Create("", Pixmaps([]), BusText.Escape($"FolderSync: {_view.Title}"), Markup.Escape(string.Join('\n', _view.Details.Select(BusText.Escape))))),
        new("ItemIsMenu", false),
        new("Menu", new ObjectPath(MenuObject.ObjectPath)),
    ];

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

    /// <summary>The click's position doesn't matter, whatever its format.</summary>
    protected override void Answer(MethodContext context, string member)
    {
        switch (member)
        {
            case "Activate" or "SecondaryActivate":
                activated();
                Reply(context);
                break;
            case "ContextMenu" or "Scroll":
                Reply(context);
                break;
        }
    }

    private static Array<Struct<int, int, Array<byte>>> Pixmaps(IEnumerable<IconImage> images) => new(images.Select(i => Struct.Create(i.Size, i.Size, new Array<byte>(i.Argb))));
}
