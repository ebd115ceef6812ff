using FolderSync.Tray.Model;
using Tmds.DBus.Protocol;

namespace FolderSync.Tray.Linux;

/// <summary>The menu as com.canonical.dbusmenu: a tree of numbered items, which the panel draws and reports clicks for.</summary>
internal sealed class MenuObject(Action<TrayAction> chosen) : BusObject(ObjectPath, Interface, Introspection.Menu)
{
    public const string ObjectPath = "/MenuBar";
    public const string Interface = "com.canonical.dbusmenu";

    private readonly MenuTree _tree = new();

    protected override KeyValuePair<string, VariantValue>[] Properties =>
        [new("Version", 3u), new("TextDirection", "ltr"), new("Status", "normal"), new("IconThemePath", new Array<string>())];

    public void Show(IReadOnlyList<MenuEntry> menu, SessionBus bus)
    {
        switch (_tree.Show(menu))
        {
            case MenuChange.Layout layout:
                bus.Emit(new BusMember(Path, Interface, "LayoutUpdated", "ui"), (ref writer) =>
                {
                    writer.WriteUInt32(layout.Revision);
                    writer.WriteInt32(MenuTree.Root);
                });
                break;
            case MenuChange.Appearance looks:
                bus.Emit(new BusMember(Path, Interface, "ItemsPropertiesUpdated", "a(ia{sv})a(ias)"), (ref writer) =>
                {
                    WriteProperties(ref writer, looks.Items);
                    writer.WriteArrayEnd(writer.WriteArrayStart(DBusType.Struct));
                });
                break;
        }
    }

    protected override void Answer(MethodContext context, string member)
    {
        switch (member)
        {
            case "GetLayout" when HasArguments(context, "iias"):
                AnswerLayout(context);
                break;
            case "GetGroupProperties" when HasArguments(context, "aias"):
                var items = _tree.Items(context.Request.GetBodyReader().ReadArrayOfInt32());
                Reply(context, "a(ia{sv})", (ref writer) => WriteProperties(ref writer, items));
                break;
            case "GetProperty" when HasArguments(context, "is"):
                AnswerProperty(context);
                break;
            case "Event" when HasArguments(context, "isvu"):
                var argument = context.Request.GetBodyReader();
                Take(argument.ReadInt32(), argument.ReadString());
                Reply(context);
                break;
            case "EventGroup" when HasArguments(context, "a(isvu)"):
                AnswerEvents(context);
                break;
            case "AboutToShow":
                Reply(context, "b", (ref writer) => writer.WriteBool(false));
                break;
            case "AboutToShowGroup":
                Reply(context, "aiai", (ref writer) =>
                {
                    writer.WriteArray(Array.Empty<int>());
                    writer.WriteArray(Array.Empty<int>());
                });
                break;
        }
    }

    private void AnswerLayout(MethodContext context)
    {
        var arguments = context.Request.GetBodyReader();
        if (_tree.Layout(arguments.ReadInt32(), arguments.ReadInt32()) is not var (revision, item))
        {
            ReplyInvalid(context, "There is no such item.");
            return;
        }

        Reply(context, "u(ia{sv}av)", (ref writer) =>
        {
            writer.WriteUInt32(revision);
            WriteItem(ref writer, item);
        });
    }

    private void AnswerProperty(MethodContext context)
    {
        var arguments = context.Request.GetBodyReader();
        var (number, name) = (arguments.ReadInt32(), arguments.ReadString());
        if (_tree.Find(number) is not null && _tree.Items([number]) is [var item] && item.Properties.FirstOrDefault(p => p.Key == name) is { Key: not null } property)
            Reply(context, "v", (ref writer) => writer.WriteVariant(property.Value));
        else
            ReplyInvalid(context, "There is no such item or property.");
    }

    private void AnswerEvents(MethodContext context)
    {
        List<int> unknown = [];
        var arguments = context.Request.GetBodyReader();
        var events = arguments.ReadArrayStart(DBusType.Struct);
        while (arguments.HasNext(events))
        {
            arguments.AlignStruct();
            var (number, kind) = (arguments.ReadInt32(), arguments.ReadString());
            _ = arguments.ReadVariantValue();
            _ = arguments.ReadUInt32();
            if (!Take(number, kind))
                unknown.Add(number);
        }

        Reply(context, "ai", (ref writer) => writer.WriteArray(unknown));
    }

    /// <returns>False: there is no such item.</returns>
    private bool Take(int number, string kind)
    {
        if (_tree.Find(number) is not { } entry)
            return false;
        if (kind == "clicked" && entry.Action is { } action)
            chosen(action);
        return true;
    }

    private static void WriteProperties(ref MessageWriter writer, IReadOnlyList<MenuItem> items)
    {
        var start = writer.WriteArrayStart(DBusType.Struct);
        foreach (var item in items)
        {
            writer.WriteStructureStart();
            writer.WriteInt32(item.Number);
            writer.WriteDictionary(item.Properties);
        }

        writer.WriteArrayEnd(start);
    }

    private static void WriteItem(ref MessageWriter writer, MenuItem item)
    {
        writer.WriteStructureStart();
        writer.WriteInt32(item.Number);
        writer.WriteDictionary(item.Properties);
        var children = writer.WriteArrayStart(DBusType.Variant);
        foreach (var child in item.Children)
        {
            writer.WriteSignature("(ia{sv}av)"u8);
            WriteItem(ref writer, child);
        }

        writer.WriteArrayEnd(children);
    }
}
