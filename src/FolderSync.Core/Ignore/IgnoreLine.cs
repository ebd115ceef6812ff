namespace FolderSync.Core.Ignore;

/// <summary>One pattern line, compiled.</summary>
/// <param name="Expanded">The patterns that it expands to, with their prefixes.</param>
internal sealed record IgnoreLine(
    IgnorePattern Pattern,
    bool Negated,
    bool CaseFolded,
    bool Deletable,
    IReadOnlyList<string> Expanded,
    LineMatcher Matcher)
{
    /// <summary>Compiles a line whose escape character is the backslash; throws <see cref="FormatException"/> with the reason.</summary>
    /// <param name="text">Trimmed, not empty.</param>
    /// <param name="alwaysFold">Patterns are case-insensitive on this platform.</param>
    public static IgnoreLine Compile(string text, IgnorePattern pattern, bool alwaysFold)
    {
        bool negated = false, folded = false, deletable = false;
        while (true)
        {
            if (!negated && text.StartsWith('!'))
                (negated, text) = (true, text[1..]);
            else if (!folded && text.StartsWith("(?i)", StringComparison.Ordinal))
                (folded, text) = (true, text[4..]);
            else if (!deletable && text.StartsWith("(?d)", StringComparison.Ordinal))
                (deletable, text) = (true, text[4..]);
            else
                break;
        }
        if (text.Length == 0)
            throw new FormatException("There is no pattern behind the prefix.");
        folded |= alwaysFold;
        if (folded)
            text = text.ToLowerInvariant();

        deletable &= !negated;
        var prefix = (deletable ? "(?d)" : "") + (folded ? "(?i)" : "") + (negated ? "!" : "");
        var shown = new List<string>();
        var globs = new List<string>();
        foreach (var one in WithBelow(text))
        {
            foreach (var (show, glob) in AtAnyDepth(one))
            {
                shown.Add(prefix + show);
                globs.Add(glob);
            }
        }
        return new IgnoreLine(pattern, negated, folded, deletable, shown, LineMatcher.Compile(text, globs));
    }

    /// <summary>A pattern also matches everything below; with a trailing slash, only that.</summary>
    private static string[] WithBelow(string text) =>
        text.EndsWith("/**", StringComparison.Ordinal) ? [text] : text.EndsWith('/') ? [text + "**"] : [text, text + "/**"];

    /// <summary>A pattern without a leading slash matches at the root and in every directory.</summary>
    private static (string Show, string Glob)[] AtAnyDepth(string text)
    {
        if (text.StartsWith('/'))
            return [(text, text[1..])];
        if (!text.StartsWith("**/", StringComparison.Ordinal))
            return [(text, text), ("**/" + text, "**/" + text)];
        return text.Length == 3 ? [(text, text)] : [(text, text), (text[3..], text[3..])];
    }
}
