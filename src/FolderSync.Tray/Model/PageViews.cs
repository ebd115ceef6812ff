namespace FolderSync.Tray.Model;

/// <summary>The page's views.</summary>
internal static class PageViews
{
    public static readonly TrayAction Overview = new TrayAction.OpenPage();
    public static readonly TrayAction Pair = new TrayAction.OpenPage("pair");
    public static readonly TrayAction AddFolder = new TrayAction.OpenPage("add-folder");
    public static readonly TrayAction Conflicts = new TrayAction.OpenPage("activity/conflicts");
    public static readonly TrayAction Problems = new TrayAction.OpenPage("activity/problems");
    public static readonly TrayAction Changes = new TrayAction.OpenPage("activity/changes");
    public static readonly TrayAction Settings = new TrayAction.OpenPage("settings");

    public static TrayAction Folder(string id) => new TrayAction.OpenPage("folder/" + Uri.EscapeDataString(id));

    public static TrayAction Device(string id) => new TrayAction.OpenPage("device/" + Uri.EscapeDataString(id));
}
