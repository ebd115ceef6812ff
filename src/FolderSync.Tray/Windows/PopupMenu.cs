using System.Runtime.Versioning;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Windows;

/// <summary>The menu as a Windows popup menu, created each time it opens.</summary>
[SupportedOSPlatform("windows")]
internal sealed class PopupMenu : IDisposable
{
    private readonly List<TrayAction> _actions = [];
    private readonly nint _menu;

    public PopupMenu(IReadOnlyList<MenuEntry> entries) => _menu = Make(entries);

    /// <summary>Waits, while the window's messages are processed, until an item was chosen or the menu was closed.</summary>
    public TrayAction? Choose(nint window, int x, int y)
    {
        // Otherwise a click elsewhere would not close the menu.
        Native.SetForegroundWindow(window);
        var chosen = Native.TrackPopupMenuEx(_menu, Native.TpmReturnCommand | Native.TpmNoNotify | Native.TpmRightButton, x, y, window, 0);
        Native.PostMessage(window, Native.WmNull, 0, 0);
        return chosen > 0 && chosen <= _actions.Count ? _actions[chosen - 1] : null;
    }

    /// <summary>This also destroys submenus.</summary>
    public void Dispose() => Native.DestroyMenu(_menu);

    private nint Make(IReadOnlyList<MenuEntry> entries)
    {
        var menu = Native.CreatePopupMenu();
        foreach (var entry in entries)
        {
            if (entry.IsSeparator)
            {
                Native.AppendMenu(menu, Native.MfSeparator, 0, null);
                continue;
            }
            // An ampersand would underline the following letter; a tab would move the rest to the right.
            var label = entry.Label.Replace("&", "&&", StringComparison.Ordinal).Replace('\t', ' ');
            var flags = Native.MfString | (entry.IsEnabled ? 0 : Native.MfGrayed) | (entry.IsChecked == true ? Native.MfChecked : 0);
            if (entry.Children is { } children)
            {
                Native.AppendMenu(menu, flags | Native.MfPopup, (nuint)Make(children), label);
                continue;
            }
            if (entry.Action is { } action)
                _actions.Add(action);
            Native.AppendMenu(menu, flags, entry.Action is null ? 0 : (nuint)_actions.Count, label);
            if (entry.Key == "open")
                Native.SetMenuDefaultItem(menu, (uint)_actions.Count, 0);
        }
        return menu;
    }
}
