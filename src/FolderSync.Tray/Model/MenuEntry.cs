namespace FolderSync.Tray.Model;

/// <summary>One line of the menu.</summary>
/// <param name="Key">Identifies the entry: constant from one menu to the next, unique within one.</param>
/// <param name="Label">The text as shown: without mnemonics and markup.</param>
/// <param name="Action">Null: the entry only informs, opens <paramref name="Children"/>, or separates.</param>
/// <param name="IsChecked">Null: the entry has no check mark.</param>
internal sealed record MenuEntry(string Key, string Label, TrayAction? Action = null, bool? IsChecked = null, IReadOnlyList<MenuEntry>? Children = null)
{
    public bool IsSeparator => Label.Length == 0;

    public bool IsEnabled => Action is not null || Children is not null;

    public static MenuEntry Separator(string key) => new(key, "");

    /// <summary>All entries, each before its children.</summary>
    public static IEnumerable<MenuEntry> Flat(IEnumerable<MenuEntry> menu) => menu.SelectMany(e => Flat(e.Children ?? []).Prepend(e));
}
