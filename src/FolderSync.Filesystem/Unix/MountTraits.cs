namespace FolderSync.Filesystem.Unix;

/// <summary>What other filesystems that are mounted below the root can do, as listings met them. Thread-safe.</summary>
internal sealed class MountTraits
{
    private readonly Lock _lock = new();

    /// <summary>By where they are mounted; replaced as a whole.</summary>
    private volatile Mounted[] _mounts = [];

    /// <summary>Null where no other filesystem is mounted above the path, or at it.</summary>
    public FileSystemTraits? Find(LocalPath path)
    {
        Mounted? best = null;
        foreach (var mount in _mounts)
        {
            if (IsAtOrUnder(path.Value, mount.At.Value) && (best is null || mount.At.Value.Length > best.At.Value.Length))
                best = mount;
        }
        return best?.Traits;
    }

    /// <summary>A directory was listed.</summary>
    /// <param name="number">What the directory lies on.</param>
    /// <param name="probe">Finds out what the filesystem of a child can do.</param>
    public void OnListed(LocalPath directory, ulong number, List<DirectoryChild> children, Func<LocalPath, FileSystemTraits> probe)
    {
        var known = _mounts;
        foreach (var child in children)
        {
            if (child is not { Leaf: { } leaf, Stat: { Kind: FileKind.Directory, Mount: not 0 and var mount } })
                continue;
            // Nearly always there is neither a mount nor one that was.
            if (mount == number && known.Length == 0)
                continue;
            var at = directory.Child(leaf);
            if (mount == number)
                Set(at, null);
            else if (!Array.Exists(known, m => m.At == at && m.Number == mount))
                Set(at, new Mounted(at, mount, probe(at)));
        }
    }

    private void Set(LocalPath at, Mounted? mount)
    {
        lock (_lock)
        {
            if (mount is not null || Array.Exists(_mounts, m => m.At == at))
                _mounts = [.. _mounts.Where(m => m.At != at), .. mount is null ? Array.Empty<Mounted>() : [mount]];
        }
    }

    private static bool IsAtOrUnder(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');

    private sealed record Mounted(LocalPath At, ulong Number, FileSystemTraits Traits);
}
