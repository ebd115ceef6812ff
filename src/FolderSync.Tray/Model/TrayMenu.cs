namespace FolderSync.Tray.Model;

/// <summary>Builds the menu from the tray's state.</summary>
internal static class TrayMenu
{
    private const int MaxFolders = 30;
    private const int MaxDevices = 30;
    private const int MaxChanges = 10;

    private static readonly TimeSpan ShortPause = TimeSpan.FromHours(1);

    public static IReadOnlyList<MenuEntry> Of(ServiceState service, string title, bool ownsService, TimeZoneInfo zone)
    {
        var menu = new List<MenuEntry> { new("state", title) };
        if (service is ServiceState.Running { Overview: var o })
        {
            menu.Add(new MenuEntry("open", "Open FolderSync", PageViews.Overview));
            menu.AddRange(Waiting(o));
            menu.Add(MenuEntry.Separator("after-page"));
            menu.Add(new MenuEntry("folders", "Folders", Children: Folders(o)));
            menu.Add(new MenuEntry("devices", "Devices", Children: Devices(o)));
            menu.Add(new MenuEntry("changes", "Recent changes", Children: Changes(o, zone)));
            menu.Add(MenuEntry.Separator("after-lists"));
            menu.AddRange(Pauses(o, zone));
            menu.Add(new MenuEntry("rescan", "Rescan all folders", o.Folders.Count > 0 ? new TrayAction.Rescan() : null));
            menu.Add(new MenuEntry("settings", "Settings", PageViews.Settings));
        }
        else if (service is ServiceState.NotRunning gone)
        {
            menu.Add(new MenuEntry("why", gone.Why));
            menu.Add(MenuEntry.Separator("after-why"));
            menu.Add(new MenuEntry("start", "Start the service", new TrayAction.StartService()));
        }
        menu.Add(MenuEntry.Separator("before-quit"));
        menu.Add(new MenuEntry("quit", ownsService ? "Quit and stop the service" : "Quit", new TrayAction.Quit()));
        return menu;
    }

    /// <summary>Items that need the user's decision: one line each, and one line for the rest of a kind.</summary>
    private static IEnumerable<MenuEntry> Waiting(Overview o)
    {
        foreach (var r in o.PairingRequests.Take(3))
            yield return new MenuEntry($"pairing {r.Device}", $"{TrayText.Device(r.Name, r.Device)} asks to pair…", PageViews.Pair);
        foreach (var f in o.Offers.Take(3))
            yield return new MenuEntry($"offer {f.Folder} {f.Device}", $"{TrayText.Device(f.DeviceName, f.Device)} offers {TrayText.Name(f.Label)}…", PageViews.Pair);
        var more = Math.Max(0, o.PairingRequests.Count - 3) + Math.Max(0, o.Offers.Count - 3);
        if (more > 0)
            yield return new MenuEntry("more", TrayText.Count(more, "more request…", "more requests…"), PageViews.Pair);
        foreach (var f in o.Folders.Where(f => f.IsHeld).Take(3))
            yield return new MenuEntry($"held {f.Id}", $"Deletions in {TrayText.Name(f.Name)} need your decision…", PageViews.Folder(f.Id));
        if (o.Conflicts.Count > 0)
            yield return new MenuEntry("conflicts", TrayText.Count(o.Conflicts.Count, "conflict…", "conflicts…"), PageViews.Conflicts);
        if (o.Problems.Count > 0)
            yield return new MenuEntry("problems", TrayText.Count(o.Problems.Count, "problem…", "problems…"), PageViews.Problems);
    }

    private static List<MenuEntry> Folders(Overview o)
    {
        if (o.Folders.Count == 0)
            return [new MenuEntry("no-folder", "No folder is shared yet"), new MenuEntry("add-folder", "Add one…", PageViews.AddFolder)];
        var entries = o.Folders.Take(MaxFolders)
            .Select(f => new MenuEntry($"folder {f.Id}", $"{TrayText.Name(f.Name)}  –  {StateOf(f)}", new TrayAction.OpenDirectory(f.Path)))
            .ToList();
        if (o.Folders.Count > MaxFolders)
            entries.Add(new MenuEntry("more-folders", $"{o.Folders.Count - MaxFolders} more…", PageViews.Overview));
        return entries;
    }

