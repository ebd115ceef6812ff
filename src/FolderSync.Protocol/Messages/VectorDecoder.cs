using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Version vectors as the wire has them.</summary>
internal static class VectorDecoder
{
    /// <summary>More counters than that no honest history has.</summary>
    public const int MaxCounters = 1000;

    /// <summary>Up to so many are added one by one, which is cheaper than sorting.</summary>
    private const int Few = 8;

    /// <param name="tooHigh">A counter is at <see cref="VersionVector.MaxCounter"/> or over; the vector is not to be used.</param>
    public static VersionVector Read(ReadOnlySpan<byte> wire, out bool tooHigh)
    {
        var vector = VersionVector.Empty;
        List<Counter>? many = null;
        ulong last = 0;
        var count = 0;
        tooHigh = false;
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            if (tag != Tags.Vector.Counter)
            {
                reader.Skip(tag);
                continue;
            }
            if (++count > MaxCounters)
                throw BepException.Violation($"A version vector has more than {MaxCounters} counters.");
            var counter = ReadCounter(reader.ReadBytes());
            if (counter.Value >= VersionVector.MaxCounter)
                tooHigh = true;
            if (counter.Value == 0 || tooHigh)
                continue;
            if (many is null && count <= Few && (vector.IsEmpty || counter.Device.Value > last))
                vector = vector.Raise(counter.Device, (long)counter.Value);
            else
                (many ??= [.. vector.Counters]).Add(counter);
            last = counter.Device.Value;
        }
        return many is null ? vector : Sorted(many);
    }

    public static VersionVector Of(VectorWire? wire, out bool tooHigh)
    {
        tooHigh = false;
        if (wire is null)
            return VersionVector.Empty;
        if (wire.Counters.Count > MaxCounters)
            throw BepException.Violation($"A version vector has more than {MaxCounters} counters.");
        tooHigh = wire.Counters.Any(c => c.Value >= VersionVector.MaxCounter);
        return Sorted([.. wire.Counters.Where(c => c.Value != 0).Select(c => new Counter(new ShortId(c.Id), c.Value))]);
    }

    private static VersionVector Sorted(List<Counter> counters)
    {
        var vector = VersionVector.Of(counters);
        if (vector.Counters.Length != counters.Count)
            throw BepException.Violation("A version vector names a device twice.");
        return vector;
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
