namespace FolderSync.Core.Ignore;

/// <summary>Matches names against one pattern line: the line's own name wherever it may occur, and everything below.</summary>
internal abstract class LineMatcher
{
    private const int MaxPatternLength = 4096;

    private readonly Lazy<GlobProgram> _program;

    /// <summary>Text that every matching name contains: searching for it excludes almost all names quickly.</summary>
    private string _required = "";

    private LineMatcher(Lazy<GlobProgram> program) => _program = program;

    /// <summary>Set when the line matches exactly the names that contain this part.</summary>
    public virtual string? PlainLeaf => null;

    /// <param name="text">The line without prefixes, in lower case if it is case-insensitive.</param>
    /// <param name="globs">Everything that it expands to, each to be matched from the folder's root.</param>
    public static LineMatcher Compile(string text, IReadOnlyList<string> globs)
    {
        if (text.Length > MaxPatternLength)
            throw new FormatException($"The pattern is longer than {MaxPatternLength} characters.");
        if (text.Contains('\0'))
            throw new FormatException("The pattern holds a NUL character.");
        var (body, rooted, belowOnly) = Split(text);
        var nodes = GlobReader.Read(body, out var unclosed);
        var whole = unclosed || nodes.Count == 0
            ? globs.Select(g => GlobReader.Read(g, out _)).ToList()
            : Whole(nodes, rooted, belowOnly).ToList();
        var program = new Lazy<GlobProgram>(() => new GlobProgram(whole));
        if (unclosed)
            return new ByProgram(program);
        var matcher = Simple(nodes, rooted, belowOnly, program) ?? new ByProgram(program);
        matcher._required = LongestText(nodes);
        return matcher;
    }

    /// <param name="name">In lower case if the line is case-insensitive.</param>
    public bool Matches(string name) => name.Contains(_required, StringComparison.Ordinal) && MatchesWhole(name);

    /// <summary>True when something below <paramref name="directory"/> may match.</summary>
    public bool CanMatchBelow(string directory) => _program.Value.CanMatchBelow(directory);

    protected abstract bool MatchesWhole(string name);

    /// <summary>Strips what determines where a line matches: a leading slash or <c>**/</c>, a trailing slash or <c>/**</c>.</summary>
    private static (string Body, bool Rooted, bool BelowOnly) Split(string text)
    {
        var rooted = text.StartsWith('/');
        var body = rooted ? text[1..] : text.StartsWith("**/", StringComparison.Ordinal) ? text[3..] : text;
        if (body.EndsWith("/**", StringComparison.Ordinal))
            return (body[..^3], rooted, true);
        return body.EndsWith('/') ? (body[..^1], rooted, true) : (body, rooted, false);
    }

    /// <summary>The globs from the folder's root that <paramref name="body"/> expands to; common parts are written once.</summary>
    private static IEnumerable<IReadOnlyList<GlobNode>> Whole(IReadOnlyList<GlobNode> body, bool rooted, bool belowOnly)
    {
        var slash = new GlobNode.Literal('/');
        GlobNode[] deeper = [new GlobNode.DoubleStar(), slash], below = [slash, new GlobNode.DoubleStar()];
        IReadOnlyList<GlobNode> before = rooted ? [] : [new GlobNode.Alternatives([[], deeper])];
        IReadOnlyList<GlobNode> behind = belowOnly ? below : [new GlobNode.Alternatives([[], below])];
        yield return [.. before, .. body, .. behind];
        if (WithNoDirectoryBetween(body) is { } shorter)
            yield return [.. shorter, .. behind];
    }

    /// <summary>
    /// Plain text around one <c>/**/</c> also matches without a directory in its place, from the root: <c>a/**/b</c> matches <c>a/b</c>, as in
    /// Syncthing (and only there: not with other wildcards). Null for everything else.
    /// </summary>
    private static List<GlobNode>? WithNoDirectoryBetween(IReadOnlyList<GlobNode> body)
    {
        var nodes = body.ToList();
        var star = nodes.FindIndex(n => n is GlobNode.DoubleStar);
        if (star < 2 || star + 2 >= nodes.Count || !IsSlash(nodes[star - 1]) || !IsSlash(nodes[star + 1]))
            return null;
        nodes.RemoveRange(star, 2);
        return nodes.All(n => n is GlobNode.Literal) ? nodes : null;
    }

    private static string LongestText(IReadOnlyList<GlobNode> nodes)
    {
        var (best, start) = ("", 0);
        for (var i = 0; i <= nodes.Count; i++)
        {
            if (i < nodes.Count && nodes[i] is GlobNode.Literal)
                continue;
            if (SegmentGlob.TextOf(nodes.Skip(start).Take(i - start)) is var text && text.Length > best.Length)
                best = text;
            start = i + 1;
        }
        return best;
    }

    private static bool IsSlash(GlobNode node) => node is GlobNode.Literal { Rune: '/' };

    /// <summary>A faster matcher, or null when the line isn't one of the simple kinds.</summary>
    private static LineMatcher? Simple(IReadOnlyList<GlobNode> nodes, bool rooted, bool belowOnly, Lazy<GlobProgram> program)
    {
        if (nodes.Count == 0)
            return null;
        if (nodes.All(n => n is GlobNode.Literal))
            return new ByPath(program, SegmentGlob.TextOf(nodes), rooted, belowOnly);
        return SegmentGlob.Of(nodes, rooted, belowOnly) is { } parts ? new BySegment(program, parts, rooted, belowOnly) : null;
    }

    private sealed class ByProgram(Lazy<GlobProgram> program) : LineMatcher(program)
    {
        protected override bool MatchesWhole(string name) => _program.Value.Matches(name);
    }

    /// <summary>Plain text, one part or several.</summary>
    private sealed class ByPath(Lazy<GlobProgram> program, string path, bool rooted, bool belowOnly) : LineMatcher(program)
    {
        public override string? PlainLeaf => rooted || belowOnly || path.Contains('/') ? null : path;

        protected override bool MatchesWhole(string name)
        {
            if (rooted)
                return name.StartsWith(path, StringComparison.Ordinal) && EndsPart(name, path.Length);
            for (var at = 0; (at = name.IndexOf(path, at, StringComparison.Ordinal)) >= 0; at++)
            {
                if ((at == 0 || name[at - 1] == '/') && EndsPart(name, at + path.Length))
                    return true;
            }
            return false;
        }

        private bool EndsPart(string name, int end) => end == name.Length ? !belowOnly : name[end] == '/';
    }

    /// <summary>Any of several globs, each within one part of the name.</summary>
    private sealed class BySegment(Lazy<GlobProgram> program, SegmentGlob[] parts, bool rooted, bool belowOnly) : LineMatcher(program)
    {
        protected override bool MatchesWhole(string name)
        {
            var rest = name.AsSpan();
            while (true)
            {
                var slash = rest.IndexOf('/');
                if (slash < 0 && belowOnly)
                    return false;
                var part = slash < 0 ? rest : rest[..slash];
                foreach (var glob in parts)
                {
                    if (glob.Matches(part))
                        return true;
                }
                if (slash < 0 || rooted)
                    return false;
                rest = rest[(slash + 1)..];
            }
        }
    }
}
