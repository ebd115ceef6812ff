namespace FolderSync.Index.Sqlite;

/// <summary>
/// The contents of local files that were committed last, by the first 8 bytes of the blocks hash. They go to the content table many
/// at a time: one by one, each would rewrite a page somewhere else. What is no longer true in it is found out at the look-up.
/// </summary>
internal sealed class ContentTail
{
    /// <summary>16 bytes each: 512 KiB.</summary>
    public const int Capacity = 32_768;

    private readonly Lock _lock = new();
    private readonly List<(long Prefix, long Sequence)> _contents = [];

    public int Count
    {
        get
        {
            lock (_lock) return _contents.Count;
        }
    }

    public void Add(IEnumerable<(long Prefix, long Sequence)> contents)
    {
        lock (_lock) _contents.AddRange(contents);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _contents.Clear();
            _contents.TrimExcess();
        }
    }

    public List<(long Prefix, long Sequence)> All()
    {
        lock (_lock) return [.. _contents];
    }

    public List<long> With(long prefix)
    {
        var sequences = new List<long>();
        lock (_lock)
        {
            foreach (var content in _contents)
            {
                if (content.Prefix == prefix)
                    sequences.Add(content.Sequence);
            }
        }
        return sequences;
    }
}
