using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Engine.Configuring;

/// <summary>In which order needed files are fetched.</summary>
public enum PullOrder
{
    Random,
    Alphabetic,
    SmallestFirst,
    LargestFirst,
    OldestFirst,
    NewestFirst,
}

public enum VersioningKind
{
    None,
    TrashCan,
}

/// <param name="CleanoutDays">0: kept for ever.</param>
/// <param name="Path">Where versions go; empty: `.stversions` in the folder.</param>
/// <param name="MaxSize">What all versions may take: percent of the disk, or bytes where <paramref name="MaxSizeIsBytes"/>; 0 for no limit.</param>
public sealed record VersioningConfig(VersioningKind Kind, int CleanoutDays = 30, string Path = "", double MaxSize = 10, bool MaxSizeIsBytes = false);

public sealed record FolderConfig
{
    public required FolderId Id { get; init; }

    public string Label { get; init; } = "";

    /// <summary>Absolute.</summary>
    public required string Path { get; init; }

    public FolderType Type { get; init; } = FolderType.SendReceive;

    /// <summary>Peers it is shared with; never this device.</summary>
    public EquatableArray<DeviceId> Devices { get; init; } = [];

    public bool Paused { get; init; }

    public bool WatcherEnabled { get; init; } = true;

    /// <summary>Seconds between full scans, 0 for none. Jittered by a quarter.</summary>
    public int RescanIntervalSeconds { get; init; } = 3600;

    /// <summary>Hours between scans that read everything, 0 for none.</summary>
    public int FullVerifyIntervalHours { get; init; } = 24 * 30;

    public bool IgnorePermissions { get; init; }

    public VersioningConfig Versioning { get; init; } = new(VersioningKind.TrashCan);

    /// <summary>-1: any number; 0: none are made; over the number they are kept and warned of.</summary>
    public int MaxConflicts { get; init; } = 10;

    public PullOrder Order { get; init; } = PullOrder.Random;

    /// <summary>Percent of the disk, or bytes where <see cref="MinDiskFreeIsBytes"/>.</summary>
    public double MinDiskFree { get; init; } = 1;

    public bool MinDiskFreeIsBytes { get; init; }

    /// <summary>Peers' deletions are not carried out.</summary>
    public bool IgnoreDelete { get; init; }

    public bool SparseFiles { get; init; } = true;

    /// <summary>More files gone at once than this are held until confirmed; 0: never held.</summary>
    public int HoldDeletionsOver { get; init; } = 1000;

    /// <summary>More percent of the files gone at once than this (and at least 20 files) are held until confirmed; 0: never held.</summary>
    public int HoldDeletionsOverPercent { get; init; } = 50;

    /// <summary>Incoming deletions in one burst are held by the same numbers.</summary>
    public bool HoldIncomingDeletions { get; init; }

    /// <summary>Seconds two mtimes may differ and be the same; 0: by the filesystem.</summary>
    public int ModifiedWindowSeconds { get; init; }

    /// <summary>From how many deletions at once the folder asks.</summary>
    public DeletionLimits DeletionLimits => new(HoldDeletionsOver, HoldDeletionsOverPercent);

    public string DisplayName => Label.Length > 0 ? Label : Id.Value;
}
