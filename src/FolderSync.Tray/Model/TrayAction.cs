namespace FolderSync.Tray.Model;

/// <summary>What a click means.</summary>
internal abstract record TrayAction
{
    /// <param name="View">The part of the page, as its address has it after "#/"; empty for the first one.</param>
    public sealed record OpenPage(string View = "") : TrayAction;

    /// <param name="Path">A directory, absolute.</param>
    public sealed record OpenDirectory(string Path) : TrayAction;

    /// <param name="Time">Null: until resumed.</param>
    public sealed record Pause(TimeSpan? Time) : TrayAction;

    public sealed record Resume : TrayAction;

    public sealed record Rescan : TrayAction;

    public sealed record StartService : TrayAction;

    public sealed record Quit : TrayAction;
}
