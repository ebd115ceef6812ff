using FolderSync.Configuration.Checks;
using Xunit;

namespace FolderSync.Configuration.Tests.Checks;

public sealed class ClockChecksTests
{
    [Theory]
    [InlineData(1970, "fail")]
    [InlineData(2026, "ok")]
    [InlineData(2190, "fail")]
    public void A_clock_that_is_years_off_fails(int year, string status) => Assert.Equal(status, Assert.Single(ClockChecks.Of(new FixedTime(year))).Status);

    private sealed class FixedTime(int year) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(year, 6, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
