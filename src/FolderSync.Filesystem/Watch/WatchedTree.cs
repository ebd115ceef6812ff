using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Watch;

/// <summary>A directory that is watched or should be.</summary>
internal sealed class WatchedDirectory(WatchedDirectory? parent, string leaf)
{
    /// <summary>No watch.</summary>
    public const int None = -1;

    private Dictionary<string, WatchedDirectory>? _children;

    public WatchedDirectory? Parent => parent;

    public string Leaf => leaf;

    /// <summary>0: the root.</summary>
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    public int Watch { get; set; } = None;

    /// <summary>No longer part of the tree.</summary>
    public bool Gone { get; set; }

    public IEnumerable<WatchedDirectory> Children => _children?.Values ?? Enumerable.Empty<WatchedDirectory>();

    public WatchedDirectory? Child(string name) => _children?.GetValueOrDefault(name);

    public WatchedDirectory AddChild(string name)
    {
        var child = new WatchedDirectory(this, name);
        (_children ??= new Dictionary<string, WatchedDirectory>(1, StringComparer.Ordinal))[name] = child;
        return child;
    }

    public void RemoveChild(WatchedDirectory child)
    {
        if (_children?.GetValueOrDefault(child.Leaf) == child)
            _children.Remove(child.Leaf);
    }

    public LocalPath Path => parent is null ? LocalPath.Root : parent.Path.Child(leaf);

    /// <summary>The name of a child (null: of this directory). If that can't be a name, the nearest ancestor with one.</summary>
    public FileName NameOf(string? child)
    {
        var path = child is null ? Path : Path.Child(child);
        while (!path.IsRoot)
        {
            if (FileName.TryParse(path.Value, out var name, out _))
                return name;
            path = path.Parent;
        }
        return default;
    }
}

/// <summary>All watched directories of a folder, by place and by watch number.</summary>
internal sealed class WatchedTree
{
    private readonly Dictionary<int, WatchedDirectory> _byWatch = [];

    public WatchedDirectory Root { get; private set; } = new(null, "");

    public int Count => _byWatch.Count;

    public void Clear()
    {
        _byWatch.Clear();
        Root = new WatchedDirectory(null, "");
    }

    public WatchedDirectory? Find(int watch) => _byWatch.GetValueOrDefault(watch);

    /// <summary>Assigns the number to the directory. If another place had it, the directory was moved from there: the new place counts.</summary>
    public void Set(WatchedDirectory directory, int watch)
    {
        if (_byWatch.TryGetValue(watch, out var before) && before != directory)
        {
            before.Watch = WatchedDirectory.None;
            before.Gone = true;
            before.Parent?.RemoveChild(before);
        }
        directory.Watch = watch;
        _byWatch[watch] = directory;
    }

    /// <summary>The kernel dropped the watch.</summary>
    public void Forget(int watch)
    {
        if (_byWatch.Remove(watch, out var directory))
            directory.Watch = WatchedDirectory.None;
    }

    /// <summary>Removes a directory and everything below it; returns the numbers of the watches to remove.</summary>
    public List<int> Remove(WatchedDirectory top)
    {
        top.Parent?.RemoveChild(top);
        var watches = new List<int>();
        var left = new Stack<WatchedDirectory>([top]);
        while (left.TryPop(out var directory))
        {
            directory.Gone = true;
            if (directory.Watch != WatchedDirectory.None && _byWatch.Remove(directory.Watch))
                watches.Add(directory.Watch);
            directory.Watch = WatchedDirectory.None;
            foreach (var child in directory.Children)
                left.Push(child);
        }
        return watches;
    }
}
