namespace FolderSync.Tray.Model;

/// <summary>The tray's connection to the service.</summary>
internal abstract record ServiceState
{
    /// <summary>It was started and doesn't answer yet.</summary>
    public sealed record Starting : ServiceState;

    /// <param name="Why">A sentence for the user.</param>
    public sealed record NotRunning(string Why) : ServiceState;

    public sealed record Running(Overview Overview) : ServiceState;
}

/// <summary>Everything that the tray knows about the service at one moment.</summary>
internal sealed record Overview
{
    public IReadOnlyList<FolderView> Folders { get; init; } = [];

    public IReadOnlyList<DeviceView> Devices { get; init; } = [];

    public IReadOnlyList<PairingRequest> PairingRequests { get; init; } = [];

    public IReadOnlyList<FolderOffer> Offers { get; init; } = [];

    public IReadOnlyList<ConflictView> Conflicts { get; init; } = [];

    /// <summary>The unacknowledged problems.</summary>
    public IReadOnlyList<ProblemView> Problems { get; init; } = [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ChangeView> Changes { get; init; } = [];

    /// <summary>Unpaired devices on the local network.</summary>
    public IReadOnlyList<NearbyView> Nearby { get; init; } = [];

    /// <summary>Null: not paused as a whole.</summary>
    public PauseView? Pause { get; init; }

    public NoticeSwitches Notifications { get; init; } = new();
}

/// <param name="State">As in the REST interface; empty while paused.</param>
/// <param name="NeedBytes">Bytes that are still missing.</param>
/// <param name="IsHeld">Deletions need the user's decision.</param>
internal sealed record FolderView(string Id, string Name, string Path, string State, string Error, bool IsPaused, long NeedBytes, long NeedItems, double Completion,
    double? SecondsLeft, bool IsHeld)
{
    public bool IsSyncing => !IsPaused && State is "syncing" or "sync-preparing" or "sync-waiting";

    public bool HasError => !IsPaused && (Error.Length > 0 || State == "error");
}

/// <param name="Completion">The percentage of shared data that the device has.</param>
/// <param name="ReceiveRate">Bytes per second.</param>
/// <param name="SendRate">Bytes per second.</param>
internal sealed record DeviceView(string Id, string Name, bool IsConnected, bool IsPaused, double Completion, double ReceiveRate, double SendRate);

internal sealed record PairingRequest(string Device, string Name);

internal sealed record FolderOffer(string Folder, string Label, string Device, string DeviceName);

internal sealed record ConflictView(string Folder, string FolderName, string Copy);

internal sealed record ProblemView(string Id, string? Folder, string Text, bool IsError);

internal sealed record ChangeView(string Folder, string Item, string Action, string DeviceName, DateTimeOffset Time);

internal sealed record NearbyView(string Device, string Name);

/// <summary>The notifications that the user wants.</summary>
internal sealed record NoticeSwitches(bool Pairing = true, bool Offers = true, bool Conflicts = true, bool Errors = true);

/// <summary>Everything is paused.</summary>
/// <param name="Until">Null: until resumed.</param>
internal sealed record PauseView(DateTimeOffset? Until);
