using FolderSync.Tray.Model;
using Tmds.DBus.Protocol;

namespace FolderSync.Tray.Linux;

/// <summary>A menu item of com.canonical.dbusmenu.</summary>
internal sealed record MenuItem(int Number, KeyValuePair<string, VariantValue>[] Properties, IReadOnlyList<MenuItem> Children);

/// <summary>The change that a panel is notified of.</summary>
internal abstract record MenuChange
{
    /// <summary>Items were added, removed or moved: the panel reads everything again.</summary>
    public sealed record Layout(uint Revision) : MenuChange;

    /// <summary>The appearance of these items changed.</summary>
    public sealed record Appearance(IReadOnlyList<MenuItem> Items) : MenuChange;
}

/// <summary>The menu as numbered items. Thread-safe.</summary>
internal sealed class MenuTree
{
    public const int Root = 0;
    private const int MaxKnown = 10_000;

    private readonly Lock _lock = new();

    /// <summary>A key keeps its number while the tray runs, so that a click on an old menu never hits another item.</summary>
    private readonly Dictionary<string, int> _numbers = [];

    private IReadOnlyList<MenuEntry> _menu = [];
    private Dictionary<int, MenuEntry> _byNumber = [];
    private int _lastNumber;
    private uint _revision = 1;

    /// <returns>Null: nothing has changed.</returns>
    public MenuChange? Show(IReadOnlyList<MenuEntry> menu)
    {
        lock (_lock)
        {
            var (old, oldMenu) = (_byNumber, _menu);
            if (_numbers.Count > MaxKnown)
                _numbers.Clear();
            _menu = menu;
            _byNumber = MenuEntry.Flat(menu).ToDictionary(NumberOf);
            if (!SameShape(oldMenu, menu))
                return new MenuChange.Layout(++_revision);
            var changed = _byNumber.Where(e => !HasSameAppearance(old[e.Key], e.Value)).Select(e => new MenuItem(e.Key, Properties(e.Value, withDefaults: true), [])).ToList();
            return changed.Count == 0 ? null : new MenuChange.Appearance(changed);
        }
    }

    /// <param name="depth">Levels below; negative: all.</param>
    /// <returns>Null: there is no such item.</returns>
    public (uint Revision, MenuItem Item)? Layout(int parent, int depth)
    {
        lock (_lock)
        {
            if (parent == Root)
                return (_revision, new MenuItem(Root, [new("children-display", "submenu")], Children(_menu, depth)));
            return _byNumber.TryGetValue(parent, out var entry) ? (_revision, Item(entry, depth)) : null;
        }
    }

    /// <summary>The known items of those numbers, without children; all items if no numbers are given.</summary>
    public IReadOnlyList<MenuItem> Items(IReadOnlyCollection<int> numbers)
    {
        lock (_lock)
        {
            var wanted = numbers.Count == 0 ? _byNumber.Keys : numbers;
            return [.. wanted.Where(_byNumber.ContainsKey).Select(n => new MenuItem(n, Properties(_byNumber[n], withDefaults: true), []))];
        }
    }

    /// <summary>The entry with that number in the present menu.</summary>
    public MenuEntry? Find(int number)
    {
        lock (_lock)
            return _byNumber.GetValueOrDefault(number);
    }

    /// <param name="withDefaults">Includes properties with default values, so that an update can reset them.</param>
    private static KeyValuePair<string, VariantValue>[] Properties(MenuEntry entry, bool withDefaults)
    {
        if (entry.IsSeparator)
            return [new("type", "separator")];
        // An underscore would underline the following letter.
        List<KeyValuePair<string, VariantValue>> properties = [new("label", BusText.Escape(entry.Label).Replace("_", "__", StringComparison.Ordinal))];
        if (withDefaults || !entry.IsEnabled)
            properties.Add(new("enabled", entry.IsEnabled));
        if (entry.IsChecked is { } isChecked)
        {
            properties.Add(new("toggle-type", "checkmark"));
            properties.Add(new("toggle-state", isChecked ? 1 : 0));
        }

        if (entry.Children is not null)
            properties.Add(new("children-display", "submenu"));
        return [.. properties];
    }

    private MenuItem Item(MenuEntry entry, int depth) => new(NumberOf(entry), Properties(entry, withDefaults: false), Children(entry.Children ?? [], depth));

    private IReadOnlyList<MenuItem> Children(IReadOnlyList<MenuEntry> entries, int depth) => depth == 0 ? [] : [.. entries.Select(e => Item(e, depth - 1))];

    private int NumberOf(MenuEntry entry)
    {
        if (!_numbers.TryGetValue(entry.Key, out var number))
            _numbers[entry.Key] = number = ++_lastNumber;
        return number;
    }

    private static bool SameShape(IReadOnlyList<MenuEntry> a, IReadOnlyList<MenuEntry> b) =>
        a.Count == b.Count && a.Zip(b).All(p => p.First.Key == p.Second.Key && p.First.IsChecked is null == p.Second.IsChecked is null &&
            p.First.Children is null == p.Second.Children is null && SameShape(p.First.Children ?? [], p.Second.Children ?? []));

    private static bool HasSameAppearance(MenuEntry a, MenuEntry b) => a.Label == b.Label && a.IsEnabled == b.IsEnabled && a.IsChecked == b.IsChecked;
}
