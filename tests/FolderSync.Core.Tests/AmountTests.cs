using FolderSync.Core.Text;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class AmountTests
{
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
    public void Durations_are_read_as_people_write_them(string text, int? seconds) => Assert.Equal(seconds, (int?)Amount.ParseDuration(text)?.TotalSeconds);
}
