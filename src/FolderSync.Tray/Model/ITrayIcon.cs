using System.Threading.Channels;

namespace FolderSync.Tray.Model;

/// <summary>A user's action on the icon, its menu or a notification.</summary>
internal abstract record TrayEvent
{
    /// <summary>The icon itself was clicked.</summary>
    public sealed record Activated : TrayEvent;

    /// <summary>A menu item or a notification was clicked.</summary>
    public sealed record Chosen(TrayAction Action) : TrayEvent;

    /// <summary>The session ends, or the desktop announces it.</summary>
    public sealed record SessionEnds : TrayEvent;
}

/// <summary>An icon in a desktop's tray. All members are thread-safe and none waits for the desktop.</summary>
internal interface ITrayIcon : IAsyncDisposable
{
    ChannelReader<TrayEvent> Events { get; }

    /// <summary>Shows this view from now on.</summary>
    /// <param name="frame">The frame of an animated state; others have only 0.</param>
    void Show(TrayView view, int frame);

    /// <summary>Shows a notification and replaces an earlier one with the same key.</summary>
    void Notify(Notice notice);
}

/// <summary>What the tray opens on the user's desktop.</summary>
internal interface IDesktop
{
    /// <returns>Null, or a sentence that says why it failed.</returns>
    string? OpenPage(Uri page);

    /// <param name="path">A directory; anything else isn't opened.</param>
    string? OpenDirectory(string path);
}
