namespace FolderSync.Tray.Model;

/// <summary>One line of the menu.</summary>
/// <param name="Key">The same for the same thing from one menu to the next, and its own within one.</param>
/// <param name="Label">Text as it is shown: no mnemonics, no markup.</param>
/// <param name="Action">Null: it only informs, opens <paramref name="Children"/> or separates.</param>
/// <param name="IsChecked">Null: no check mark can be here.</param>
internal sealed record MenuEntry(string Key, string Label, TrayAction? Action = null, bool? IsChecked = null, IReadOnlyList<MenuEntry>? Children = null)
{
    public bool IsSeparator => Label.Length == 0;

    public bool IsEnabled => Action is not null || Children is not null;

    public static MenuEntry Separator(string key) => new(key, "");

    /// <summary>All entries, each before its children.</summary>
    public static IEnumerable<MenuEntry> Flat(IEnumerable<MenuEntry> menu) => menu.SelectMany(e => Flat(e.Children ?? []).Prepend(e));
}
