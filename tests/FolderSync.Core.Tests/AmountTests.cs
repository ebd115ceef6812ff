using System.Globalization;
using FolderSync.Core.Text;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class AmountTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1_047_900, "1023 KiB")]
    [InlineData(1_048_575, "1 MiB")]
    [InlineData(1288490189, "1.2 GiB")]
    [InlineData(long.MaxValue, "8192 PiB")]
    public void Bytes(long bytes, string shown) => InGermany(() => Assert.Equal(shown, HumanReadable.Bytes(bytes)));

    [Theory]
    [InlineData(0, "0 files")]
    [InlineData(1, "1 file")]
    [InlineData(1234567, "1,234,567 files")]
    public void Counts(long number, string shown) => InGermany(() => Assert.Equal(shown, HumanReadable.Count(number, "file")));

    [Theory]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3720, "1 h 2 min")]
    [InlineData(90000, "1 d 1 h")]
    public void Durations(int seconds, string shown) => Assert.Equal(shown, HumanReadable.Duration(TimeSpan.FromSeconds(seconds)));

    /// <summary>The words are English, and so are the numbers.</summary>
    private static void InGermany(Action act)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            act();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("1h", 3600)]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("2D", 172800)]
    [InlineData("1", null)]
    [InlineData("", null)]
    [InlineData("h", null)]
    [InlineData("0m", null)]
    [InlineData("-1h", null)]
    [InlineData("999999999999h", null)]
    public void Durations_are_read_as_people_write_them(string text, int? seconds) => Assert.Equal(seconds, (int?)HumanReadable.ParseDuration(text)?.TotalSeconds);
}
