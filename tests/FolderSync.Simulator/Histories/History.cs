using FolderSync.Engine.Configuring;
using FolderSync.Simulator.Disks;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// Devices that share one folder and what happens to them, told in full: each operation has its own parameters and its own place in the
/// seed's draws, so a step can be left out and the others stay what they were.
/// </summary>
internal sealed record History
{
    /// <summary>Of the stream that schedules the devices' loops and decides what a crash loses.</summary>
    public required int Seed { get; init; }

    public VersioningKind Versioning { get; init; }

    /// <summary>Timers fire on time, as no real one does.</summary>
    public bool ExactTimers { get; init; }

    /// <summary>Every file comes with a version of so many devices that the next edits stand at the limit.</summary>
    public bool LongVectors { get; init; }

    /// <summary>Names are spelled in small letters and in capitals, so a disk that ignores case may have to lack one of two.</summary>
    public bool Respells { get; init; }

    public required IReadOnlyList<DeviceSetup> Devices { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>Where in the stream the draws of the last phase begin, in which all devices run and are joined.</summary>
    public long SettleDraws { get; init; }
}

/// <summary>One device before it is started for the first time.</summary>
internal sealed record DeviceSetup(string Name)
{
    /// <summary>How far its clock is ahead, in seconds.</summary>
    public int SkewSeconds { get; init; }

    public MemoryDiskOptions Disk { get; init; } = new();
}

/// <summary>Something happens, then the devices run for a while.</summary>
/// <param name="Draws">Where in the seed's stream the draws of the pause begin.</param>
internal sealed record Step(Operation Operation, Pause Pause, long Draws);

/// <summary>How long the devices run before the next operation.</summary>
internal abstract record Pause
{
    /// <summary>Not at all.</summary>
    public static Pause None { get; } = new Callbacks(0);

    /// <summary>Virtual time; at the end nothing is ready to run.</summary>
    public sealed record Time(int Milliseconds) : Pause;

    /// <summary>At most so many callbacks of the devices' loops; the next operation comes amid their work.</summary>
    public sealed record Callbacks(int Count) : Pause;
}

/// <summary>What is drawn of a seed, and how much.</summary>
internal sealed record HistoryOptions
{
    public const int MaxDevices = 10;
    public const int MaxOperations = 10_000;

    public int Devices { get; init; } = 3;

    public int Operations { get; init; } = 40;

    public bool ExactTimers { get; init; }

    public bool LongVectors { get; init; }
}
