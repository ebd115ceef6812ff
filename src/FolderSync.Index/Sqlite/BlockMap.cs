using System.Buffers.Binary;
using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// Block → place, by the hash's first 8 bytes: an open-addressing hash table of (prefix, local sequence, block index) that only grows. Entries may
/// be stale, so check the record. 16 bytes per slot.
/// </summary>
internal sealed class BlockMap
{
    /// <summary>At most 64 MiB of slots.</summary>
    public const int MaxSlots = 1 << 22;

    /// <summary>Places kept per block: content that occurs everywhere would otherwise make long runs.</summary>
    public const int MaxPlaces = 4;

    private ulong[] _prefixes = new ulong[1 << 12];
    private (uint Sequence, uint Block)[] _places = new (uint, uint)[1 << 12];
    private int _count;

    /// <summary>Contains everything local up to this sequence.</summary>
    public long UpTo { get; private set; }

    /// <summary>False once there are too many blocks: the map is useless then.</summary>
    public bool Fits { get; private set; } = true;

    /// <summary>Bytes in use.</summary>
    public long Memory => 16L * _prefixes.Length;

    public void Add(long sequence, BlockList blocks)
    {
        Fits &= sequence < uint.MaxValue;
        for (var i = 0; i < blocks.Count && Fits; i++)
        {
            if (blocks.SizeOf(i) > 0)
                Add(BinaryPrimitives.ReadUInt64BigEndian(blocks.HashBytes(i)), (uint)sequence, (uint)i);
        }
        if (!Fits)
            Release();
        UpTo = sequence;
    }

    /// <summary>Fills in possible places of the block (sequences and block indexes). Returns their number.</summary>
    public int Find(BlockHash block, Span<(long Sequence, int Block)> places)
    {
        var found = 0;
        for (var at = SlotOf(block.Prefix); _places[at].Sequence != 0; at = (at + 1) & (_places.Length - 1))
        {
            if (_prefixes[at] == block.Prefix && found < places.Length)
                places[found++] = (_places[at].Sequence, (int)_places[at].Block);
        }
        return found;
    }

    private void Add(ulong prefix, uint sequence, uint block)
    {
        if ((_count + 1) * 4L > _places.Length * 3L && !Grow())
        {
            Fits = false;
            return;
        }
        var same = 0;
        var at = SlotOf(prefix);
        for (; _places[at].Sequence != 0; at = (at + 1) & (_places.Length - 1))
        {
            if (_prefixes[at] == prefix && ++same == MaxPlaces)
                return;
        }
        _prefixes[at] = prefix;
        _places[at] = (sequence, block);
        _count++;
    }

    private bool Grow()
    {
        if (_places.Length == MaxSlots)
            return false;
        var (prefixes, places) = (_prefixes, _places);
        _prefixes = new ulong[places.Length * 2];
        _places = new (uint, uint)[places.Length * 2];
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i].Sequence == 0)
                continue;
            var at = SlotOf(prefixes[i]);
            while (_places[at].Sequence != 0)
                at = (at + 1) & (_places.Length - 1);
            _prefixes[at] = prefixes[i];
            _places[at] = places[i];
        }
        return true;
    }

    private void Release()
    {
        _prefixes = [0];
        _places = [(0, 0)];
    }

    // Peers could choose the first bytes of their hashes; the multiplication spreads similar prefixes.
    private int SlotOf(ulong prefix) => (int)((prefix * 0x9E3779B97F4A7C15) >> 33) & (_places.Length - 1);
}
