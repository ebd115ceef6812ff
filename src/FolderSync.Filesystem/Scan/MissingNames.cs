using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>
/// Names that the walk didn't find. Only names are kept, since there may be as many as the folder has. Each is checked once more before it is
/// reported as deleted: editors save by removing and creating a file.
/// </summary>
internal sealed class MissingNames(IFileSystem fs, IKnownEntries known, IgnoreRules ignores)
{
    private List<FileName> _names = [];
    private int _next;

    public void Add(List<FileName> names)
    {
        if (names.Count == 0)
            return;
        _names = [.. _names.Concat(names).Distinct().Order()];
    }

    /// <summary>Removes the names that exist again: they have to be walked once more.</summary>
    public List<FileName> TakeReappeared(CancellationToken cancellation)
    {
        var again = new List<FileName>();
        _names.RemoveAll(name =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (!Exists(name))
                return false;
            again.Add(name);
            return true;
        });
        return again;
    }

    /// <summary>
    /// At most <paramref name="limit"/> findings in tree order, none at the end. Throws <see cref="RootUnavailableException"/> when none of them can be
    /// trusted.
    /// </summary>
    public List<ScanFinding> Next(int limit)
    {
        var findings = new List<ScanFinding>();
        while (_next < _names.Count && findings.Count < limit)
        {
            var name = _names[_next++];
            if (known.Find(name) is { Deleted: false } entry && !ignores.Match(name, entry.IsDirectory).Ignored && !Exists(name))
                findings.Add(new ScanFinding.Deleted(entry));
        }
        if (findings.Count > 0 && fs.CheckRoot() is var state and not RootState.Present)
            throw new RootUnavailableException(state);
        return findings;
    }

    /// <summary>Another spelling of the name on disk doesn't keep this one alive.</summary>
    private bool Exists(FileName name)
    {
        try
        {
            return new ExactNames(fs).Exists(LocalPath.Of(name));
        }
        catch (FileSystemException)
        {
            return true;
        }
    }
}
