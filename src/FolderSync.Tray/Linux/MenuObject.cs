using FolderSync.Tray.DBus;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Linux;

/// <summary>The menu as com.canonical.dbusmenu: a tree of numbered items that the panel draws and tells clicks of.</summary>
internal sealed class MenuObject(Action<TrayAction> chosen) : IBusObject
{
    public const string ObjectPath = "/MenuBar";
    public const string Interface = "com.canonical.dbusmenu";
    private const int Root = 0;
    private const int MaxKnown = 10_000;

    private readonly Lock _lock = new();

    /// <summary>A number stands for its key as long as the tray runs: a click on an old menu never hits another item.</summary>
    private readonly Dictionary<string, int> _numbers = [];

    private IReadOnlyList<MenuEntry> _menu = [];
    private Dictionary<int, MenuEntry> _byNumber = [];
    private int _lastNumber;
    private uint _revision = 1;

    public string Path => ObjectPath;

    /// <returns>The signal to send: its member, signature and values; null: nothing has changed.</returns>
    public (string Member, string Signature, object[] Values)? Show(IReadOnlyList<MenuEntry> menu)
    {
        lock (_lock)
        {
            var (old, oldMenu) = (_byNumber, _menu);
            if (_numbers.Count > MaxKnown)
                _numbers.Clear();
            _menu = menu;
            _byNumber = MenuEntry.Flat(menu).ToDictionary(NumberOf);
            if (!SameShape(oldMenu, menu))
                return ("LayoutUpdated", "ui", [++_revision, Root]);
            var changed = _byNumber.Where(e => !LooksAs(old[e.Key], e.Value)).Select(e => (object)new object[] { e.Key, Properties(e.Value, withDefaults: true) }).ToArray();
            return changed.Length == 0 ? null : ("ItemsPropertiesUpdated", "a(ia{sv})a(ias)", [changed, Array.Empty<object>()]);
        }
    }

    public (string Signature, object[] Values)? Answer(DBusMessage call)
    {
        lock (_lock)
        {
            return (call.Interface, call.Member) switch
            {
                ("org.freedesktop.DBus.Properties", "Get") => ("v", [Own().First(p => p.Name == call.Text(1)).Value]),
                ("org.freedesktop.DBus.Properties", "GetAll") => ("a{sv}", [Own().Select(p => (object)new object[] { p.Name, p.Value }).ToArray()]),
                ("org.freedesktop.DBus.Introspectable", "Introspect") => ("s", [Introspection.Menu]),
                (Interface, "GetLayout") => ("u(ia{sv}av)", [_revision, Layout((int)call.Body[0], (int)call.Body[1])]),
                (Interface, "GetGroupProperties") => ("a(ia{sv})", [Group((object[])call.Body[0])]),
                (Interface, "GetProperty") => ("v", [Property((int)call.Body[0], call.Text(1))]),
                (Interface, "Event") => Event((int)call.Body[0], call.Text(1)),
                (Interface, "EventGroup") => EventGroup((object[])call.Body[0]),
                (Interface, "AboutToShow") => ("b", [false]),
                (Interface, "AboutToShowGroup") => ("aiai", [Array.Empty<object>(), Array.Empty<object>()]),
                _ => null,
            };
        }
    }

    private static IEnumerable<(string Name, Variant Value)> Own() =>
    [
        ("Version", new Variant("u", 3u)),
        ("TextDirection", Variant.Of("ltr")),
        ("Status", Variant.Of("normal")),
        ("IconThemePath", new Variant("as", Array.Empty<object>())),
    ];

    private object[] Layout(int parent, int depth)
    {
        if (parent == Root)
            return [Root, new object[] { new object[] { "children-display", Variant.Of("submenu") } }, Children(_menu, depth)];
        return _byNumber.TryGetValue(parent, out var entry) ? Layout(entry, depth) : throw new ArgumentException("There is no such item.");
    }

    private object[] Layout(MenuEntry entry, int depth) => [NumberOf(entry), Properties(entry, withDefaults: false), Children(entry.Children ?? [], depth)];

    /// <param name="depth">Levels below; negative: all.</param>
    private object[] Children(IReadOnlyList<MenuEntry> entries, int depth) =>
        depth == 0 ? [] : [.. entries.Select(e => (object)new Variant("(ia{sv}av)", Layout(e, depth - 1)))];

    private object[] Group(object[] numbers)
    {
        var wanted = numbers.Length == 0 ? _byNumber.Keys : numbers.Cast<int>();
        return [.. wanted.Where(_byNumber.ContainsKey).Select(n => (object)new object[] { n, Properties(_byNumber[n], withDefaults: true) })];
    }

    private Variant Property(int number, string name)
    {
        if (!_byNumber.TryGetValue(number, out var entry))
            throw new ArgumentException("There is no such item.");
        foreach (var property in Properties(entry, withDefaults: true).Cast<object[]>())
        {
            if ((string)property[0] == name)
                return (Variant)property[1];
        }
        throw new ArgumentException("There is no such property.");
    }

    private (string, object[]) Event(int number, string kind)
    {
        if (kind == "clicked" && _byNumber.TryGetValue(number, out var entry) && entry.Action is { } action)
            chosen(action);
        return ("", []);
    }

    private (string, object[]) EventGroup(object[] events)
    {
        var unknown = new List<object>();
        foreach (var one in events.Cast<object[]>())
        {
            if (!_byNumber.ContainsKey((int)one[0]))
                unknown.Add((int)one[0]);
            Event((int)one[0], (string)one[1]);
        }
        return ("ai", [unknown.ToArray()]);
    }

    /// <param name="withDefaults">Also what is as it is when nothing is said: an update must be able to take something back.</param>
    private static object[] Properties(MenuEntry entry, bool withDefaults)
    {
        var properties = new List<object>();
        void Say(string name, Variant value) => properties.Add(new object[] { name, value });
        if (entry.IsSeparator)
        {
            Say("type", Variant.Of("separator"));
            return [.. properties];
        }
        // An underscore would underline the letter behind it.
        Say("label", Variant.Of(entry.Label.Replace("_", "__", StringComparison.Ordinal)));
        if (withDefaults || !entry.IsEnabled)
            Say("enabled", Variant.Of(entry.IsEnabled));
        if (entry.IsChecked is { } isChecked)
        {
            Say("toggle-type", Variant.Of("checkmark"));
            Say("toggle-state", new Variant("i", isChecked ? 1 : 0));
        }
        if (entry.Children is not null)
            Say("children-display", Variant.Of("submenu"));
        return [.. properties];
    }

    private int NumberOf(MenuEntry entry)
    {
        if (!_numbers.TryGetValue(entry.Key, out var number))
            _numbers[entry.Key] = number = ++_lastNumber;
        return number;
    }

    private static bool SameShape(IReadOnlyList<MenuEntry> a, IReadOnlyList<MenuEntry> b) =>
        a.Count == b.Count && a.Zip(b).All(p => p.First.Key == p.Second.Key && p.First.IsChecked is null == p.Second.IsChecked is null &&
            p.First.Children is null == p.Second.Children is null && SameShape(p.First.Children ?? [], p.Second.Children ?? []));

    private static bool LooksAs(MenuEntry a, MenuEntry b) => a.Label == b.Label && a.IsEnabled == b.IsEnabled && a.IsChecked == b.IsChecked;
}
