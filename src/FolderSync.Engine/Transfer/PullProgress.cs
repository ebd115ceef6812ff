using FolderSync.Core.Model;
using FolderSync.Index;

namespace FolderSync.Engine.Transfer;

/// <summary>
/// How many bytes of a folder's needed files are here already: under way, fetched and waiting to be placed, or left in the temp file of a
/// try that failed. Together with the index's need it only ever goes forward. Thread-safe.
/// </summary>
internal sealed class PullProgress
{
    /// <summary>Files whose failed tries are remembered.</summary>
    private const int MostKept = 10_000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<FileName, Part> _parts = [];
    private IndexCounts? _frozen;

    public void Begin(FileTransfer transfer)
    {
        var (name, version) = (transfer.Target.Name, transfer.Target.Version);
        lock (_lock)
        {
            var kept = _parts.TryGetValue(name, out var before) && before.Version == version ? before.Bytes : 0;
            _parts[name] = new Part(version, transfer, kept);
        }
    }

    /// <summary>The try is over; what it got is still in the temp file.</summary>
    public void Keep(FileTransfer transfer)
    {
        lock (_lock)
        {
            if (_parts.TryGetValue(transfer.Target.Name, out var part) && part.Transfer == transfer)
                Keep(transfer.Target.Name, part);
        }
    }

    /// <summary>No pull goes on: what it left is in temp files.</summary>
    public void KeepAll()
    {
        lock (_lock)
        {
            foreach (var (name, part) in _parts.Where(p => p.Value.Transfer is not null).ToList())
                Keep(name, part);
        }
    }

    /// <summary>What was fetched of the file is gone again.</summary>
    public void Drop(FileName name)
    {
        lock (_lock)
            _parts.Remove(name);
    }

    /// <summary>Peers announced these: another version than the one that is being fetched counts for nothing.</summary>
    public void Supersede(IEnumerable<FileEntry> announced, IFolderIndex index)
    {
        List<(FileName Name, VersionVector Version)> concerned;
        lock (_lock)
        {
            if (_parts.Count == 0)
                return;
            concerned = [.. announced.Where(a => _parts.ContainsKey(a.Name)).Select(a => (a.Name, _parts[a.Name].Version))];
        }
        foreach (var (name, _) in concerned.Where(c => index.FindGlobal(c.Name)?.Version != c.Version))
            Drop(name);
    }

    /// <summary>Commits entries of this device; nobody sees their files counted twice, or not at all, while that goes on.</summary>
    public IReadOnlyList<FileEntry> Commit(IFolderIndex index, IReadOnlyList<FileEntry> entries)
    {
        lock (_lock)
            _frozen = index.Counts;
        IReadOnlyList<FileEntry> committed = [];
        try
        {
            return committed = index.CommitLocal(entries);
        }
        finally
        {
            lock (_lock)
            {
                foreach (var entry in committed)
                {
                    if (_parts.TryGetValue(entry.Name, out var part) && entry.Version.Covers(part.Version))
                        _parts.Remove(entry.Name);
                }
                _frozen = null;
            }
        }
    }

    /// <summary>The index's counts, and the bytes of what it calls needed that are here.</summary>
    public (IndexCounts Counts, long FetchedBytes) Read(IFolderIndex index)
    {
        lock (_lock)
            return (_frozen ?? index.Counts, _parts.Values.Sum(p => p.BytesNow));
    }

    private void Keep(FileName name, Part part)
    {
        if (part.BytesNow > 0 && _parts.Count <= MostKept)
            _parts[name] = new Part(part.Version, null, part.BytesNow);
        else
            _parts.Remove(name);
    }

    /// <param name="Bytes">What an earlier try left.</param>
    private sealed record Part(VersionVector Version, FileTransfer? Transfer, long Bytes)
    {
        public long BytesNow => Math.Max(Bytes, Transfer?.Progress().BytesDone ?? 0);
    }
}
