using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem;

namespace FolderSync.Engine.Queries;

/// <summary>Walks a folder's disk and counts what patterns would ignore. Reads names only.</summary>
internal sealed class IgnoreSurvey(IFileSystem disk, IgnoreRules rules, long skip, int take, CancellationToken cancellation)
{
    private readonly List<IgnoredName> _items = [];
    private long _total;
    private long _files;
    private long _bytes;

    public IgnoredPreview Run()
    {
        Walk(default);
        return new IgnoredPreview(null, null, _total, _items, _files, _bytes);
    }

    private void Walk(FileName directory)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var (name, stat) in Children(directory))
        {
            if (InternalNames.IsInternal(name))
                continue;
            var isDirectory = stat.Kind == FileKind.Directory;
            var match = rules.Match(name, isDirectory);
            if (match.Ignored)
                Note(name, stat, match.Pattern);
            if (!isDirectory)
                continue;
            if (match is { Ignored: true, CanSkip: true })
                Count(name);
            else
                Walk(name);
        }
    }

    private void Note(FileName name, FileStat stat, IgnorePattern? pattern)
    {
        if (stat.Kind == FileKind.File)
            (_files, _bytes) = (_files + 1, _bytes + stat.Size);
        if (_total++ < skip || _items.Count >= take)
            return;
        var type = stat.Kind switch { FileKind.Directory => FileType.Directory, FileKind.Symlink => FileType.Symlink, _ => FileType.File };
        _items.Add(new IgnoredName(name, type, pattern?.ToString()));
    }

    /// <summary>Everything below a fully ignored directory.</summary>
    private void Count(FileName directory)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var (name, stat) in Children(directory))
        {
            if (stat.Kind == FileKind.Directory)
                Count(name);
            else if (stat.Kind == FileKind.File)
                (_files, _bytes) = (_files + 1, _bytes + stat.Size);
        }
    }

    private IEnumerable<(FileName Name, FileStat Stat)> Children(FileName directory)
    {
        List<DirectoryChild> children;
        try
        {
            children = disk.List(LocalPath.Of(directory));
        }
        catch (FileSystemException)
        {
            // The scan reports what can't be read.
            yield break;
        }
        children.Sort((a, b) => string.CompareOrdinal(a.Leaf, b.Leaf));
        foreach (var child in children)
        {
            if (child.Leaf is { } leaf && child.Stat.Kind != FileKind.Other && FileName.TryParse(directory.Child(leaf).Value, out var name, out _))
                yield return (name, child.Stat);
        }
    }
}
