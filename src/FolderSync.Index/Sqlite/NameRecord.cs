using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>One device's version in a name's record.</summary>
/// <param name="Slot">The device.</param>
/// <param name="Body">The index of its body in the record.</param>
/// <param name="Needs">The device lacks the global version.</param>
internal readonly record struct StoredVersion(int Slot, int Body, bool Needs, long Sequence);

/// <summary>
/// Everything stored about one name: every device's version, which one is global, and who needs it. It is one row, so a commit decides about a name
/// from this row alone.
/// </summary>
/// <remarks>
/// <code>
/// needed here 1 | global version n | bodies n, (length, body)* | versions n, (slot, body * 2 + needs, sequence)* | local part
/// </code>
/// </remarks>
internal sealed class NameRecord(byte[] key)
{
    public const int SelfSlot = 0;

    private readonly List<EntryBody> _bodies = [];
    private readonly List<StoredVersion> _versions = [];
    private ReadOnlyMemory<byte> _localMetadata;
    private FileName? _name;

    public byte[] Key => key;

    public FileName Name => _name ??= NameKey.NameOf(key);

    /// <summary>Sorted by slot.</summary>
    public IReadOnlyList<StoredVersion> Versions => _versions;

    public int Global { get; private set; }

    /// <summary>True when this device lacks the global version.</summary>
    public bool NeededHere { get; private set; }

    public LocalFlags LocalFlags { get; private set; }

    public bool HasStoredPreHashes => LocalMetadata.HasStoredPreHashes(_localMetadata.Span);

    public bool HasLocal => _versions.Count > 0 && _versions[0].Slot == SelfSlot;

    public static NameRecord Read(byte[] key, ReadOnlySpan<byte> blob)
    {
        var record = new NameRecord(key);
        record.Parse(IndexConnection.VerifyChecksum(blob, key, "The record of a name"));
        return record;
    }

    public void WriteTo(RecordWriter to)
    {
        to.Byte(NeededHere ? (byte)1 : (byte)0);
        to.Varint(Global);
        to.Varint(_bodies.Count);
        foreach (var body in _bodies)
            to.Prefixed(body.Bytes.Span);
        to.Varint(_versions.Count);
        foreach (var version in _versions)
        {
            to.Varint(version.Slot);
            to.Varint((version.Body * 2) + (version.Needs ? 1 : 0));
            to.Varint(version.Sequence);
        }
        to.Bytes(_localMetadata.Span);
    }

    /// <summary>The index of the device's version in <see cref="Versions"/>, or -1.</summary>
    public int IndexOf(int slot)
    {
        for (var i = 0; i < _versions.Count; i++)
        {
            if (_versions[i].Slot == slot) return i;
        }
        return -1;
    }

    public EntryBody BodyOf(int version) => _bodies[_versions[version].Body];

    public bool IsInvalid(int version) => BodyOf(version).Invalid || (_versions[version].Slot == SelfSlot && LocalFlags != LocalFlags.None);

    /// <summary>True when this device's entry in the record was announced with that sequence.</summary>
    public bool IsLocal(long sequence) => HasLocal && _versions[0].Sequence == sequence;

    /// <param name="version">Index in <see cref="Versions"/>.</param>
    /// <param name="lists">Provides long lists; null for an entry without blocks and pre-hashes.</param>
    public FileEntry Entry(int version, IndexConnection? lists)
    {
        var it = _versions[version];
        var entry = _bodies[it.Body].Decode(Name, lists) with { Sequence = it.Sequence };
        return it.Slot == SelfSlot ? LocalMetadata.AddTo(entry, _localMetadata.Span, key, lists) : entry;
    }

    public void Set(int slot, long sequence, ReadOnlyMemory<byte> body)
    {
        Remove(slot);
        var at = _bodies.FindIndex(b => b.Bytes.Span.SequenceEqual(body.Span));
        if (at < 0)
        {
            at = _bodies.Count;
            _bodies.Add(new EntryBody(body));
        }
        var place = _versions.FindIndex(v => v.Slot > slot);
        _versions.Insert(place < 0 ? _versions.Count : place, new StoredVersion(slot, at, false, sequence));
    }

    public void SetLocalMetadata(ReadOnlyMemory<byte> part)
    {
        _localMetadata = part;
        LocalFlags = LocalMetadata.FlagsOf(part.Span);
    }

    public void Remove(int slot)
    {
        var at = IndexOf(slot);
        if (at < 0)
            return;
        var body = _versions[at].Body;
        _versions.RemoveAt(at);
        if (slot == SelfSlot)
            SetLocalMetadata(default);
        if (_versions.Exists(v => v.Body == body))
            return;
        _bodies.RemoveAt(body);
        for (var i = 0; i < _versions.Count; i++)
        {
            if (_versions[i].Body > body)
                _versions[i] = _versions[i] with { Body = _versions[i].Body - 1 };
        }
    }

