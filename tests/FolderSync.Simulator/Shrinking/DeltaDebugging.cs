namespace FolderSync.Simulator.Shrinking;

/// <summary>Zeller's ddmin, by complements.</summary>
internal static class DeltaDebugging
{
    /// <summary>Removes parts of a failing list, first halves, then ever smaller ones, as long as it still fails.</summary>
    /// <returns>A failing list from which no single item can be removed.</returns>
    public static IReadOnlyList<T> Minimize<T>(IReadOnlyList<T> failing, Func<IReadOnlyList<T>, bool> fails)
    {
        var parts = 2;
        while (failing.Count > 0)
        {
            parts = Math.Min(parts, failing.Count);
            if (WithoutOnePart(failing, parts).FirstOrDefault(fails) is { } smaller)
            {
                failing = smaller;
                parts = Math.Max(2, parts - 1);
            }
            else if (parts == failing.Count)
            {
                // With one item the complement is the empty list, which was tried.
                break;
            }
            else
            {
                parts *= 2;
            }
        }
        return failing;
    }

    /// <summary>The last part first: the end of a history is needed least often.</summary>
    private static IEnumerable<IReadOnlyList<T>> WithoutOnePart<T>(IReadOnlyList<T> items, int parts)
    {
        for (var part = parts - 1; part >= 0; part--)
        {
            var from = (int)((long)items.Count * part / parts);
            var to = (int)((long)items.Count * (part + 1) / parts);
            yield return [.. items.Take(from), .. items.Skip(to)];
        }
    }
}
