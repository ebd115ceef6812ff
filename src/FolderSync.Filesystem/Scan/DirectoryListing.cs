using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>One directory's children prepared for the walk: in tree order, with clean names.</summary>
/// <param name="Children">Sorted; every leaf is UTF-8 in NFC.</param>
/// <param name="Skipped">Leaves with a problem: their known entries are neither changed nor deleted. Null for none.</param>
internal sealed record DirectoryListing(List<DirectoryChild> Children, HashSet<string>? Skipped, List<FileProblem>? Problems)
{
    /// <summary>Lists and sorts the children; fails like <see cref="IFileSystem.List"/>.</summary>
    public static DirectoryListing Read(IFileSystem fs, FileName directory, IgnoreRules ignores, bool normalize)
    {
        var path = LocalPath.Of(directory);
        var children = fs.List(path);
        var odd = false;
        foreach (var child in children)
            odd |= child.Leaf is not { } leaf || !IsClean(leaf);
        DirectoryListing reading = odd
            ? new NameNormalizer(fs, directory, path, ignores, normalize).Clean(children)
            : new(children, null, null);
        reading.Children.Sort(static (a, b) => CompareLeaves(a.Leaf!, b.Leaf!));
        return MayHoldTooLong(directory) ? reading.WithoutTooLong(directory, ignores) : reading;
    }

    /// <summary>Spares almost every directory the check of each child.</summary>
    private static bool MayHoldTooLong(FileName directory) =>
        directory.Value.Length + 256 > EntryLimits.MaxNameBytes / 3 || directory.Value.AsSpan().Count('/') + 2 > EntryLimits.MaxDepth;

    /// <summary>Reports paths that are too long or too deep and skips everything below them. This also bounds the walk's memory.</summary>
    private DirectoryListing WithoutTooLong(FileName directory, IgnoreRules ignores)
    {
        var untouched = new HashSet<string>(Skipped ?? [], StringComparer.Ordinal);
        var told = (First: "", Why: "", Count: 0);
        foreach (var child in Children)
        {
            var name = directory.Child(child.Leaf!);
            if (EntryLimits.ValidateLength(name.Value) is not { } why)
                continue;
            untouched.Add(child.Leaf!);
            if (child.Stat.Kind != FileKind.Other && !ignores.Match(name, child.Stat.Kind == FileKind.Directory).Ignored)
                told = told.Count == 0 ? (name.Value, why, 1) : told with { Count = told.Count + 1 };
        }
        if (untouched.Count == 0)
            return this;
        var others = told.Count > 1 ? $" ({told.Count - 1:N0} more here are, too.)" : "";
        List<FileProblem> problems = [.. Problems ?? [], .. told.Count > 0 ? [new FileProblem(told.First, told.Why + others, Permanent: true)] : Array.Empty<FileProblem>()];
        return this with { Skipped = untouched, Problems = problems };
    }

    private static bool IsClean(string leaf) => Ascii.IsValid(leaf) || leaf.IsNormalized(NormalizationForm.FormC);

    /// <summary>The order of <see cref="FileName.CompareTo"/> between children of one directory.</summary>
    private static int CompareLeaves(string a, string b)
    {
        var i = a.AsSpan().CommonPrefixLength(b);
        if (i == a.Length || i == b.Length)
            return a.Length.CompareTo(b.Length);
        char x = a[i], y = b[i];
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? 1 : -1;
    }

    /// <summary>Takes out the names that are not UTF-8, renames a lone name to form C, leaves twins of other forms alone.</summary>
    private sealed class NameNormalizer(IFileSystem fs, FileName directory, LocalPath path, IgnoreRules ignores, bool normalize)
    {
        private readonly List<FileProblem> _problems = [];
        private readonly HashSet<string> _untouched = new(StringComparer.Ordinal);
        private readonly List<DirectoryChild> _clean = [];

