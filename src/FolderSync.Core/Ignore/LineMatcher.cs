namespace FolderSync.Core.Ignore;

/// <summary>Matches names against one pattern line: the line's own name at any of its places, and all below.</summary>
internal abstract class LineMatcher
{
    private const int MaxPatternLength = 4096;

    private readonly Lazy<GlobProgram> _program;

    private LineMatcher(Lazy<GlobProgram> program) => _program = program;

    /// <summary>Set where the line matches just the names with this part in them.</summary>
    public virtual string? PlainLeaf => null;

    /// <param name="text">The line without prefixes, lower case if it is matched so.</param>
    /// <param name="globs">All that it stands for, each to be matched from the folder's root.</param>
    public static LineMatcher Compile(string text, IReadOnlyList<string> globs)
    {
        if (text.Length > MaxPatternLength)
            throw new FormatException($"The pattern is longer than {MaxPatternLength} characters.");
        if (text.Contains('\0'))
            throw new FormatException("The pattern holds a NUL character.");
        var read = globs.SelectMany(g => WithNoDirectoryBetween(GlobReader.Read(g, out _))).ToList();
        var program = new Lazy<GlobProgram>(() => new GlobProgram(read));
        return Simple(text, program) ?? new ByProgram(program);
    }

    /// <param name="name">Lower case if the line is.</param>
    public abstract bool Matches(string name);

    /// <summary>True when something below <paramref name="directory"/> may match.</summary>
    public virtual bool CanMatchBelow(string directory) => _program.Value.CanMatchBelow(directory);

    /// <summary>
    /// Plain text around one <c>/**/</c> matches with no directory in its place too: <c>a/**/b</c> is <c>a/b</c> as well, as Syncthing
    /// matches it (and only it: not where there are other wildcards).
    /// </summary>
    private static IEnumerable<IReadOnlyList<GlobNode>> WithNoDirectoryBetween(IReadOnlyList<GlobNode> glob)
    {
        yield return glob;
        var below = glob.Count > 2 && glob[^1] is GlobNode.DoubleStar && IsSlash(glob[^2]) ? 2 : 0;
        var own = glob.Take(glob.Count - below).ToList();
        var star = own.FindIndex(n => n is GlobNode.DoubleStar);
        if (star < 2 || star + 2 >= own.Count || !IsSlash(own[star - 1]) || !IsSlash(own[star + 1]))
            yield break;
        own.RemoveRange(star, 2);
        if (own.All(n => n is GlobNode.Literal))
            yield return [.. own, .. glob.Skip(glob.Count - below)];
    }

    private static bool IsSlash(GlobNode node) => node is GlobNode.Literal { Rune: '/' };

    /// <summary>A faster matcher, null where the line is none of the simple kinds.</summary>
    private static LineMatcher? Simple(string text, Lazy<GlobProgram> program)
    {
        var rooted = text.StartsWith('/');
        var body = rooted ? text[1..] : text.StartsWith("**/", StringComparison.Ordinal) ? text[3..] : text;
        var belowOnly = false;
        if (body.EndsWith("/**", StringComparison.Ordinal))
            (belowOnly, body) = (true, body[..^3]);
        else if (body.EndsWith('/'))
            (belowOnly, body) = (true, body[..^1]);
        var nodes = GlobReader.Read(body, out var unclosed);
        if (unclosed || nodes.Count == 0)
            return null;
        if (nodes.All(n => n is GlobNode.Literal))
            return new ByPath(program, PartGlob.TextOf(nodes), rooted, belowOnly);
        return PartGlob.Of(nodes, rooted, belowOnly) is { } parts ? new ByPart(program, parts, rooted, belowOnly) : null;
    }

    private sealed class ByProgram(Lazy<GlobProgram> program) : LineMatcher(program)
    {
        public override bool Matches(string name) => _program.Value.Matches(name);
    }

    /// <summary>Plain text, one part or several.</summary>
    private sealed class ByPath(Lazy<GlobProgram> program, string path, bool rooted, bool belowOnly) : LineMatcher(program)
    {
        public override string? PlainLeaf => rooted || belowOnly || path.Contains('/') ? null : path;

        public override bool Matches(string name)
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

    /// <summary>Any of some globs, each within one part of the name.</summary>
    private sealed class ByPart(Lazy<GlobProgram> program, PartGlob[] parts, bool rooted, bool belowOnly) : LineMatcher(program)
    {
        public override bool Matches(string name)
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
