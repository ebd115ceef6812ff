using System.CommandLine;
using System.Globalization;
using FolderSync.CommandLine.Shell;
using Xunit;

namespace FolderSync.CommandLine.Tests.Shell;

public sealed class PagingTests
{
    [Theory]
    [InlineData(100, 1, 100, 100, "")]
    [InlineData(1233, 1, 100, 100, "1 to 100 of 1,233; the next: --page 2.")]
    [InlineData(1233, 13, 100, 33, "1,201 to 1,233 of 1,233.")]
    [InlineData(1233, 14, 100, 0, "There is no page 14: 1,233 in all.")]
    [InlineData(0, 1, 100, 0, "")]
    [InlineData(0, 2, 100, 0, "There is no page 2: 0 in all.")]
    [InlineData(5_000_000_000, int.MaxValue, 1000, 0, "There is no page 2147483647: 5,000,000,000 in all.")]
    public async Task What_is_not_shown_is_told(long total, int page, int perPage, int shown, string told)
    {
        // The words are English, and so are the numbers.
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        using var output = new StringWriter { NewLine = "" };
        await Paging.WriteRangeAsync(new CliContext(output, TextWriter.Null, _ => null, IsTerminal: false, "/"), total, page, perPage, shown);
        Assert.Equal(told, output.ToString());
    }

    [Theory]
    [InlineData("", 1, 100)]
    [InlineData("--page 3 --per-page 1000", 3, 1000)]
    public void Pages(string words, int page, int perPage) => Assert.Equal((page, perPage), Of(words));

    [Theory]
    [InlineData("--page 0")]
    [InlineData("--page -1")]
    [InlineData("--per-page 0")]
    [InlineData("--per-page 1001")]
    public void What_is_out_of_range_is_told(string words) => Assert.Contains("Pages count from 1", Assert.Throws<CliException>(() => Of(words)).Message, StringComparison.Ordinal);

    private static (int Page, int PerPage) Of(string words)
    {
        var paging = new Paging();
        var command = new RootCommand();
        paging.AddTo(command);
        return paging.Of(command.Parse(words));
    }
}
