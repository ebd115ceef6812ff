using System.Collections.Immutable;

namespace FolderSync.Core.Model;

/// <summary>How two version vectors compare.</summary>
public enum VectorOrder
{
    Equal,
    Newer,
    Older,

    /// <summary>Concurrent, and greater at the first counter (by device) that differs.</summary>
    ConcurrentGreater,

    /// <summary>Concurrent, and smaller at the first counter (by device) that differs.</summary>
    ConcurrentLesser,
}

/// <summary>One device's counter in a version vector.</summary>
public readonly record struct Counter(ShortId Device, ulong Value);

/// <summary>A version vector: counters sorted by device, each device once, none zero. Immutable, compared by value.</summary>
public readonly struct VersionVector : IEquatable<VersionVector>
{
    /// <summary>
    /// The highest allowed counter: a higher one is refused on arrival, and no local edit creates one (<see cref="Decide.EditVersion"/>).
    /// </summary>
    public const ulong MaxCounter = 1UL << 40;

    /// <summary>
    /// The maximum number of counters, as with <see cref="MaxCounter"/>. All devices need the same limit: what one creates, every other must
    /// accept.
    /// </summary>
    public const int MaxCounters = 1000;

    private readonly ImmutableArray<Counter> _counters;

    private VersionVector(ImmutableArray<Counter> sorted) => _counters = sorted;

    public static VersionVector Empty => default;

    /// <summary>Sorted by device.</summary>
    public ImmutableArray<Counter> Counters => _counters.IsDefault ? [] : _counters;

    public bool IsEmpty => Counters.Length == 0;

    /// <summary>True when every device accepts it.</summary>
    public bool IsWithinLimits => HasRoom(0);

    /// <summary>True when every device accepts it, even after any device has raised its counter once.</summary>
    public bool CanBeRaised => HasRoom(1);

    /// <summary>Sorts the counters; keeps the higher one of a device that occurs twice and drops zeros.</summary>
    public static VersionVector Of(IEnumerable<Counter> counters)
    {
        var list = counters.Where(c => c.Value != 0).OrderBy(c => c.Device).ThenByDescending(c => c.Value).ToList();
        for (var i = list.Count - 1; i > 0; i--)
        {
            if (list[i].Device == list[i - 1].Device)
                list.RemoveAt(i);
        }
        return new VersionVector([.. list]);
    }

    /// <summary>Takes counters that are already sorted by device, each device once, none zero.</summary>
    public static VersionVector OfSorted(ImmutableArray<Counter> sorted) => new(sorted);

    /// <summary>The device's counter, or 0.</summary>
    public ulong this[ShortId device]
    {
        get
        {
            foreach (var c in Counters)
            {
                if (c.Device == device) return c.Value;
            }
            return 0;
        }
    }

    /// <summary>
    /// Raises the device's counter to max(old + 1, <paramref name="unixSeconds"/>), so that a lost index can't reuse one. Ignores the limits:
    /// <see cref="Decide.EditVersion"/> creates the version of an edit.
    /// </summary>
    public VersionVector Raise(ShortId device, long unixSeconds)
    {
        var counters = Counters;
        var next = Math.Max(this[device] + 1, unixSeconds > 0 ? (ulong)unixSeconds : 0);
        for (var i = 0; i < counters.Length; i++)
        {
            if (counters[i].Device == device)
                return new VersionVector(counters.SetItem(i, new Counter(device, next)));
            if (counters[i].Device.CompareTo(device) > 0)
                return new VersionVector(counters.Insert(i, new Counter(device, next)));
        }
        return new VersionVector(counters.Add(new Counter(device, next)));
    }

    private bool HasRoom(int raises)
    {
        foreach (var c in Counters)
        {
            if (c.Value > MaxCounter - (ulong)raises) return false;
        }
        return Counters.Length + raises <= MaxCounters;
    }

    /// <summary>The least vector that covers both. Ignores the limits, like <see cref="Raise"/>.</summary>
    public VersionVector Merge(VersionVector other)
    {
        ImmutableArray<Counter> a = Counters, b = other.Counters;
        if (a.Length == 0) return other;
        if (b.Length == 0) return this;
        var merged = ImmutableArray.CreateBuilder<Counter>(a.Length + b.Length);
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            var order = i == a.Length ? 1 : j == b.Length ? -1 : a[i].Device.CompareTo(b[j].Device);
            if (order == 0)
                merged.Add(a[i].Value >= b[j].Value ? a[i] : b[j]);
            else
                merged.Add(order < 0 ? a[i] : b[j]);
            if (order <= 0) i++;
            if (order >= 0) j++;
        }
        return new VersionVector(merged.DrainToImmutable());
    }

    /// <summary>Newer: this has every change the other has, and more.</summary>
    public VectorOrder Compare(VersionVector other)
    {
        ImmutableArray<Counter> a = Counters, b = other.Counters;
        var result = VectorOrder.Equal;
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            var side = i == a.Length ? 1 : j == b.Length ? -1 : a[i].Device.CompareTo(b[j].Device);
            var values = side < 0 ? 1 : side > 0 ? -1 : a[i].Value.CompareTo(b[j].Value);
            if (values > 0)
            {
                if (result == VectorOrder.Older) return VectorOrder.ConcurrentLesser;
                result = VectorOrder.Newer;
            }
            else if (values < 0)
            {
                if (result == VectorOrder.Newer) return VectorOrder.ConcurrentGreater;
                result = VectorOrder.Older;
            }
            if (side <= 0) i++;
            if (side >= 0) j++;
        }
        return result;
    }

    public bool IsConcurrentWith(VersionVector other) =>
        Compare(other) is VectorOrder.ConcurrentGreater or VectorOrder.ConcurrentLesser;

    /// <summary>True when this has every change the other has.</summary>
    public bool Covers(VersionVector other) => Compare(other) is VectorOrder.Equal or VectorOrder.Newer;

    public bool Equals(VersionVector other) => Counters.AsSpan().SequenceEqual(other.Counters.AsSpan());

    public override bool Equals(object? obj) => obj is VersionVector other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var c in Counters)
        {
            hash.Add(c.Device.Value);
            hash.Add(c.Value);
        }
        return hash.ToHashCode();
    }

    public override string ToString() => "{" + string.Join(",", Counters.Select(c => $"{c.Device}:{c.Value}")) + "}";

    public static bool operator ==(VersionVector a, VersionVector b) => a.Equals(b);

    public static bool operator !=(VersionVector a, VersionVector b) => !a.Equals(b);
}
