using FolderSync.Core.Decide;
using Xunit;

namespace FolderSync.Tests.Extensions;

/// <summary>Which versions go. Ages in days and sizes, from the oldest: "40:10 5:20" is one of 40 days with 10 bytes and one of 5 with 20.</summary>
public sealed class VersionRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("nothing there", "", 30, 100, 10, 0, 0, 0)]
    [InlineData("all in bounds", "20:10 5:20", 30, 100, 10, 0, 1000, 0)]
    [InlineData("one too old", "40:10 5:20", 30, 100, 10, 0, 1000, 1)]
    [InlineData("exactly as old as allowed", "30:10 5:20", 30, 0, 0, 0, 1000, 0)]
    [InlineData("all too old", "40:10 31:20", 30, 0, 0, 0, 1000, 2)]
    [InlineData("age off", "4000:10 5:20", 0, 0, 0, 0, 1000, 0)]
    [InlineData("size off", "4:1000 3:1000", 30, 0, 0, 0, 1000, 0)]
    [InlineData("exactly as big as allowed", "20:60 5:40", 30, 100, 0, 0, 1000, 0)]
    [InlineData("one byte too big: the oldest goes", "20:60 5:41", 30, 100, 0, 0, 1000, 1)]
    [InlineData("as many go as it takes", "20:10 15:10 10:10 5:90", 30, 100, 0, 0, 1000, 2)]
    [InlineData("one alone is bigger than allowed: it goes, too", "20:10 5:500", 30, 100, 0, 0, 1000, 2)]
    [InlineData("age takes more than size", "50:1 40:1 5:100", 30, 101, 0, 0, 1000, 2)]
    [InlineData("size takes more than age", "50:1 20:50 5:60", 30, 60, 0, 0, 1000, 2)]
    [InlineData("the disk is too full: oldest first", "20:10 15:10 5:10", 30, 0, 100, 0, 85, 2)]
    [InlineData("the disk is just free enough", "20:10 15:10 5:10", 30, 0, 100, 0, 100, 0)]
    [InlineData("the disk is too full, whatever goes", "20:10 5:10", 30, 0, 100, 0, 0, 2)]
    [InlineData("a file waits for room: enough goes", "20:10 15:10 5:10", 30, 0, 100, 20, 105, 2)]
    [InlineData("a file waits that never fits: nothing goes for it", "20:10 5:10", 30, 0, 100, 500, 105, 0)]
    [InlineData("a file waits that never fits on a disk that is too full", "20:10 5:10", 30, 0, 100, 500, 95, 1)]
    [InlineData("empty versions count by age only", "40:0 5:0", 30, 1, 0, 0, 1000, 1)]
    public void Oldest_first(string why, string versions, int days, long maxBytes, long minFree, long wanted, long free, int going)
    {
        List<KeptBytes> kept = [.. versions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split(':'))
            .Select(v => new KeptBytes(Now.AddDays(-int.Parse(v[0], null)), long.Parse(v[1], null)))];
        Assert.True(VersionRetention.Going(kept, Now, new RetentionLimits(days, maxBytes, minFree, wanted), free) == going, why);
    }
}