    private static string StateOf(FolderView f) => f switch
    {
        { IsPaused: true } => "paused",
        { HasError: true } => "error",
        { IsHeld: true } => "needs your decision",
        { IsSyncing: true } => $"{Math.Floor(f.Completion)} %",
        { State: "scanning" or "scan-waiting" } => "scanning",
        { NeedItems: > 0 } => $"{Math.Floor(Math.Min(f.Completion, 99))} %",
        _ => "up to date",
    };

    private static List<MenuEntry> Devices(Overview o)
    {
        var online = o.Devices.Where(d => d.IsConnected).ToList();
        var entries = online.Take(MaxDevices)
            .Select(d => new MenuEntry($"device {d.Id}", d.Completion >= 100
                ? $"{TrayText.Device(d.Name, d.Id)}  –  up to date"
                : $"{TrayText.Device(d.Name, d.Id)}  –  {Math.Floor(d.Completion)} %", PageViews.Device(d.Id)))
            .ToList();
        if (online.Count > MaxDevices)
            entries.Add(new MenuEntry("more-devices", $"{online.Count - MaxDevices} more…", PageViews.Overview));
        if (online.Count == 0)
            entries.Add(new MenuEntry("no-device", o.Devices.Count == 0 ? "No device is paired yet" : "No device is connected"));
        if (o.Devices.Count == 0)
            entries.Add(new MenuEntry("add-device", "Pair one…", PageViews.Pair));
        if (o.Nearby.Count > 0)
        {
            entries.Add(MenuEntry.Separator("before-nearby"));
            entries.AddRange(o.Nearby.Take(5).Select(n => new MenuEntry($"nearby {n.Device}", $"Nearby: {TrayText.Device(n.Name, n.Device)}…", PageViews.Pair)));
        }
        return entries;
    }

    private static List<MenuEntry> Changes(Overview o, TimeZoneInfo zone)
    {
        if (o.Changes.Count == 0)
            return [new MenuEntry("no-change", "Nothing has changed yet")];
        var entries = o.Changes.Take(MaxChanges).Select((c, at) => new MenuEntry($"change {at}", Line(c, zone), DirectoryOf(o, c))).ToList();
        entries.Add(MenuEntry.Separator("before-all-changes"));
        entries.Add(new MenuEntry("all-changes", "All changes…", PageViews.Changes));
        return entries;
    }

    private static string Line(ChangeView c, TimeZoneInfo zone)
    {
        var leaf = c.Item[(c.Item.LastIndexOf('/') + 1)..];
        var by = c.DeviceName.Length > 0 ? $", {TrayText.Name(c.DeviceName)}" : "";
        return $"{TrayText.Name(leaf)}  –  {(c.Action == "deleted" ? "deleted " : "")}{TimeZoneInfo.ConvertTime(c.Time, zone):HH:mm}{by}";
    }

    /// <summary>Opens the containing directory, never the file: a click must not run a file that a peer sent.</summary>
    private static TrayAction? DirectoryOf(Overview o, ChangeView c)
    {
        if (o.Folders.FirstOrDefault(f => f.Id == c.Folder) is not { } folder)
            return null;
        var parts = c.Item.Split('/')[..^1];
        if (parts.Any(p => p is "" or "." or ".."))
            return null;
        // The service may run on another system than the tray (Wine, a mapped drive), so take the separator from its path.
        var separator = folder.Path.Contains('\\', StringComparison.Ordinal) && !folder.Path.StartsWith('/') ? '\\' : '/';
        return new TrayAction.OpenDirectory(string.Join(separator, parts.Prepend(folder.Path.TrimEnd('/', '\\'))));
    }

    private static IEnumerable<MenuEntry> Pauses(Overview o, TimeZoneInfo zone)
    {
        var paused = TrayView.IsPaused(o);
        var timed = paused && o.Pause?.Until is not null;
        var canPause = o.Devices.Count > 0 || o.Folders.Count > 0;
        var hour = timed ? $"Paused until {TimeZoneInfo.ConvertTime(o.Pause!.Until!.Value, zone):HH:mm}" : "Pause for 1 hour";
        yield return new MenuEntry("pause-hour", hour, timed ? new TrayAction.Resume() : canPause ? new TrayAction.Pause(ShortPause) : null, timed);
        yield return new MenuEntry("pause", paused && !timed ? "Paused until resumed" : "Pause until resumed",
            paused && !timed ? new TrayAction.Resume() : canPause ? new TrayAction.Pause(null) : null, paused && !timed);
        if (paused)
            yield return new MenuEntry("resume", "Resume", new TrayAction.Resume());
    }
}
