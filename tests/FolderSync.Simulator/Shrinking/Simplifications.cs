using FolderSync.Engine.Configuring;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.Histories;

namespace FolderSync.Simulator.Shrinking;

/// <summary>
/// Histories that are one step simpler: fewer devices, fewer faults, fewer files. Each is simpler by a measure that can't decrease for ever, so
/// that simplifying terminates.
/// </summary>
internal static class Simplifications
{
    private static readonly Func<MemoryDiskOptions, MemoryDiskOptions>[] Disks =
    [
        _ => new MemoryDiskOptions(),
        d => d with { CaseInsensitive = false, CaseUnrecognized = false, SpelledInodes = false },
        d => d with { FormInsensitive = false, ListsDecomposed = false },
        d => d with { ListsDecomposed = false },
        d => d with { CaseUnrecognized = false },
        d => d with { SpelledInodes = false },
        d => d with { Exchange = true },
        d => d with { SyncAll = true },
        d => d with { ChangeTimes = true },
        d => d with { Inodes = true },
    ];

    public static IEnumerable<History> Of(History history) =>
        [.. FewerDevices(history), .. SimplerSetup(history), .. FewerFaults(history), .. FewerFiles(history), .. FewerPatterns(history), .. ShorterContents(history), .. FewerPauses(history)];

    private static IEnumerable<History> FewerDevices(History history) => history.Devices.Count == 1 ? [] : history.Devices.Select(gone => history with
    {
        Devices = [.. history.Devices.Where(d => d != gone)],
        Steps = [.. history.Steps.Where(s => !s.Operation.Devices.Contains(gone.Name))],
    });

    private static IEnumerable<History> SimplerSetup(History history)
    {
        if (history.LongVectors)
            yield return history with { LongVectors = false };
        if (history.Holds is not null)
            yield return history with { Holds = null };
        if (history.Topology != Topology.FullMesh)
            yield return history with { Topology = Topology.FullMesh };
        if (history.Versioning != VersioningKind.None)
            yield return history with { Versioning = VersioningKind.None };
        if (!history.ExactTimers)
            yield return history with { ExactTimers = true };
        if (history.Respells && !history.Devices.Any(d => d.Disk.CaseInsensitive))
            yield return history with { Respells = false };
        foreach (var device in history.Devices)
        {
            if (device.SkewSeconds != 0)
                yield return With(history, device, device with { SkewSeconds = 0 });
            foreach (var disk in Disks.Select(simpler => simpler(device.Disk)).Where(d => d != device.Disk))
                yield return With(history, device, device with { Disk = disk });
        }
    }

    private static IEnumerable<History> FewerFaults(History history) => EachStep(history, s => s.Operation switch
    {
        Operation.Crash crash => s with { Operation = new Operation.Kill(crash.Device) },
        Operation.Kill kill => s with { Operation = new Operation.Stop(kill.Device) },
        _ => null,
    });

    /// <summary>One name instead of two, the simpler one.</summary>
    private static IEnumerable<History> FewerFiles(History history)
    {
        var names = history.Steps.SelectMany(s => s.Operation.Names).Append("a").Distinct(StringComparer.Ordinal).Order(ByLength).ToList();
        for (var i = names.Count - 1; i > 0; i--)
        {
            for (var j = 0; j < i; j++)
            {
                var (from, to) = (names[i], names[j]);
                yield return history with
                {
                    Steps = [.. history.Steps.Select(s => s with { Operation = s.Operation.WithNames(n => n == from ? to : n) })],
                };
            }
        }
    }

    private static IEnumerable<History> FewerPatterns(History history) =>
    [
        .. EachStep(history, s => s.Operation is Operation.Ignore { Lines.Count: > 0 } o ? s with { Operation = o with { Lines = [.. o.Lines.Skip(1)] } } : null),
        .. EachStep(history, s => s.Operation is Operation.Ignore { Lines.Count: > 1 } o ? s with { Operation = o with { Lines = [.. o.Lines.SkipLast(1)] } } : null),
        .. EachStep(history, s => s.Operation is Operation.WritePatterns { Lines.Count: > 0 } o ? s with { Operation = o with { Lines = [.. o.Lines.Skip(1)] } } : null),
    ];

    private static IEnumerable<History> ShorterContents(History history) => EachStep(history, s =>
        s.Operation is Operation.Write { Length: > Operation.Write.MinLength } write ? s with { Operation = write with { Length = Operation.Write.MinLength } } : null);

    private static IEnumerable<History> FewerPauses(History history) =>
    [
        .. EachStep(history, s => s.Pause == Pause.None ? null : s with { Pause = Pause.None }),
        .. EachStep(history, s => s.Pause is Pause.Time { Milliseconds: var ms } && ms > 0 && ms % 1000 != 0 ? s with { Pause = new Pause.Time(ms / 1000 * 1000) } : null),
        .. EachStep(history, s => s.Pause is Pause.Callbacks { Count: > 1 and var n } ? s with { Pause = new Pause.Callbacks(n / 2) } : null),
    ];

    private static Comparer<string> ByLength { get; } = Comparer<string>.Create(static (a, b) =>
        a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b));

    private static History With(History history, DeviceSetup old, DeviceSetup simpler) =>
        history with { Devices = [.. history.Devices.Select(d => d == old ? simpler : d)] };

    private static IEnumerable<History> EachStep(History history, Func<Step, Step?> simpler)
    {
        for (var i = 0; i < history.Steps.Count; i++)
        {
            if (simpler(history.Steps[i]) is { } step)
                yield return history with { Steps = [.. history.Steps.Take(i), step, .. history.Steps.Skip(i + 1)] };
        }
    }
}
