using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>
/// Names that were missed. Only names are kept, since there may be as many as the folder has; each is looked for once more before
/// it is called gone, for editors save by removing and making anew.
/// </summary>
internal sealed class GoneNames(IFileSystem fs, IKnownEntries known, IgnoreRules ignores)
{
    private List<FileName> _names = [];
    private int _next;

    public void Add(List<FileName> names)
    {
        if (names.Count == 0)
            return;
        _names = [.. _names.Concat(names).Distinct().Order()];
    }

    /// <summary>Takes out those that stand on disk again: they are to be walked once more.</summary>
    public List<FileName> TakeReappeared(CancellationToken cancellation)
    {
        var again = new List<FileName>();
        _names.RemoveAll(name =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (!Stands(name))
                return false;
            again.Add(name);
            return true;
        });
        return again;
    }

    /// <summary>At most <paramref name="limit"/> findings in tree order, none at the end; <see cref="RootGoneException"/> if none may be believed.</summary>
    public List<ScanFinding> Next(int limit)
    {
        var findings = new List<ScanFinding>();
        while (_next < _names.Count && findings.Count < limit)
        {
            var name = _names[_next++];
            if (known.Find(name) is { Deleted: false } entry && !ignores.Match(name, entry.IsDirectory).Ignored && !Stands(name))
                findings.Add(new ScanFinding.Gone(entry));
        }
        if (findings.Count > 0 && fs.CheckRoot() is var state and not RootState.Present)
            throw new RootGoneException(state);
        return findings;
    }

    /// <summary>A name that stands there in another spelling only is no reason to keep this one.</summary>
    private bool Stands(FileName name)
    {
        try
        {
            return new ExactNames(fs).Stands(LocalPath.Of(name));
        }
        catch (FileSystemException)
        {
            return true;
        }
    }
}
