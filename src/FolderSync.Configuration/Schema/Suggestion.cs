namespace FolderSync.Configuration.Schema;

/// <summary>"Did you mean": the known word closest to a mistyped one.</summary>
public static class Suggestion
{
    /// <summary>Null when none is close enough: at most a third of the letters may differ.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        var typed = Plain(word);
        var best = known.Select(k => (Word: k, Distance: Distance(typed, Plain(k)))).OrderBy(k => k.Distance).ThenBy(k => k.Word, StringComparer.Ordinal).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(1, Math.Max(typed.Length, best.Word.Length) / 3) ? best.Word : null;
    }

    private static string Plain(string s) => s.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>The edit distance: insertions, deletions, replacements and swaps of neighbors.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
            return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, replaced);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
