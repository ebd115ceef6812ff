using FolderSync.Core.Model;

namespace FolderSync.Core.Ignore;

/// <summary>Where a pattern is, for users who ask why something is ignored.</summary>
/// <param name="Text">The line, trimmed.</param>
/// <param name="File">Relative to the folder's root.</param>
/// <param name="Line">Counted from 1.</param>
public sealed record IgnorePattern(string Text, string File, int Line)
{
    public override string ToString() => $"{File}:{Line}: {Text}";
}

/// <summary>Why an ignore file is invalid, and where.</summary>
/// <param name="File">Relative to the folder's root.</param>
/// <param name="Line">Counted from 1.</param>
public sealed record IgnoreError(string File, int Line, string Message)
{
    public override string ToString() => $"{File}, line {Line}: {Message}";
}

/// <summary>What the patterns say about one name.</summary>
/// <param name="Ignored">Neither announced nor accepted from others.</param>
/// <param name="Deletable">Ignored, and may be removed when it prevents the deletion of a directory: (?d).</param>
/// <param name="CaseFolded">A case-insensitive pattern decided.</param>
/// <param name="CanSkip">An ignored directory below which nothing can be wanted: it needn't be read or watched.</param>
/// <param name="Pattern">The deciding pattern; null for internal names and when no pattern matches.</param>
public readonly record struct IgnoreResult(bool Ignored, bool Deletable, bool CaseFolded, bool CanSkip, IgnorePattern? Pattern);

/// <summary>
/// A folder's compiled ignore patterns: the first that matches a name or one of its parents decides. Immutable, thread-safe. Matching takes at most
/// the name's length times the patterns' length, whatever the patterns are.
/// </summary>
public sealed class IgnoreRules
{
    private readonly IgnoreLine[] _lines;

    /// <summary>The first line of each plain leaf. Most patterns are plain leaves: one lookup per part of the name covers all of them.</summary>
    private readonly Dictionary<string, int> _leaves = new(StringComparer.Ordinal);

    private readonly Dictionary<string, int> _foldedLeaves = new(StringComparer.Ordinal);

    /// <summary>Indexes of all other lines, ascending.</summary>
    private readonly int[] _others;

    private readonly int[] _negated;

    internal IgnoreRules(IReadOnlyList<string> source, IReadOnlyList<IgnoreLine> lines, IReadOnlyList<IgnoreError> errors, IEnumerable<string> included)
    {
        Source = source;
        Included = new SortedSet<FileName>([.. included.Select(i => FileName.TryParse(i, out var name, out _) ? name : default).Where(n => !n.IsRoot)]);
        Errors = errors;
        Expanded = [.. lines.SelectMany(l => l.Expanded)];
        _lines = [.. lines];
        var others = new List<int>();
        for (var i = 0; i < _lines.Length; i++)
        {
            if (_lines[i].Matcher.PlainLeaf is { } leaf)
                (_lines[i].CaseFolded ? _foldedLeaves : _leaves).TryAdd(leaf, i);
            else
                others.Add(i);
        }
        _others = [.. others];
        _negated = [.. Enumerable.Range(0, _lines.Length).Where(i => _lines[i].Negated)];
    }

    /// <summary>Ignores nothing but internal names.</summary>
    public static IgnoreRules None { get; } = new([], [], [], []);

    /// <summary>The ignore file's own lines, as read.</summary>
    public IReadOnlyList<string> Source { get; }

    /// <summary>Files of the folder that the ignore file includes, whether they are there or not: a change of one is a change of the patterns.</summary>
    public IReadOnlySet<FileName> Included { get; }

    /// <summary>All patterns in force, including those of included files, as Syncthing's REST API shows them under "expanded".</summary>
    public IReadOnlyList<string> Expanded { get; }

    /// <summary>All lines with a pattern, including those of included files; of equal ones the first.</summary>
    public IEnumerable<IgnorePattern> Patterns => _lines.Select(l => l.Pattern);

    /// <summary>All errors. While there are any, the folder must neither be scanned nor pulled, since it is unknown what to ignore.</summary>
    public IReadOnlyList<IgnoreError> Errors { get; }

    /// <summary>The first error, or null.</summary>
    public IgnoreError? Error => Errors.Count > 0 ? Errors[0] : null;

    /// <summary>True when both ignore the same names.</summary>
    public bool SameAs(IgnoreRules other) => Expanded.SequenceEqual(other.Expanded);

    /// <summary>What the patterns say about <paramref name="name"/>. Internal names and temporary files are always ignored.</summary>
    /// <param name="isDirectory"><see cref="IgnoreResult.CanSkip"/> is only computed for a directory.</param>
    public IgnoreResult Match(FileName name, bool isDirectory)
    {
        if (name.IsRoot)
            return default;
        if (InternalNames.IsInternal(name))
            return new IgnoreResult(Ignored: true, Deletable: false, CaseFolded: false, CanSkip: isDirectory, Pattern: null);
        if (_lines.Length == 0)
            return default;
        var folded = new FoldedName(name.Value);
        var index = FirstMatch(ref folded);
        if (index < 0)
            return default;
        var line = _lines[index];
        if (line.Negated)
            return new IgnoreResult(false, false, line.CaseFolded, false, line.Pattern);
        return new IgnoreResult(true, line.Deletable, line.CaseFolded, isDirectory && NothingWantedBelow(index, ref folded), line.Pattern);
    }

    /// <summary>
    /// True for an ignored directory below which no pattern can un-ignore anything. A directory that is ignored and can't be skipped must be read,
    /// and is synced itself if anything below it is.
    /// </summary>
    public bool CanSkipDirectory(FileName name) => Match(name, isDirectory: true).CanSkip;

    /// <summary>As <see cref="CanSkipDirectory"/>, but for directories that hold what the ignore file includes.</summary>
    public bool NeedNotWatch(FileName name) => CanSkipDirectory(name) && !Included.Any(i => i.IsUnder(name));

    private int FirstMatch(ref FoldedName name)
    {
        var best = int.MaxValue;
        if (_leaves.Count > 0)
            best = FirstLeaf(_leaves, name.Exact, best);
        if (_foldedLeaves.Count > 0)
            best = FirstLeaf(_foldedLeaves, name.Folded, best);
        foreach (var i in _others)
        {
            if (i >= best)
                break;
            if (_lines[i].Matcher.Matches(_lines[i].CaseFolded ? name.Folded : name.Exact))
                return i;
        }
        return best == int.MaxValue ? -1 : best;
    }

    private static int FirstLeaf(Dictionary<string, int> leaves, string name, int best)
    {
        var lookup = leaves.GetAlternateLookup<ReadOnlySpan<char>>();
        var rest = name.AsSpan();
        while (true)
        {
            var slash = rest.IndexOf('/');
            if (lookup.TryGetValue(slash < 0 ? rest : rest[..slash], out var index) && index < best)
                best = index;
            if (slash < 0)
                return best;
            rest = rest[(slash + 1)..];
        }
    }

    /// <summary>A line that ignores a directory ignores everything below it, so only earlier negated lines matter.</summary>
    private bool NothingWantedBelow(int deciding, ref FoldedName name)
    {
        foreach (var i in _negated)
        {
            if (i > deciding)
                return true;
            if (_lines[i].Matcher.CanMatchBelow(_lines[i].CaseFolded ? name.Folded : name.Exact))
                return false;
        }
        return true;
    }

    /// <summary>A name and, once requested, its lower case.</summary>
    private struct FoldedName(string exact)
    {
        private string? _folded;

        public string Exact { get; } = exact;

        public string Folded => _folded ??= Exact.ToLowerInvariant();
    }
}
