namespace FolderSync.Filesystem;

/// <summary>
/// Tells whether the file that answers to a path is really spelled that way. A filesystem may take `File` and `file` for one name, in one directory
/// and not in the next, whatever its traits say. So a name that also answers to another spelling is looked up in its directory's listing. Inode
/// numbers don't help: FUSE invents one for each spelling.
/// </summary>
/// <remarks>
/// Costs a stat or two a name where nothing is folded. What was found out is kept for the life of this object; whoever changes the disk
/// says so (<see cref="OnCreated"/>, <see cref="OnRemoved"/>). Not thread-safe.
/// </remarks>
public sealed class ExactNames(IFileSystem disk)
{
    /// <summary>Listed directories: folded leaf → leaves as listed, in NFC.</summary>
    private readonly Dictionary<LocalPath, Dictionary<string, List<string>>> _listings = [];

    /// <summary>Directories that exist exactly as spelled, and so do those above them.</summary>
    private readonly HashSet<LocalPath> _exact = [];

    /// <summary>
    /// The first part of the path that exists only under another spelling: the path itself or a directory above it. Null when everything is spelled
    /// that way or nothing is there.
    /// </summary>
    /// <exception cref="FileSystemException">The disk failed.</exception>
    public LocalPath? FindMisspelled(LocalPath path)
    {
        if (path.IsRoot || _exact.Contains(path))
            return null;
        if (FindMisspelled(path.Parent) is { } above)
            return above;
        return ExistsAs(path) == false ? path : null;
    }

    /// <summary>True when the path exists, spelled exactly so in all its parts.</summary>
    public bool Exists(LocalPath path) => disk.Stat(path) is not null && FindMisspelled(path) is null;

    /// <summary>The listed spelling of a misspelled path; null when no listed name resembles it.</summary>
    public LocalPath? ActualSpelling(LocalPath misspelled) =>
        Listing(misspelled.Parent).TryGetValue(Spellings.Fold(misspelled.Leaf), out var leaves) && leaves.Count > 0 ? misspelled.Parent.Child(leaves[0]) : null;

    /// <summary>The listed spelling of the whole path; null when nothing answers or no listed name resembles it.</summary>
    public LocalPath? ActualPath(LocalPath path)
    {
        if (path.IsRoot)
            return path;
        if (ActualPath(path.Parent) is not { } parent)
            return null;
        var there = parent.Child(path.Leaf);
        return disk.Stat(there) is null ? null : FindMisspelled(there) is null ? there : ActualSpelling(there);
    }

    /// <summary>Call after creating the name.</summary>
    public void OnCreated(LocalPath path)
    {
        Forget(path);
        if (!_listings.TryGetValue(path.Parent, out var listing))
            return;
        var leaf = Spellings.Composed(path.Leaf);
        if (!listing.TryGetValue(Spellings.Fold(leaf), out var leaves))
            listing.Add(Spellings.Fold(leaf), [leaf]);
        else if (!leaves.Contains(leaf))
            leaves.Add(leaf);
    }

    /// <summary>Call after removing the name.</summary>
    public void OnRemoved(LocalPath path)
    {
        Forget(path);
        if (_listings.TryGetValue(path.Parent, out var listing) && listing.TryGetValue(Spellings.Fold(path.Leaf), out var leaves))
            leaves.Remove(Spellings.Composed(path.Leaf));
    }

    private void Forget(LocalPath path)
    {
        if (_exact.Remove(path) | _listings.Remove(path))
        {
            // Forget everything below it, too.
            var below = path.Value + "/";
            _exact.RemoveWhere(p => p.Value.StartsWith(below, StringComparison.Ordinal));
            foreach (var listed in _listings.Keys.Where(p => p.Value.StartsWith(below, StringComparison.Ordinal)).ToList())
                _listings.Remove(listed);
        }
    }

    /// <summary>Null when nothing answers, false when it is spelled differently.</summary>
    private bool? ExistsAs(LocalPath path)
    {
        if (!_listings.ContainsKey(path.Parent) && !disk.TraitsAt(path).CaseInsensitive)
        {
            if (disk.Stat(path) is not { } stat)
                return null;
            if (!Spellings.VariantsOf(path.Leaf).Any(other => disk.Stat(path.Parent.Child(other)) is not null))
                return Note(path, stat.Kind);
        }
        if (disk.Stat(path) is not { } there)
            return null;
        var isFresh = !_listings.ContainsKey(path.Parent);
        if (!IsListed(path) && !isFresh)
        {
            // Another process may have created it since.
            _listings.Remove(path.Parent);
        }
        return IsListed(path) && Note(path, there.Kind);
    }

    private bool IsListed(LocalPath path)
    {
        var leaf = Spellings.Composed(path.Leaf);
        return Listing(path.Parent).TryGetValue(Spellings.Fold(leaf), out var leaves) && leaves.Contains(leaf);
    }

    private bool Note(LocalPath path, FileKind kind)
    {
        if (kind == FileKind.Directory)
            _exact.Add(path);
        return true;
    }

    private Dictionary<string, List<string>> Listing(LocalPath directory)
    {
        if (_listings.TryGetValue(directory, out var known))
            return known;
        var listing = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var child in disk.List(directory))
        {
            if (child.Leaf is not { } leaf)
                continue;
            var composed = Spellings.Composed(leaf);
            var folded = Spellings.Fold(composed);
            if (listing.TryGetValue(folded, out var leaves))
                leaves.Add(composed);
            else
                listing.Add(folded, [composed]);
        }
        return _listings[directory] = listing;
    }
}
