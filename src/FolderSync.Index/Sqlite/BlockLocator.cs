using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// Finds blocks in local files. The first query scans all local block lists and builds a map; later ones only add new commits. Beyond 3 million
/// blocks the map would be too big, so each query scans.
/// </summary>
internal sealed class BlockLocator
{
    private readonly Lock _lock = new();
    private BlockMap? _map;

    /// <summary>Bytes in use.</summary>
    public long Memory
    {
        get
        {
            lock (_lock) return _map?.Memory ?? 0;
        }
    }

    /// <summary>Drops the map while nothing is needed.</summary>
    public void Release()
    {
        lock (_lock) _map = null;
    }

    public Dictionary<BlockHash, BlockLocation> Locate(IndexReader reader, IndexConnection db, IReadOnlyCollection<BlockHash> blocks)
    {
        var found = new Dictionary<BlockHash, BlockLocation>();
        if (blocks.Count == 0)
            return found;
        lock (_lock)
        {
            var built = _map is null;
            var map = Extend(_map ?? new BlockMap(), reader, db);
            if (map.Fits && !LookUp(map, reader, db, blocks, found) && !built)
            {
                // The map knew only places that are gone: the block may exist elsewhere.
                map = Extend(new BlockMap(), reader, db);
                if (map.Fits)
                    LookUp(map, reader, db, blocks, found);
            }
            _map = map;
            if (!map.Fits)
                Scan(reader, db, blocks, found);
        }
        return found;
    }

    private static BlockMap Extend(BlockMap map, IndexReader reader, IndexConnection db)
    {
        if (map.Fits)
        {
            reader.LocalSince(map.UpTo, record =>
            {
                if (BlocksOf(record, db) is { } list)
                    map.Add(record.Versions[0].Sequence, list);
                return map.Fits;
            });
        }
        return map;
    }

    /// <summary>Adds places that the map knows and the records confirm. False when all known places of a block are gone.</summary>
    private static bool LookUp(
        BlockMap map, IndexReader reader, IndexConnection db, IReadOnlyCollection<BlockHash> blocks, Dictionary<BlockHash, BlockLocation> found)
    {
        Span<(long Sequence, int Block)> places = stackalloc (long, int)[BlockMap.MaxPlaces];
        var upToDate = true;
        (long Sequence, FileName Name, BlockList? List) last = default;
        foreach (var block in blocks)
        {
            if (found.ContainsKey(block))
                continue;
            var count = map.Find(block, places);
            for (var i = 0; i < count && !found.ContainsKey(block); i++)
            {
                if (places[i].Sequence != last.Sequence)
                {
                    var record = reader.FindLocal(places[i].Sequence);
                    last = (places[i].Sequence, record?.Name ?? default, record is null ? null : BlocksOf(record, db));
                }
                if (last.List is { } list && places[i].Block < list.Count && list[places[i].Block] is var place && place.Hash == block)
                    found[block] = new BlockLocation(last.Name, place.Offset, place.Size);
            }
            upToDate &= count == 0 || found.ContainsKey(block);
        }
        return upToDate;
    }

    private static void Scan(IndexReader reader, IndexConnection db, IReadOnlyCollection<BlockHash> blocks, Dictionary<BlockHash, BlockLocation> found)
    {
        var wanted = new HashSet<BlockHash>(blocks);
        wanted.ExceptWith(found.Keys);
        reader.LocalSince(0, record =>
        {
            var list = BlocksOf(record, db);
            for (var i = 0; i < (list?.Count ?? 0); i++)
            {
                var block = list![i];
                if (block.Size > 0 && wanted.Remove(block.Hash))
                    found[block.Hash] = new BlockLocation(record.Name, block.Offset, block.Size);
            }
            return wanted.Count > 0;
        });
    }

    private static BlockList? BlocksOf(NameRecord record, IndexConnection db)
    {
        var body = record.BodyOf(0);
        return body.Deleted || body.Invalid || body.Type != FileType.File || (record.LocalFlags & ~LocalFlags.ReceiveOnlyChanged) != 0
            ? null
            : body.Decode(record.Name, db).Blocks;
    }
}
