using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Index;

namespace FolderSync.Engine.Serving;

/// <summary>A file that is open for serving.</summary>
/// <param name="entry">Its index entry when it was opened, without blocks.</param>
internal sealed class ServedFile(IReadFile file, FileEntry entry, long generation)
{
    public IReadFile File => file;

    public FileEntry Entry => entry;

    /// <summary>Commits up to this one are known not to concern it.</summary>
    public long Generation { get; set; } = generation;

    /// <summary>The disk has another file there now.</summary>
    public bool IsStale { get; set; }
}

/// <summary>
/// Keeps files open from which peers request blocks. Each is lent to one reader at a time; files whose names were committed since are closed, and
/// lent ones aren't taken back. Thread-safe.
/// </summary>
internal sealed class OpenFileCache : ICommitObserver, IDisposable
{
    private const int MaxFiles = 16;

    private readonly Lock _lock = new();
    private readonly LinkedList<ServedFile> _files = new();

    /// <summary>Raised with each commit.</summary>
    private long _generation;

    /// <summary>Lends the file and opens it if necessary; null if it must not be served. Blocks.</summary>
    /// <exception cref="FileSystemException">It can't be opened.</exception>
    public ServedFile? Borrow(IFolderIndex index, IFileSystem disk, FileName name)
    {
        long generation;
        lock (_lock)
        {
            generation = _generation;
            for (var node = _files.First; node is not null; node = node.Next)
            {
                if (node.Value.Entry.Name != name)
                    continue;
                _files.Remove(node);
                return node.Value;
            }
        }
        var entry = index.FindLocal(name);
        if (entry is not { IsFile: true, IsInvalid: false })
            return null;
        return new ServedFile(disk.OpenRead(LocalPath.Of(name)), entry with { Blocks = null, PreHashes = default }, generation);
    }

    public void Return(ServedFile file)
    {
        ServedFile? evicted = null;
        lock (_lock)
        {
            if (file.IsStale || file.Generation != _generation)
            {
                evicted = file;
            }
            else
            {
                _files.AddFirst(file);
                if (_files.Count > MaxFiles)
                {
                    evicted = _files.Last!.Value;
                    _files.RemoveLast();
                }
            }
        }
        evicted?.File.Dispose();
    }

    /// <summary>An open handle of a changed name, even one changed by a scan, knows the old size and maybe the old file.</summary>
    public void OnCommitted(IFolderIndex index, IReadOnlyList<FileEntry> entries)
    {
        var names = entries.Select(e => e.Name).ToHashSet();
        Drop(f => names.Contains(f.Entry.Name));
    }

    public void Dispose() => Drop(_ => true);

    private void Drop(Func<ServedFile, bool> which)
    {
        var dropped = new List<ServedFile>();
        lock (_lock)
        {
            _generation++;
            for (var node = _files.First; node is not null;)
            {
                var next = node.Next;
                node.Value.Generation = _generation;
                if (which(node.Value))
                {
                    dropped.Add(node.Value);
                    _files.Remove(node);
                }
                node = next;
            }
        }
        dropped.ForEach(d => d.File.Dispose());
    }
}
