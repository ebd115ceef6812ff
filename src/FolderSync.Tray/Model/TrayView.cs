namespace FolderSync.Tray.Model;

/// <summary>What the tray shows: a pure function of its state.</summary>
/// <param name="Title">The state in a few words.</param>
/// <param name="Details">The tooltip's lines below the title; numbers only, no names.</param>
internal sealed record TrayView(IconState Icon, string Title, IReadOnlyList<string> Details, IReadOnlyList<MenuEntry> Menu)
{
    /// <param name="ownsService">This tray started the service, so the service ends with it.</param>
    public static TrayView Of(ServiceState service, bool ownsService, TimeZoneInfo zone)
    {
        var icon = IconOf(service);
        var title = TitleOf(service, icon, zone);
        return new TrayView(icon, title, DetailsOf(service, icon), TrayMenu.Of(service, title, ownsService, zone));
    }

    public static IconState IconOf(ServiceState service) => service switch
    {
        ServiceState.Running { Overview: var o } => IconOf(o),
        _ => IconState.Disconnected,
    };

    /// <summary>What the user must not miss comes before ordinary activity.</summary>
    private static IconState IconOf(Overview o) => o switch
    {
        _ when o.Folders.Any(f => f.HasError) || o.Problems.Any(p => p.IsError) => IconState.Error,
        _ when NeedsAttention(o) => IconState.Attention,
        _ when IsPaused(o) => IconState.Paused,
        _ when IsSyncing(o) => IconState.Syncing,
        _ when o.Devices.Count > 0 && !o.Devices.Any(d => d.IsConnected) => IconState.Disconnected,
        _ => IconState.Idle,
    };

    /// <summary>Nothing is transferred, because the user paused it.</summary>
    public static bool IsPaused(Overview o) =>
        o.Pause is not null || (o.Devices.Count > 0 && o.Devices.All(d => d.IsPaused)) || (o.Folders.Count > 0 && o.Folders.All(f => f.IsPaused));

    private static bool NeedsAttention(Overview o) => o.PairingRequests.Count + o.Offers.Count + o.Conflicts.Count > 0 || o.Folders.Any(f => f.IsHeld);

    private static bool IsSyncing(Overview o) => o.Folders.Any(f => f.IsSyncing) || o.Devices.Any(IsSendingTo);

    /// <summary>This device sends it the data that it lacks.</summary>
    private static bool IsSendingTo(DeviceView d) => d is { IsConnected: true, IsPaused: false, Completion: < 100, SendRate: > 0 };

    private static string TitleOf(ServiceState service, IconState icon, TimeZoneInfo zone) => service switch
    {
        ServiceState.Starting => "The service is starting",
        ServiceState.NotRunning => "The service is not running",
        ServiceState.Running { Overview: var o } => icon switch
        {
            IconState.Error => ErrorTitle(o),
            IconState.Attention => AttentionTitle(o),
            IconState.Paused => o.Pause?.Until is { } until ? $"Paused until {TimeZoneInfo.ConvertTime(until, zone):HH:mm}" : "Paused",
            IconState.Syncing => SyncingTitle(o),
            IconState.Disconnected => "No device is connected",
            _ when o.Folders.Count == 0 => "No folder is shared yet",
            _ when o.Folders.Any(f => !f.IsPaused && f.NeedItems > 0) => "Waiting for " + TrayText.Count(o.Folders.Sum(f => f.IsPaused ? 0 : f.NeedItems), "item", "items"),
            _ => "Up to date",
        },
        _ => "",
    };

    private static string ErrorTitle(Overview o)
    {
        var folders = o.Folders.Count(f => f.HasError);
        return folders > 0 ? TrayText.Count(folders, "folder has", "folders have") + " an error" : TrayText.Count(o.Problems.Count(p => p.IsError), "problem", "problems");
    }

    private static string AttentionTitle(Overview o) =>
        o.PairingRequests.Count > 0 ? TrayText.Count(o.PairingRequests.Count, "device asks", "devices ask") + " to pair"
        : o.Offers.Count > 0 ? TrayText.Count(o.Offers.Count, "folder is", "folders are") + " offered"
        : o.Folders.Any(f => f.IsHeld) ? "Held changes need your decision"
        : TrayText.Count(o.Conflicts.Count, "conflict", "conflicts");

    private static string SyncingTitle(Overview o)
    {
        var folders = o.Folders.Where(f => f.IsSyncing).ToList();
        if (folders.Count == 0)
            return "Sending to " + TrayText.Count(o.Devices.Count(IsSendingTo), "device", "devices");
        var left = folders.Sum(f => f.NeedBytes);
        return left > 0 ? $"Syncing, {TrayText.Bytes(left)} to go" : "Syncing";
    }

    private static List<string> DetailsOf(ServiceState service, IconState icon)
    {
        if (service is ServiceState.NotRunning gone)
            return [gone.Why];
        if (service is not ServiceState.Running { Overview: var o })
            return [];
        var details = new List<string>();
        if (icon is IconState.Error or IconState.Attention && IsSyncing(o))
            details.Add(SyncingTitle(o));
        var (receiving, sending) = (o.Devices.Sum(d => d.ReceiveRate), o.Devices.Sum(d => d.SendRate));
        if (receiving >= 1 || sending >= 1)
            details.Add($"↓ {TrayText.Bytes(receiving)}/s  ↑ {TrayText.Bytes(sending)}/s");
        if (o.Folders.Where(f => f.IsSyncing).Max(f => f.SecondsLeft) is { } seconds)
            details.Add(TrayText.TimeLeft(seconds));
        if (o.Devices.Count > 0 && icon is not (IconState.Paused or IconState.Disconnected))
            details.Add($"{o.Devices.Count(d => d.IsConnected)} of {TrayText.Count(o.Devices.Count, "device", "devices")} connected");
        return details;
    }
}
