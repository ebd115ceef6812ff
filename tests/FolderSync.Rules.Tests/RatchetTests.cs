namespace FolderSync.Rules;

/// <summary>A number in the list of exceptions may fall and never rise.</summary>
public class RatchetTests
{
    private const string List = "# About it.\nfields A 20\nfields B 17\nmethod-lines A.M 70\n";

    private static IReadOnlyList<string> Complaints(params (string Subject, int Amount)[] found) => Ratchet.Complaints("fields", [.. found.Select(f => new Finding(f.Subject, f.Amount, "there"))], List);

    [Fact]
    public void What_is_as_bad_as_listed_passes() => Assert.Empty(Complaints(("A", 20), ("B", 17)));

    [Fact]
    public void What_is_worse_fails() => Assert.Equal(["More than 20: fields A 21   (there)"], Complaints(("A", 21), ("B", 17)));

    [Fact]
    public void What_is_new_fails() => Assert.Equal(["New: fields C 16   (there)"], Complaints(("A", 20), ("B", 17), ("C", 16)));

    [Fact]
    public void What_got_better_fails_until_the_list_says_so() => Assert.Equal(["Better than 20; run the tests with FOLDERSYNC_RULES_LOWER=1 to keep it so: fields A 19"], Complaints(("A", 19), ("B", 17)));

    [Fact]
    public void What_holds_now_fails_until_the_line_is_gone() => Assert.Equal(["Holds now; run the tests with FOLDERSYNC_RULES_LOWER=1 to take the line out: fields A 20"], Complaints(("B", 17)));

    [Fact]
    public void The_list_is_lowered_and_never_raised() =>
        Assert.Equal("# About it.\nfields A 18\nmethod-lines A.M 70\n", Ratchet.Lowered("fields", [new Finding("A", 18, ""), new Finding("C", 99, "")], List));

    [Fact]
    public void A_worse_number_is_not_taken() => Assert.Equal(List, Ratchet.Lowered("fields", [new Finding("A", 21, ""), new Finding("B", 17, "")], List));

    [Theory]
    [InlineData("fields A 20\nfields A 21\n")]
    [InlineData("fields B 20\nfields A 21\n")]
    [InlineData("fields A\n")]
    [InlineData("fields A many\n")]
    public void A_list_that_is_not_sorted_or_not_readable_fails(string list) => Assert.Throws<FormatException>(() => Ratchet.Entries(list));

    [Fact]
    public void Every_line_of_the_list_names_a_rule()
    {
        var rules = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(Sources.Checkout.Rules, "ArchitectureRules.cs")), "Hold\\(\"([a-z0-9-]+)\"").Select(m => m.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(rules);
        Assert.Empty(Ratchet.Entries(File.ReadAllText(Ratchet.ListPath)).Select(e => e.Rule).Distinct().Except(rules));
    }
}
