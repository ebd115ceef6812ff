namespace FolderSync.Core.Ignore;

/// <summary>
/// Finds patterns that Syncthing's glob library (as of 1.29) reads unlike its documentation, which is followed here. The cases are those of
/// <c>IgnoreRulesTests.Differs_from_Syncthing_on_purpose</c>.
/// </summary>
public static class SyncthingDifference
{
    /// <summary>What is different, as a sentence; null where both read the line alike.</summary>
    /// <param name="line">A pattern's line whose escape character is the backslash.</param>
    public static string? Of(string line)
    {
        var text = WithoutEscapes(line.Replace("(?i)", "", StringComparison.Ordinal).Replace("(?d)", "", StringComparison.Ordinal));
        if (HasEmptyAlternative(text))
            return "braces with an empty alternative, or one that ends with a star, match what they say; Syncthing misses names, or ends, on some of them.";
        if (text.Split('/').Any(segment => segment.Contains("***", StringComparison.Ordinal) || IsWithin(segment, "**")))
            return "stars match as the documentation says: ** any number of characters, / too, which the text around it doesn't share; Syncthing has it otherwise.";
        if (text.AsSpan().ContainsAny('?', '['))
            return "? and [ ] match one character, also one beyond ASCII (é, 日), where Syncthing may count its bytes: names with such characters may be ignored here and not there.";
        return null;
    }

    /// <summary>What is escaped is only itself.</summary>
    private static string WithoutEscapes(string line)
    {
        var text = new System.Text.StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
            text.Append(line[i] == '\\' && i + 1 < line.Length ? line[++i] is '/' ? '/' : 'x' : line[i]);
        return text.ToString();
    }

    private static bool IsWithin(string segment, string part)
    {
        var at = segment.IndexOf(part, StringComparison.Ordinal);
        return at > 0 && at + part.Length < segment.Length;
    }

    private static bool HasEmptyAlternative(string text)
    {
        for (var open = text.IndexOf('{'); open >= 0; open = text.IndexOf('{', open + 1))
        {
            var close = text.IndexOf('}', open);
            if (close >= 0 && text[(open + 1)..close].Split(',').Any(a => a.Length == 0 || a.EndsWith('*')))
                return true;
        }
        return false;
    }
}
