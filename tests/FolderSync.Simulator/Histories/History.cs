using FolderSync.Engine.Configuring;
using FolderSync.Simulator.Disks;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// Devices that share one folder, and everything that happens to them. Each operation has its own parameters and its own position in the seed's
/// draws, so a step can be removed without changing the others.
/// </summary>
internal sealed record History
{
    /// <summary>The seed of the stream that schedules the devices' loops and decides what a crash loses.</summary>
    public required int Seed { get; init; }

    public VersioningKind Versioning { get; init; }

    /// <summary>Timers fire exactly on time, unlike real ones.</summary>
    public bool ExactTimers { get; init; }

    /// <summary>Every file starts with a version of so many devices that the next edits reach the limit.</summary>
    public bool LongVectors { get; init; }

    /// <summary>From how many files on changes are held; null: never. What is held in the end is decided on.</summary>
    public HoldLimits? Holds { get; init; }

    /// <summary>Which devices share the folder with each other.</summary>
    public Topology Topology { get; init; }

    /// <summary>Names occur in lower and upper case, so a disk that ignores case may lack one of two.</summary>
    public bool Respells { get; init; }

    public required IReadOnlyList<DeviceSetup> Devices { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>The position of the draws of the last phase, in which all devices run and are connected.</summary>
    public long SettleDraws { get; init; }
}

/// <summary>The limits of holding changes, as in the folder's configuration.</summary>
internal sealed record HoldLimits(int IncomingFrom, int IncomingFromPercent, int DeletionsOver, bool IncomingDeletions);

/// <summary>One device before its first start.</summary>
internal sealed record DeviceSetup(string Name)
{
    /// <summary>How far its clock is ahead, in seconds.</summary>
    public int SkewSeconds { get; init; }

    public MemoryDiskOptions Disk { get; init; } = new();
}

/// <summary>An operation, followed by a pause in which the devices run.</summary>
/// <param name="Draws">The position of the pause's draws in the seed's stream.</param>
internal sealed record Step(Operation Operation, Pause Pause, long Draws);

/// <summary>How long the devices run before the next operation.</summary>
internal abstract record Pause
{
    /// <summary>No pause.</summary>
    public static Pause None { get; } = new Callbacks(0);

    /// <summary>Virtual time; at the end nothing is ready to run.</summary>
    public sealed record Time(int Milliseconds) : Pause;

    /// <summary>At most this many callbacks of the devices' loops; the next operation interrupts their work.</summary>
    public sealed record Callbacks(int Count) : Pause;
}

/// <summary>What a seed draws, and how much.</summary>
internal sealed record HistoryOptions
{
    public const int MaxDevices = 10;
    public const int MaxOperations = 10_000;

    /// <summary>With <see cref="Histories.Traits.Topologies"/>, at least five.</summary>
    public int Devices { get; init; } = 3;

    public int Operations { get; init; } = 40;

    public bool ExactTimers { get; init; }

    public bool LongVectors { get; init; }

    /// <summary>Exactly these traits; null: each history draws its own.</summary>
    public Traits? Traits { get; init; }
}
