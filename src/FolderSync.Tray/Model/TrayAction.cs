namespace FolderSync.Tray.Model;

/// <summary>The meaning of a click.</summary>
internal abstract record TrayAction
{
    /// <param name="View">The page's view, as after "#/" in its address; empty for the first one.</param>
    public sealed record OpenPage(string View = "") : TrayAction;

    /// <param name="Path">An absolute directory path.</param>
    public sealed record OpenDirectory(string Path) : TrayAction;

    /// <param name="Time">Null: until resumed.</param>
    public sealed record Pause(TimeSpan? Time) : TrayAction;

    public sealed record Resume : TrayAction;

    public sealed record Rescan : TrayAction;

    public sealed record StartService : TrayAction;

    public sealed record Quit : TrayAction;
}