    /// <summary>After a change, chooses the global version and who needs it, by Core's rules.</summary>
    public void Decide(DeviceSlots devices)
    {
        var entries = new FileEntry?[_versions.Count];
        Global = _bodies.Count == 1 && LocalFlags == LocalFlags.None ? FirstByDevice(devices) : Choose(devices, entries);
        for (var i = 0; i < _versions.Count; i++)
        {
            // A device with the global body has a covering vector.
            var needs = _versions[i].Body != _versions[Global].Body &&
                Need.IsNeeded(entries[i] ??= Entry(i, null), entries[Global] ??= Entry(Global, null));
            _versions[i] = _versions[i] with { Needs = needs };
        }
        NeededHere = HasLocal ? _versions[0].Needs : _versions.Count > 0 && IsNeededByOthers;
    }

    /// <summary>A device without an entry lacks it.</summary>
    public bool IsNeededByOthers => !IsInvalid(Global) && !BodyOf(Global).Deleted;

    /// <summary>Adds this name to the totals, or subtracts it.</summary>
    public void CountIn(IndexTotals totals, int sign)
    {
        if (_versions.Count == 0)
            return;
        var global = BodyOf(Global);
        var counts = global.Counts;
        if (!IsInvalid(Global))
            totals.Global = Sum(totals.Global, counts, sign);
        var missing = IsNeededByOthers ? counts : default;
        foreach (var version in _versions)
            totals.Add(version.Slot, sign, (version.Needs ? counts : default) - missing);
        if (!HasLocal)
            return;
        var local = BodyOf(0);
        if (!local.Invalid && (LocalFlags & ~LocalFlags.ReceiveOnlyChanged) == 0)
            totals.Local = Sum(totals.Local, local.Counts, sign);
        if ((LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0)
            totals.ReceiveOnly = Sum(totals.ReceiveOnly, local.Counts, sign);
    }

    /// <summary>Counts the record's references to long lists, each list once.</summary>
    public void CountLists(Dictionary<BlockHash, int> references, int sign)
    {
        for (var i = 0; i < _bodies.Count; i++)
        {
            if (!_bodies[i].HasList)
                continue;
            var list = _bodies[i].ListHash;
            var repeated = false;
            for (var j = 0; j < i; j++)
                repeated |= _bodies[j].HasList && _bodies[j].ListHash == list;
            if (!repeated)
                references[list] = references.GetValueOrDefault(list) + sign;
        }
    }

    private static Counts Sum(Counts a, Counts b, int sign) => sign > 0 ? a + b : a - b;

    private int FirstByDevice(DeviceSlots devices)
    {
        var first = 0;
        for (var i = 1; i < _versions.Count; i++)
        {
            if (devices[_versions[i].Slot].CompareTo(devices[_versions[first].Slot]) < 0)
                first = i;
        }
        return first;
    }

    private int Choose(DeviceSlots devices, FileEntry?[] entries)
    {
        if (_versions.Count <= 1)
            return 0;
        var order = new int[_versions.Count];
        for (var i = 0; i < order.Length; i++)
        {
            entries[i] = Entry(i, null);
            order[i] = i;
        }
        Array.Sort(order, (a, b) => devices[_versions[a].Slot].CompareTo(devices[_versions[b].Slot]));
        AddBlocksHashes(entries);
        return order[GlobalVersion.Choose(Array.ConvertAll(order, i => entries[i]!), HasLocal ? Array.IndexOf(order, 0) : -1)];
    }

    /// <summary>
    /// Different entries with equal vectors are ordered by their blocks hash, too. Nothing else of the blocks matters, so a list of one block
    /// stands in for the real one.
    /// </summary>
    private void AddBlocksHashes(FileEntry?[] entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            for (var j = 0; j < entries.Length; j++)
            {
                if (_versions[i].Body == _versions[j].Body || entries[i]!.Version != entries[j]!.Version)
                    continue;
                var hash = BodyOf(i).BlocksHash();
                if (!hash.IsNone)
                    entries[i] = entries[i]! with { Blocks = new BlockList(1, 0, new byte[BlockHash.Length], hash) };
                break;
            }
        }
    }

    private void Parse(ReadOnlyMemory<byte> content)
    {
        var reader = new RecordReader(content.Span);
        NeededHere = reader.Byte() != 0;
        Global = reader.Int();
        for (var n = reader.Int(); n > 0; n--)
        {
            var length = reader.Prefixed().Length;
            _bodies.Add(new EntryBody(content.Slice(reader.Offset - length, length)));
        }
        for (var n = reader.Int(); n > 0; n--)
        {
            var slot = reader.Int();
            var body = reader.Int();
            _versions.Add(new StoredVersion(slot, body / 2, (body & 1) != 0, reader.Signed()));
            if (body / 2 >= _bodies.Count)
                throw new IndexDamagedException($"The record of '{Name}' in the index names a version that it does not hold.");
        }
        if (Global >= _versions.Count)
            throw new IndexDamagedException($"The record of '{Name}' in the index names a version that it does not hold.");
        SetLocalMetadata(content[reader.Offset..]);
    }
}
