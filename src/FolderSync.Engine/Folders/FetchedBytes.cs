using FolderSync.Core.Model;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>A file that is being fetched.</summary>
internal interface IFileFetch
{
    FileName Name { get; }

    VersionVector Version { get; }

    /// <summary>Bytes already here.</summary>
    long BytesDone { get; }
}

/// <summary>
/// Counts the bytes of a folder's needed files that are already here: being fetched, waiting to be placed, or left in the temp file of a failed
/// attempt. Together with the index's need they only grow. Thread-safe.
/// </summary>
internal sealed class FetchedBytes
{
    /// <summary>Files whose failed attempts are remembered.</summary>
    private const int MaxKept = 10_000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<FileName, Part> _parts = [];
    private IndexCounts? _frozen;

    public void Begin(IFileFetch fetch)
    {
        lock (_lock)
        {
            var kept = _parts.TryGetValue(fetch.Name, out var before) && before.Version == fetch.Version ? before.Bytes : 0;
            _parts[fetch.Name] = new Part(fetch.Version, fetch, kept);
        }
    }

    /// <summary>The attempt ended; its blocks are still in the temp file.</summary>
    public void Keep(IFileFetch fetch)
    {
        lock (_lock)
        {
            if (_parts.TryGetValue(fetch.Name, out var part) && part.Fetch == fetch)
                Keep(fetch.Name, part);
        }
    }

    /// <summary>No pull is running; temp files hold what was fetched.</summary>
    public void KeepAll()
    {
        lock (_lock)
        {
            foreach (var (name, part) in _parts.Where(p => p.Value.Fetch is not null).ToList())
                Keep(name, part);
        }
    }

    /// <summary>The fetched part of the file is lost.</summary>
    public void Drop(FileName name)
    {
        lock (_lock)
            _parts.Remove(name);
    }

    /// <summary>Peers announced these: bytes of any other version no longer count.</summary>
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

    /// <summary>Commits entries of this device. Meanwhile nobody sees their files counted twice, or not at all.</summary>
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

    /// <summary>The index's counts, and the bytes here that it still counts as needed.</summary>
    public (IndexCounts Counts, long FetchedBytes) Read(IFolderIndex index)
    {
        lock (_lock)
            return (_frozen ?? index.Counts, _parts.Values.Sum(p => p.BytesNow));
    }

    private void Keep(FileName name, Part part)
    {
        if (part.BytesNow > 0 && _parts.Count <= MaxKept)
            _parts[name] = new Part(part.Version, null, part.BytesNow);
        else
            _parts.Remove(name);
    }

    /// <param name="Bytes">The bytes left by an earlier attempt.</param>
    private sealed record Part(VersionVector Version, IFileFetch? Fetch, long Bytes)
    {
        public long BytesNow => Math.Max(Bytes, Fetch?.BytesDone ?? 0);
    }
}
