using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>Reads the known entries of a subtree in step with the walk. Both are in tree order, so it looks at one entry at a time.</summary>
internal sealed class KnownCursor : IDisposable
{
    private readonly IEnumerator<FileEntry> _entries;

    public KnownCursor(IEnumerable<FileEntry> entries)
    {
        _entries = entries.GetEnumerator();
        Advance();
    }

    /// <summary>The next entry that hasn't been found on disk yet; null at the end.</summary>
    public FileEntry? Current { get; private set; }

    public void Advance() => Current = _entries.MoveNext() ? _entries.Current : null;

    /// <summary>The child's name. Reuses the known entry's name when that is the next one, which saves allocating most names.</summary>
    public FileName NameOf(FileName directory, string leaf)
    {
        if (Current is { } known)
        {
            var value = known.Name.Value.AsSpan();
            var prefix = directory.IsRoot ? 0 : directory.Value.Length + 1;
            if (value.Length == prefix + leaf.Length && value.EndsWith(leaf) && (prefix == 0 || known.Name.IsUnder(directory)))
                return known.Name;
        }
        return directory.Child(leaf);
    }

    /// <summary>Takes the entry of that name, or returns null. The entries before it must have been taken.</summary>
    public FileEntry? Take(FileName name)
    {
        if (Current is not { } known || known.Name != name)
            return null;
        Advance();
        return known;
    }

    /// <summary>Takes entries one by one while they sort before <paramref name="name"/>.</summary>
    public FileEntry? TakeBefore(FileName name)
    {
        if (Current is not { } known || known.Name.CompareTo(name) >= 0)
            return null;
        Advance();
        return known;
    }

    /// <summary>Takes entries one by one while they are below <paramref name="directory"/>.</summary>
    public FileEntry? TakeUnder(FileName directory)
    {
        if (Current is not { } known || !known.Name.IsUnder(directory))
            return null;
        Advance();
        return known;
    }

    public void SkipUnder(FileName directory)
    {
        while (TakeUnder(directory) is not null)
        {
        }
    }

    public void Dispose() => _entries.Dispose();
}
