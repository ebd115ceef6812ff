using System.Threading.Channels;

namespace FolderSync.Tray.Model;

/// <summary>What a person did to the icon, its menu or a notification.</summary>
internal abstract record TrayEvent
{
    /// <summary>The icon itself was clicked.</summary>
    public sealed record Activated : TrayEvent;

    /// <summary>A line of the menu, or a notification that was clicked.</summary>
    public sealed record Chosen(TrayAction Action) : TrayEvent;

    /// <summary>The session ends, or the desktop asks to.</summary>
    public sealed record SessionEnds : TrayEvent;
}

/// <summary>An icon in a desktop's tray. All members are thread-safe and none waits for the desktop.</summary>
internal interface ITrayIcon : IAsyncDisposable
{
    ChannelReader<TrayEvent> Events { get; }

    /// <summary>From now on the icon is this.</summary>
    /// <param name="frame">Of an animated state; others have only 0.</param>
    void Show(TrayView view, int frame);

    /// <summary>A notice takes the place of an earlier one with its key.</summary>
    void Notify(Notice notice);
}

/// <summary>What the tray opens for a person on the desktop.</summary>
internal interface IDesktop
{
    /// <returns>Null; else why not, a sentence.</returns>
    string? OpenPage(Uri page);

    /// <param name="path">Of a directory; anything else is not opened.</param>
    string? OpenDirectory(string path);
}
