using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// On a disk where `File` and `file` are the same, finds out whether what answers to a name really has that name. Listings are kept for
/// one batch; a name made or removed by it is told here.
/// </summary>
internal sealed class CaseTwins(IFileSystem disk)
{
    private readonly Dictionary<LocalPath, Dictionary<string, string>> _leaves = [];

    /// <summary>The other spelling that stands at the name or at a directory above it, null where there is none.</summary>
    public string? Of(FileName name)
    {
        if (!disk.Traits.CaseInsensitive)
            return null;
        var path = LocalPath.Root;
        foreach (var part in name.Value.Split('/'))
        {
            if (Leaves(path).TryGetValue(part.ToUpperInvariant(), out var leaf) && leaf != part)
                return path.Child(leaf).Value;
            path = path.Child(part);
        }
        return null;
    }

    public void Made(LocalPath path)
    {
        _leaves.Remove(path);
        if (_leaves.TryGetValue(path.Parent, out var leaves))
            leaves[path.Leaf.ToUpperInvariant()] = path.Leaf;
    }

    public void Gone(LocalPath path)
    {
        _leaves.Remove(path);
        if (_leaves.TryGetValue(path.Parent, out var leaves))
            leaves.Remove(path.Leaf.ToUpperInvariant());
    }

    private Dictionary<string, string> Leaves(LocalPath directory)
    {
        if (_leaves.TryGetValue(directory, out var known))
            return known;
        var leaves = new Dictionary<string, string>();
        if (directory.IsRoot || disk.Stat(directory) is { Kind: FileKind.Directory })
        {
            foreach (var child in disk.List(directory))
            {
                if (child.Leaf is { } leaf)
                    leaves[leaf.ToUpperInvariant()] = leaf.Normalize(NormalizationForm.FormC);
            }
        }
        return _leaves[directory] = leaves;
    }
}
