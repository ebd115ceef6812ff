using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Engine.Configuring;

/// <summary>The order in which needed files are fetched.</summary>
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

/// <param name="CleanoutDays">0: kept forever.</param>
/// <param name="Path">Where versions are stored; empty: `.stversions` in the folder.</param>
/// <param name="MaxSize">The limit for all versions: percent of the disk, or bytes if <paramref name="MaxSizeIsBytes"/>; 0 for no limit.</param>
public sealed record VersioningConfig(VersioningKind Kind, int CleanoutDays = 30, string Path = "", double MaxSize = 10, bool MaxSizeIsBytes = false);

public sealed record FolderConfig
{
    public required FolderId Id { get; init; }

    public string Label { get; init; } = "";

    /// <summary>Absolute.</summary>
    public required string Path { get; init; }

    public FolderType Type { get; init; } = FolderType.SendReceive;

    /// <summary>The peers with which it is shared; never this device.</summary>
    public EquatableArray<DeviceId> Devices { get; init; } = [];

    public bool Paused { get; init; }

    public bool WatcherEnabled { get; init; } = true;

    /// <summary>Seconds between full scans, 0 for none. Jittered by a quarter.</summary>
    public int RescanIntervalSeconds { get; init; } = 3600;

    /// <summary>Hours between scans that read all content, 0 for none.</summary>
    public int FullVerifyIntervalHours { get; init; } = 24 * 30;

    public bool IgnorePermissions { get; init; }

    public VersioningConfig Versioning { get; init; } = new(VersioningKind.TrashCan);

    /// <summary>-1: any number; 0: none are made; beyond the number they are kept, with a warning.</summary>
    public int MaxConflicts { get; init; } = 10;

    public PullOrder Order { get; init; } = PullOrder.Random;

    /// <summary>Percent of the disk, or bytes if <see cref="MinDiskFreeIsBytes"/>.</summary>
    public double MinDiskFree { get; init; } = 1;

    public bool MinDiskFreeIsBytes { get; init; }

    /// <summary>Ignores peers' deletions.</summary>
    public bool IgnoreDelete { get; init; }

    public bool SparseFiles { get; init; } = true;

    /// <summary>Holds deletions for confirmation when more files than this vanish at once; 0: never.</summary>
    public int HoldDeletionsOver { get; init; } = 1000;

    /// <summary>
    /// Holds deletions for confirmation when a larger percentage of the files than this (and at least 20 files) vanishes at once; 0: never.
    /// </summary>
    public int HoldDeletionsOverPercent { get; init; } = 50;

    /// <summary>The same limits apply to a burst of incoming deletions.</summary>
    public bool HoldIncomingDeletions { get; init; }

    /// <summary>Holds what peers replace or delete when it is at least this many files within ten minutes, and the share below; 0: never.</summary>
    public int HoldIncomingFrom { get; init; } = 200;

    /// <summary>The percentage of the folder's files that must be reached, too; 0: any.</summary>
    public int HoldIncomingFromPercent { get; init; } = 30;

    /// <summary>Seconds by which two mtimes may differ and still count as equal; 0: the filesystem's window.</summary>
    public int ModifiedWindowSeconds { get; init; }

    /// <summary>The number of deletions at once from which the folder asks.</summary>
    public DeletionLimits DeletionLimits => new(HoldDeletionsOver, HoldDeletionsOverPercent);

    /// <summary>From how much on the folder asks before it carries peers' changes out.</summary>
    public DisplacementLimits DisplacementLimits => new(HoldIncomingFrom, HoldIncomingFromPercent, HoldIncomingDeletions ? DeletionLimits : DeletionLimits.None);

    public string DisplayName => Label.Length > 0 ? Label : Id.Value;
}
