namespace FolderSync.Rules;

/// <summary>A violation of a rule.</summary>
/// <param name="Subject">The type, method, folder or project; contains no spaces.</param>
/// <param name="Amount">How much: lines, fields, places. It may fall and never rise.</param>
/// <param name="Where">Helps to find the place.</param>
internal sealed record Finding(string Subject, int Amount, string Where)
{
    /// <summary>Counts places by subject.</summary>
    public static IReadOnlyList<Finding> Counted(IEnumerable<(string Subject, string Where)> places) =>
        [.. places.GroupBy(p => p.Subject, StringComparer.Ordinal).Select(g => new Finding(g.Key, g.Count(), string.Join(", ", g.Select(p => p.Where).Distinct())))];
}
