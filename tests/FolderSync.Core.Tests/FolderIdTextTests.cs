using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>One rule for folder IDs, wherever they come from.</summary>
public class FolderIdTextTests
{
    public static TheoryData<string> Good =>
    [
        "a", "photos", "abcd-efgh", "photos/2024", "my folder", " leading", "trailing ", "50%", "100%25", "a?b#c&d=e+f", @"C:\x", "v1.2", ".hidden", "x..y", "a/.b/..c",
        "Ünïcödé", "写真", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "نامه\u200Cها", new string('x', 256), new string('é', 128), "/absolute", "a//b", "__proto__", "-x", "'\"<b>",
    ];

    public static TheoryData<string> Bad =>
    [
        "", " ", "\t", "\u00A0\u3000", ".", "..", "...", "....", ".. ", " ..", ". .", "./", "../", "/..", "a/..", "a/../..", "../a", "a/./b", @"..\x", @"a\..", "a/.. /b",
        "%2e", "%2e%2e", "%2E%2e", ".%2e", "%2e.", "%252e%252e", "%25252e.", "a%2f..", "a%5c..%5cb", "%2e%2e%2fx",
        "a\0b", "a\nb", "\u001B[31m", "\u007F", "\u0085", "a\u009Fb", "\u2028", "a\u2029", "\u202Eabc", "\u2066x", "a\u200F", "\u061Cx", "\uFEFFx", "a\u200Bb", "\u2060",
        "\uFFFD", "a\uD800", "\uDC00a", new string('x', 257), new string('é', 129), new string('.', 2000), new string('%', 100_000),
    ];

    [Theory]
    [MemberData(nameof(Good))]
    public void What_other_devices_have_is_taken(string text)
    {
        Assert.Null(FolderIdText.Validate(text));
        Assert.True(FolderIdText.TryParse(text, out var id, out var why));
        Assert.Equal((text, null), (id.Value, why));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_means_a_directory_or_can_not_be_seen_is_not(string text)
    {
        var why = FolderIdText.Validate(text);
        Assert.NotNull(why);
        Assert.EndsWith(".", why, StringComparison.Ordinal);
        Assert.InRange(why.Length, 1, 250);
        Assert.DoesNotContain(why, char.IsControl);
        Assert.False(FolderIdText.TryParse(text, out _, out _));
    }

    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("ééééé", 5, "éé")]
    [InlineData("a\U0001F600b", 4, "a")]
    [InlineData("a\U0001F600b", 5, "a\U0001F600")]
    [InlineData("e\u0301e\u0301", 4, "e\u0301")]
    [InlineData("xe\u0301", 2, "x")]
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467!", 18, "\U0001F468\u200D\U0001F469\u200D\U0001F467")]
    [InlineData("x\U0001F468\u200D\U0001F469\u200D\U0001F467", 18, "x")]
    [InlineData("", 5, "")]
    public void A_cut_splits_no_character(string text, int bytes, string kept)
    {
        Assert.Equal(kept, TextLimits.CutToBytes(text, bytes));
        Assert.Equal(kept, TextLimits.CutToBytes(System.Text.Encoding.UTF8.GetBytes(text), bytes));
    }

    [Fact]
    public void A_cut_text_is_valid_as_short_as_wanted_and_the_beginning_of_what_was()
    {
        string[] units = ["a", "é", "写", "\U0001F600", "e\u0301", "\U0001F468\u200D\U0001F469", "\r\n", "\U0001F1E9\U0001F1EA", "o\u0308\u0323\u0301"];
        var random = new Random(12);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => units[random.Next(units.Length)]));
            var most = random.Next(80);
            var bytes = TextLimits.CutToBytes(text, most);
            var characters = TextLimits.CutToCharacters(text, most);
            foreach (var (cut, size) in new[] { (bytes, System.Text.Encoding.UTF8.GetByteCount(bytes)), (characters, characters.Length) })
            {
                Assert.StartsWith(cut, text, StringComparison.Ordinal);
                Assert.InRange(size, 0, most);
                Assert.True(cut.Length == text.Length || !char.IsLowSurrogate(text[cut.Length]));
            }
            Assert.Equal(bytes, TextLimits.CutToBytes(System.Text.Encoding.UTF8.GetBytes(text), most));
        }
    }

    [Fact]
    public void One_character_longer_than_all_room_is_cut_all_the_same()
    {
        var accents = "a" + new string('\u0301', 1_000_000);
        Assert.Equal(255, System.Text.Encoding.UTF8.GetByteCount(TextLimits.CutToBytes(accents, 256)));
        Assert.Equal(200, TextLimits.CutToCharacters(accents, 200).Length);
        Assert.Equal("a\\u202eb\\u000ac", TextLimits.Preview("a\u202Eb\nc"));
        Assert.Equal(65, TextLimits.Preview(new string('x', 100_000)).Length);
    }
}
