using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>
/// The list of present violations, exceptions.txt: one line each with rule, subject and number, sorted. A number may only fall. A violation that is
/// worse than its line, or has none, fails the test, and so does a line above the present number, because it would allow new violations.
/// </summary>
internal static class Ratchet
{
    /// <summary>If set to 1, the list is rewritten with the lower numbers; it never adds or raises any.</summary>
    public const string LowerVariable = "FOLDERSYNC_RULES_LOWER";

    public static string ListPath => Path.Combine(Checkout.Rules, "exceptions.txt");

    /// <summary>Compares a rule's findings with the list in the checkout.</summary>
    public static void Hold(string rule, string reason, IEnumerable<Finding> findings)
    {
        var found = findings.ToList();
        var list = File.ReadAllText(ListPath);
        if (Environment.GetEnvironmentVariable(LowerVariable) == "1" && Lowered(rule, found, list) is var lower && lower != list)
            File.WriteAllText(ListPath, list = lower);
        var complaints = Complaints(rule, found, list);
        Assert.True(complaints.Count == 0, $"{reason}\n{string.Join('\n', complaints)}");
    }

    public static IReadOnlyList<string> Complaints(string rule, IReadOnlyList<Finding> findings, string list)
    {
        var allowed = Entries(list).Where(e => e.Rule == rule).ToDictionary(e => e.Subject, e => e.Amount, StringComparer.Ordinal);
        var complaints = new List<string>();
        foreach (var finding in findings.OrderBy(f => f.Subject, StringComparer.Ordinal))
        {
            var line = Line(rule, finding.Subject, finding.Amount);
            if (!allowed.Remove(finding.Subject, out var amount))
                complaints.Add($"New: {line}   ({finding.Where})");
            else if (finding.Amount > amount)
                complaints.Add($"More than {amount}: {line}   ({finding.Where})");
            else if (finding.Amount < amount)
                complaints.Add($"Better than {amount}; run the tests with {LowerVariable}=1 to keep it so: {line}");
        }
        complaints.AddRange(allowed.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"Holds now; run the tests with {LowerVariable}=1 to take the line out: {Line(rule, a.Key, a.Value)}"));
        return complaints;
    }

    /// <summary>The list with the rule's lines lowered to the findings, without those that have none.</summary>
    public static string Lowered(string rule, IReadOnlyList<Finding> findings, string list)
    {
        var now = findings.ToDictionary(f => f.Subject, f => f.Amount, StringComparer.Ordinal);
        var lines = list.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var entries = Entries(list).SelectMany(e => e.Rule != rule ? [e] : now.TryGetValue(e.Subject, out var amount) ? [e with { Amount = Math.Min(e.Amount, amount) }] : Array.Empty<Entry>());
        return string.Join('\n', [.. lines.Where(IsComment), .. entries.Select(e => Line(e.Rule, e.Subject, e.Amount)).Order(StringComparer.Ordinal), ""]);
    }

    /// <exception cref="FormatException">A line has the wrong format, is there twice or out of order.</exception>
    public static IReadOnlyList<Entry> Entries(string list)
    {
        var entries = new List<Entry>();
        var last = "";
        foreach (var line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !IsComment(l)))
        {
            if (line.Split(' ') is not [var rule, var subject, var number] || !int.TryParse(number, out var amount))
                throw new FormatException($"Not `rule subject number`: {line}");
            var key = $"{rule} {subject} ";
            if (string.CompareOrdinal(key, last) <= 0)
                throw new FormatException($"Twice or out of order: {line}");
            last = key;
            entries.Add(new Entry(rule, subject, amount));
        }
        return entries;
    }

    private static bool IsComment(string line) => line.StartsWith('#');

    private static string Line(string rule, string subject, int amount) => $"{rule} {subject} {amount}";

    internal sealed record Entry(string Rule, string Subject, int Amount);
}
