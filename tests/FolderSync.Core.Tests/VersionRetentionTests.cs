using System.Globalization;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>
/// Which versions are deleted, and in which order. "a40:10 a5:20 b3:7!" means a version of a that is 40 days old with 10 bytes, one that is 5 days
/// old with 20, and one of b that is stored under the file's own name. The result names them without their bytes.
/// </summary>
public sealed class VersionRetentionTests
{
    [Theory]
    [InlineData("nothing there", "", 30, "")]
    [InlineData("all in bounds", "a20:10 b5:20", 30, "")]
    [InlineData("one too old", "a40:10 b5:20", 30, "a40")]
    [InlineData("exactly as old as allowed", "a30:10 b5:20", 30, "")]
    [InlineData("all too old, the oldest first, a file's only one, too", "b31:20 a40:10", 30, "a40 b31")]
    [InlineData("age off", "a4000:10 b5:20", 0, "")]
    [InlineData("at the file's own name: age takes it all the same", "a40:10!", 30, "a40")]
    public void For_age(string why, string versions, int days, string going) =>
        Check(why, versions, going, v => VersionRetention.Expired(v, days > 0 ? TimeSpan.FromDays(days) : null));

    [Theory]
    [InlineData("nothing there", "", 100, "")]
    [InlineData("exactly as big as allowed", "a20:60 a5:40", 100, "")]
    [InlineData("one byte too big: the oldest of the file goes", "a20:60 a5:41", 100, "a20")]
    [InlineData("as many go as it takes", "a20:10 a15:10 a10:10 a5:90", 100, "a20 a15")]
    [InlineData("the file with most versions is thinned out first, however old the others are", "a3:10 a2:10 a1:10 b90:10 b80:10", 45, "a3")]
    [InlineData("then they take turns, the older first", "a3:10 a2:10 a1:10 b90:10 b80:10", 25, "a3 b90 a2")]
    [InlineData("as many and as old: by name", "b9:10 b8:10 a9:10 a8:10", 35, "a9")]
    [InlineData("young ones, too", "a0:60 a0:60!", 100, "a0")]
    [InlineData("a file's newest stays: one alone is bigger than allowed", "a20:10 b5:500", 100, "")]
    [InlineData("a new one bigger than all that is allowed takes only what has a newer one", "a20:10 a15:10 b30:10 a5:500", 100, "a20 a15")]
    [InlineData("many files, one version each: all stay", "a4:50 b3:50 c2:50", 100, "")]
    [InlineData("what the clock made the newest does not displace what stands at the name", "a20:60! a5:60", 100, "")]
    [InlineData("empty ones give nothing", "a20:0 a10:0 a5:101 b9:1 b8:1", 101, "b9")]
    public void For_size(string why, string versions, long maxBytes, string going) =>
        Check(why, versions, going, v => VersionRetention.OverSize(v, maxBytes));

    [Theory]
    [InlineData("nothing there", "", "")]
    [InlineData("a file's only version stays, however old", "a900:10 b800:10!", "")]
    [InlineData("the newest stays, the oldest go first, over all files", "a20:1 a15:1 a10:1 b18:1 b9:1", "a20 b18 a15")]
    [InlineData("none of seven days or less", "a8:1 a7:1 a6:1 a1:1", "a8")]
    [InlineData("the newest is young: older ones may go", "a30:1 a1:1!", "a30")]
    [InlineData("what stands at the file's own name stays", "a30:1! a8:1 a7:1", "a8")]
    [InlineData("of one age: one stays", "a9:1 a9:1 a9:1!", "a9 a9")]
    [InlineData("empty ones give nothing", "a30:0 a20:1 a10:1", "a20")]
    public void To_make_room(string why, string versions, string spare) => Check(why, versions, spare, VersionRetention.Reclaimable);

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("", 1, 0)]
    [InlineData("10 10 10", 0, 0)]
    [InlineData("10 10 10", -5, 0)]
    [InlineData("10 10 10", 1, 1)]
    [InlineData("10 10 10", 10, 1)]
    [InlineData("10 10 10", 11, 2)]
    [InlineData("10 10 10", 30, 3)]
    [InlineData("10 10 10", 31, 0)]
    public void No_more_than_needed_and_none_for_nothing(string spare, long bytes, int count) =>
        Assert.Equal(count, VersionRetention.CountToReclaim(spare.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => long.Parse(s, CultureInfo.InvariantCulture)), bytes));

    [Fact]
    public void What_age_takes_counts_for_the_size()
    {
        Check("age takes enough", "a50:1 a40:50 a5:100", "a50 a40", v => VersionRetention.ToDelete(v, new RetentionLimits(TimeSpan.FromDays(30), 101)));
        Check("size takes more", "a50:1 a20:50 a5:60", "a50 a20", v => VersionRetention.ToDelete(v, new RetentionLimits(TimeSpan.FromDays(30), 60)));
        Check("size off", "a4:1000 a3:1000", "", v => VersionRetention.ToDelete(v, new RetentionLimits(TimeSpan.FromDays(30), 0)));
    }

    [Fact]
    public void The_order_of_the_list_does_not_matter()
    {
        var versions = Parse("a20:10 a15:11 a10:12 b18:13 b9:14 c3:15 c2:16 c1:17 d90:18");
        var random = new Random(7);
        var (size, room) = (Names(versions, VersionRetention.OverSize(versions, 70)), Names(versions, VersionRetention.Reclaimable(versions)));
        for (var i = 0; i < 50; i++)
        {
            random.Shuffle(versions);
            Assert.Equal((size, room), (Names(versions, VersionRetention.OverSize(versions, 70)), Names(versions, VersionRetention.Reclaimable(versions))));
        }
    }

    private static void Check(string why, string versions, string expected, Func<IReadOnlyList<RetentionCandidate>, IReadOnlyList<int>> decide)
    {
        var kept = Parse(versions);
        Assert.True(Names(kept, decide(kept)) == expected, $"{why}: {Names(kept, decide(kept))}");
    }

    private static string Names(IReadOnlyList<RetentionCandidate> versions, IReadOnlyList<int> indexes) => string.Join(' ', indexes.Select(i => $"{versions[i].Name}{versions[i].Age.Days}"));

    private static RetentionCandidate[] Parse(string versions) =>
    [
        .. versions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.TrimEnd('!').Split(':') is [var name, var bytes]
            ? new RetentionCandidate(FileName.Parse(name[..1]), TimeSpan.FromDays(int.Parse(name[1..], CultureInfo.InvariantCulture)), long.Parse(bytes, CultureInfo.InvariantCulture), v.EndsWith('!'))
            : throw new FormatException(v)),
    ];
}
