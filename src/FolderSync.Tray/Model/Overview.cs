namespace FolderSync.Tray.Model;

/// <summary>How the tray stands with the service.</summary>
internal abstract record ServiceState
{
    /// <summary>It was started and does not answer yet.</summary>
    public sealed record Starting : ServiceState;

    /// <param name="Why">A sentence for a person.</param>
    public sealed record Gone(string Why) : ServiceState;

    public sealed record Running(Overview Overview) : ServiceState;
}

/// <summary>All that the tray knows of the service at one moment.</summary>
internal sealed record Overview
{
    public IReadOnlyList<FolderView> Folders { get; init; } = [];

    public IReadOnlyList<DeviceView> Devices { get; init; } = [];

    public IReadOnlyList<PairingRequest> PairingRequests { get; init; } = [];

    public IReadOnlyList<FolderOffer> Offers { get; init; } = [];

    public IReadOnlyList<ConflictView> Conflicts { get; init; } = [];

    /// <summary>Only those that nobody has acknowledged.</summary>
    public IReadOnlyList<ProblemView> Problems { get; init; } = [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ChangeView> Changes { get; init; } = [];

    /// <summary>Devices in the neighbourhood that are not paired.</summary>
    public IReadOnlyList<NearbyView> Nearby { get; init; } = [];

    /// <summary>Null: not paused as a whole.</summary>
    public PauseView? Pause { get; init; }

    public NoticeSwitches Notifications { get; init; } = new();
}

/// <param name="State">As the REST interface names it; empty while paused.</param>
/// <param name="NeedBytes">That are not here yet.</param>
/// <param name="IsHeld">Deletions wait for a person's word.</param>
internal sealed record FolderView(string Id, string Name, string Path, string State, string Error, bool IsPaused, long NeedBytes, long NeedItems, double Completion,
    double? SecondsLeft, bool IsHeld)
{
    public bool IsSyncing => !IsPaused && State is "syncing" or "sync-preparing" or "sync-waiting";

    public bool HasError => !IsPaused && (Error.Length > 0 || State == "error");
}

/// <param name="Completion">Percent of what is shared with it that it has.</param>
/// <param name="ReceiveRate">Bytes a second.</param>
/// <param name="SendRate">Bytes a second.</param>
internal sealed record DeviceView(string Id, string Name, bool IsConnected, bool IsPaused, double Completion, double ReceiveRate, double SendRate);

internal sealed record PairingRequest(string Device, string Name);

internal sealed record FolderOffer(string Folder, string Label, string Device, string DeviceName);

internal sealed record ConflictView(string Folder, string FolderName, string Copy);

internal sealed record ProblemView(string Id, string? Folder, string Text, bool IsError);

internal sealed record ChangeView(string Folder, string Item, string Action, string DeviceName, DateTimeOffset Time);

internal sealed record NearbyView(string Device, string Name);

/// <summary>Which notifications a person wants.</summary>
internal sealed record NoticeSwitches(bool Pairing = true, bool Offers = true, bool Conflicts = true, bool Errors = true);

/// <summary>All is paused.</summary>
/// <param name="Until">Null: until resumed.</param>
internal sealed record PauseView(DateTimeOffset? Until);
