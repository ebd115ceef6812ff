using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>Chooses the names from which a scan starts, so that its findings are complete.</summary>
internal static class ScanRoots
{
    /// <summary>
    /// In tree order, none below another. A parent directory replaces a name whose parent is missing or unknown, since an entry must not be found
    /// before its directories. The parent also replaces a name that exists in another Unicode form, and an unknown name that exists in another
    /// spelling: only the directory's listing reveals twins and true spellings. If no names are given: the root.
    /// </summary>
    public static List<FileName> Of(IReadOnlyList<FileName> below, IFileSystem fs, IKnownEntries known, IgnoreRules ignores)
    {
        if (below.Count == 0)
            return [default];
        var looked = new Dictionary<FileName, (bool Stands, bool Known)>();
        var names = new ExactNames(fs);
        var lifted = Fold([.. below]);
        for (var i = 0; i < lifted.Count; i++)
            lifted[i] = Lift(lifted[i], fs, known, ignores, looked, names);
        return Fold(lifted);
    }

    private static List<FileName> Fold(List<FileName> names)
    {
        names.Sort();
        var folded = new List<FileName>(names.Count);
        foreach (var name in names)
        {
            if (folded.Count == 0 || (name != folded[^1] && !name.IsUnder(folded[^1])))
                folded.Add(name);
        }
        return folded;
    }

    private static FileName Lift(FileName name, IFileSystem fs, IKnownEntries known, IgnoreRules ignores, Dictionary<FileName, (bool Stands, bool Known)> looked,
        ExactNames names)
    {
        if (name.IsRoot)
            return name;
        var isIgnored = ignores.Match(name, isDirectory: false).Ignored;
        var lifted = name;
        for (var parent = name.Parent; !parent.IsRoot; parent = parent.Parent)
        {
            if (!looked.TryGetValue(parent, out var it))
                looked.Add(parent, it = (IsDirectory(parent, fs, names), IsKnown(known.Find(parent))));
            if (!it.Stands || (!it.Known && !isIgnored))
                lifted = parent;
        }
        if (!lifted.IsRoot && known.Find(lifted) is null && IsMisspelled(lifted, names))
            return TrueStart(lifted, known);
        return lifted == name && ExistsDecomposed(name, fs) ? name.Parent : lifted;
    }

    /// <summary>A file that answers to an unknown name may be spelled differently, and so may each unknown directory above it.</summary>
    private static FileName TrueStart(FileName name, IKnownEntries known)
    {
        do
            name = name.Parent;
        while (!name.IsRoot && !IsKnown(known.Find(name)));
        return name;
    }

    private static bool IsKnown(FileEntry? entry) => entry is { IsDirectory: true } && (entry.LocalFlags & LocalFlags.Ignored) == 0;

    private static bool ExistsDecomposed(FileName name, IFileSystem fs)
    {
        var leaf = name.Leaf;
        if (Ascii.IsValid(leaf) || leaf.Normalize(NormalizationForm.FormD) is var other && other == leaf)
            return false;
        try
        {
            return fs.Stat(LocalPath.Of(name.Parent).Child(other)) is { } decomposed && fs.Stat(LocalPath.Of(name)) is var composed &&
                   (composed is null || decomposed.Inode == 0 || decomposed.Inode != composed.Value.Inode);
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    private static bool IsDirectory(FileName name, IFileSystem fs, ExactNames names)
    {
        try
        {
            return fs.Stat(LocalPath.Of(name)) is { Kind: FileKind.Directory } && names.FindMisspelled(LocalPath.Of(name)) is null;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    private static bool IsMisspelled(FileName name, ExactNames names)
    {
        try
        {
            return names.FindMisspelled(LocalPath.Of(name)) is not null;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }
}