        public DirectoryListing Clean(List<DirectoryChild> children)
        {
            var forms = CountForms(children);
            foreach (var child in children)
            {
                if (child.Leaf is not { } leaf)
                    Report(child.DisplayName, "Its name is not UTF-8, so it can't be synced. Rename it.", FileSystemError.Other);
                else if (Ascii.IsValid(leaf))
                    _clean.Add(child);
                else
                    TakeForm(child, leaf, leaf.Normalize(NormalizationForm.FormC), forms, children);
            }
            return new DirectoryListing(_clean, _untouched, _problems);
        }

        private static Dictionary<string, (int Count, bool HasComposed)> CountForms(List<DirectoryChild> children)
        {
            var forms = new Dictionary<string, (int Count, bool HasComposed)>(StringComparer.Ordinal);
            foreach (var child in children)
            {
                if (child.Leaf is not { } leaf || Ascii.IsValid(leaf))
                    continue;
                var composed = leaf.Normalize(NormalizationForm.FormC);
                ref var form = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(forms, composed, out _);
                form = (form.Count + 1, form.HasComposed || leaf == composed);
            }
            return forms;
        }

        private void TakeForm(DirectoryChild child, string leaf, string composed, Dictionary<string, (int Count, bool HasComposed)> forms, List<DirectoryChild> children)
        {
            var name = directory.Child(composed);
            var form = forms[composed];
            if (leaf == composed)
                _clean.Add(child);
            else if (form.Count > 1)
            {
                // The composed name is the one that is synced, where there is one.
                if (!form.HasComposed)
                    Skip(child, composed);
                Report(child.DisplayName, "Another name here differs from it only in how its letters are composed (Unicode NFC and NFD). It is not synced: rename it.",
                    FileSystemError.Exists);
            }
            else if (!ignores.Match(name, child.Stat.Kind == FileKind.Directory).Ignored)
                Compose(child, leaf, composed, children);
        }

        private void Compose(DirectoryChild child, string leaf, string composed, List<DirectoryChild> children)
        {
            try
            {
                var target = path.Child(composed);
                if (fs.Stat(target) is { } there)
                {
                    // Another name may answer, on a disk that ignores case and not form: then this one has no place under its composed name.
                    // By the times, since FUSE invents an inode number for each spelling.
                    if (there.Stamp with { Inode = 0 } != child.Stat.Stamp with { Inode = 0 } && children.Exists(c => c.Leaf is { } other && other != leaf && Spellings.Fold(other) == Spellings.Fold(composed)))
                    {
                        Report(child.DisplayName, "Another name here differs from it only in case once its letters are composed (Unicode NFC). It is not synced: rename it.", FileSystemError.Exists);
                        Skip(child, composed);
                        return;
                    }
                    // The disk takes both forms for one name and may store only this one: there is nothing to rename.
                    _clean.Add(child with { Leaf = composed });
                    return;
                }
                if (normalize)
                {
                    fs.Rename(path.Child(leaf), target, RenameMode.NoReplace);
                    if (fs.Stat(target) is { } stat)
                        _clean.Add(new DirectoryChild(composed, composed, stat));
                    return;
                }
                Report(child.DisplayName, "Its name is not in Unicode's composed form (NFC), so it can't be synced. Rename it.", FileSystemError.Other);
            }
            catch (FileSystemException e)
            {
                Report(child.DisplayName, $"Its name could not be changed to Unicode's composed form (NFC): {e.Message}", e.Error);
            }
            Skip(child, composed);
        }

        /// <summary>What is known of the name stays as it is.</summary>
        private void Skip(DirectoryChild child, string composed)
        {
            if (_untouched.Add(composed))
                _clean.Add(child with { Leaf = composed });
        }

        private void Report(string shown, string reason, FileSystemError error) =>
            _problems.Add(new FileProblem(directory.IsRoot ? shown : directory.Value + "/" + shown, reason, error));
    }
}
