using System.Collections.Immutable;
using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>One device in a folder's index.</summary>
/// <param name="Slot">Its number in the records; 0 is this device. A number is never reused for another device.</param>
/// <param name="Entries">The number of names with an entry of this device.</param>
/// <param name="NeedCorrection">Its need minus the need of a device without entries. So a name that a device doesn't have costs nothing.</param>
internal sealed record DeviceRow(int Slot, DeviceId Id, ulong IndexId, long MaxSequence, long Entries, Counts NeedCorrection);

/// <summary>The totals of the whole index as of the last commit. Stored with each commit; readers see it as a whole.</summary>
/// <param name="ContentUpTo">Local entries up to this sequence are in the content table; later ones are only in memory.</param>
internal sealed record IndexState(
    ulong IndexId,
    long LocalSequence,
    long ContentUpTo,
    int NextSlot,
    Counts Global,
    Counts Local,
    Counts ReceiveOnly,
    ImmutableArray<DeviceRow> Devices)
{
    private const int SelfSlot = 0;

    public DeviceRow Self => Devices.First(d => d.Slot == SelfSlot);

    public IEnumerable<DeviceRow> Remotes => Devices.Where(d => d.Slot != SelfSlot);

    public DeviceRow? Find(DeviceId device)
    {
        foreach (var row in Devices)
        {
            if (row.Id == device) return row;
        }
        return null;
    }

    /// <summary>What the device lacks. A device without an entry lacks everything present.</summary>
    public Counts NeedOf(DeviceId device) => Global with { Deleted = 0 } + (Find(device)?.NeedCorrection ?? default);

    /// <summary>Replaces the row of the same device; rows are sorted by device.</summary>
    public IndexState With(DeviceRow row) =>
        this with { Devices = [.. Devices.Where(d => d.Id != row.Id).Append(row).OrderBy(d => d.Id)] };

    public IndexState Without(DeviceId device) => this with { Devices = [.. Devices.Where(d => d.Id != device)] };
}

/// <summary>Reads and writes the state's rows.</summary>
internal static class IndexStateRows
{
    private const int MetaId = -1;

    /// <summary>The stored state; null in a new database.</summary>
    public static IndexState? Load(IndexConnection db)
    {
        IndexState? state = null;
        var devices = new List<DeviceRow>();
        var statement = db.Prepare("SELECT id, record FROM meta ORDER BY id");
        try
        {
            while (statement.Step())
            {
                var id = statement.Long(0);
                var content = IndexConnection.VerifyChecksum(statement.Blob(1), BitConverter.GetBytes(id), "The head");
                if (id == MetaId)
                    state = ReadMeta(content.Span);
                else
                    devices.Add(ReadDevice((int)id, content.Span));
            }
        }
        finally
        {
            statement.Reset();
        }
        return state is null ? null : state with { Devices = [.. devices.OrderBy(d => d.Id)] };
    }

    /// <summary>Stores the differences from <paramref name="before"/> in the caller's transaction.</summary>
    public static void Save(IndexConnection db, IndexState? before, IndexState state)
    {
        var writer = new RecordWriter();
        writer.Fixed(state.IndexId);
        writer.Varint(state.LocalSequence);
        writer.Varint(state.ContentUpTo);
        writer.Varint(state.NextSlot);
        WriteCounts(writer, state.Global);
        WriteCounts(writer, state.Local);
        WriteCounts(writer, state.ReceiveOnly);
        Put(db, MetaId, writer);
        foreach (var device in state.Devices)
        {
            if (before?.Find(device.Id) == device)
                continue;
            writer.Clear();
            writer.Bytes(device.Id.ToBytes());
            writer.Fixed(device.IndexId);
            writer.Varint(device.MaxSequence);
            writer.Varint(device.Entries);
            WriteCounts(writer, device.NeedCorrection);
            Put(db, device.Slot, writer);
        }
        foreach (var gone in before?.Devices.Where(d => state.Devices.All(s => s.Slot != d.Slot)) ?? [])
            db.Prepare("DELETE FROM meta WHERE id=?").Bind(1, gone.Slot).Run();
    }

    private static void Put(IndexConnection db, long id, RecordWriter record) =>
        db.Prepare("INSERT OR REPLACE INTO meta(id, record) VALUES(?,?)")
            .Bind(1, id)
            .Bind(2, IndexConnection.AddChecksum(record.Written, BitConverter.GetBytes(id)))
            .Run();

    private static IndexState ReadMeta(ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        return new IndexState(
            reader.Fixed(), reader.Signed(), reader.Signed(), reader.Int(), ReadCounts(ref reader), ReadCounts(ref reader), ReadCounts(ref reader), []);
    }

    private static DeviceRow ReadDevice(int slot, ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        return new DeviceRow(
            slot, new DeviceId(reader.Bytes(DeviceId.Length)), reader.Fixed(), reader.Signed(), reader.Signed(), ReadCounts(ref reader));
    }

    private static void WriteCounts(RecordWriter to, Counts counts)
    {
        to.Zigzag(counts.Files);
        to.Zigzag(counts.Directories);
        to.Zigzag(counts.Symlinks);
        to.Zigzag(counts.Deleted);
        to.Zigzag(counts.Bytes);
    }

    private static Counts ReadCounts(ref RecordReader reader) =>
        new(reader.Zigzag(), reader.Zigzag(), reader.Zigzag(), reader.Zigzag(), reader.Zigzag());
}
