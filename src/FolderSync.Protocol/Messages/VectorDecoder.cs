using System.Collections.Immutable;
using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Decodes version vectors.</summary>
internal static class VectorDecoder
{
    /// <param name="fault">What is wrong with the vector, to follow "has ..."; don't use the vector then.</param>
    public static VersionVector Read(ReadOnlySpan<byte> wire, out string? fault)
    {
        fault = null;
        ImmutableArray<Counter>.Builder? counters = null;
        var isSorted = true;
        var count = 0;
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            if (tag != Tags.Vector.Counter)
            {
                reader.Skip(tag);
                continue;
            }
            var counter = ReadCounter(reader.ReadBytes());
            fault ??= ++count > VersionVector.MaxCounters ? TooMany : counter.Value > VersionVector.MaxCounter ? TooHigh(counter.Value) : null;
            if (counter.Value == 0 || fault is not null)
                continue;
            counters ??= ImmutableArray.CreateBuilder<Counter>(1);
            isSorted &= counters.Count == 0 || counter.Device.CompareTo(counters[^1].Device) > 0;
            counters.Add(counter);
        }
        if (counters is null || fault is not null)
            return VersionVector.Empty;
        return isSorted ? VersionVector.OfSorted(counters.DrainToImmutable()) : Sorted(counters, ref fault);
    }

    private static string TooMany => $"has a version of more than {VersionVector.MaxCounters:N0} counters";

    private static string TooHigh(ulong value) => $"has a version counter of {value}, which is over 2^40 (caused by a wrong clock?)";

    private static VersionVector Sorted(IReadOnlyCollection<Counter> counters, ref string? fault)
    {
        var vector = VersionVector.Of(counters);
        if (vector.Counters.Length == counters.Count)
            return vector;
        fault = "has a version that names a device twice";
        return VersionVector.Empty;
    }

    private static Counter ReadCounter(ReadOnlySpan<byte> wire)
    {
        ulong id = 0, value = 0;
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Vector.CounterId: id = reader.ReadVarint(); break;
                case Tags.Vector.CounterValue: value = reader.ReadVarint(); break;
                default: reader.Skip(tag); break;
            }
        }
        return new Counter(new ShortId(id), value);
    }
}
