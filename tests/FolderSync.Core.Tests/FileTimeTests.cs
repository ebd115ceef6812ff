using CsCheck;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class FileTimeTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(-1, -1, 999_999_999)]
    [InlineData(-1_000_000_000, -1, 0)]
    [InlineData(1_500_000_000, 1, 500_000_000)]
    [InlineData(long.MinValue, -9_223_372_037, 145_224_192)]
    public void From_nanoseconds(long nanoseconds, long seconds, int rest) =>
        Assert.Equal(new FileTime(seconds, rest), FileTime.FromNanoseconds(nanoseconds));

    [Fact]
    public void Any_date_there_and_back() =>
        Gen.DateTimeOffset.Sample(t => FileTime.From(t).ToDateTimeOffset() == t && FileTime.From(t).Nanoseconds is >= 0 and < 1_000_000_000);

    [Fact]
    public void A_time_beyond_all_dates_is_clamped()
    {
        Assert.Equal(9999, new FileTime(long.MaxValue, 999_999_999).ToDateTimeOffset().Year);
        Assert.Equal(1, new FileTime(long.MinValue, 0).ToDateTimeOffset().Year);
    }
}
