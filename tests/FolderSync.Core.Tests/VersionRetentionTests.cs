using System.Globalization;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>
/// Which versions are deleted, and in which order. "a40:10 a5:20 b3:7!" means a version of a that is 40 days old with 10 bytes, one that is 5 days
/// old with 20, and one of b that is stored under the file's own name; "a5:20/3" that it had stood for three days when it was replaced. The result names
/// them without their bytes.
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
    [InlineData("one byte too big: what is too old to be an original goes", "a40:60 a5:41", 100, "a40")]
    [InlineData("what the file was before the last 30 days stays, however big", "a30:60 a5:41", 10, "")]
    [InlineData("as many go as it takes", "a60:10 a50:10 a40:10 a5:90", 100, "a60 a50")]
    [InlineData("of the last 30 days the younger go first", "a20:10 a15:10 a10:10 a5:90", 100, "a10 a15")]
    [InlineData("the file with most to give is thinned out first, however old the others are", "a43:10 a42:10 a41:10 a1:10 b90:10 b1:10", 45, "a43 a42")]
    [InlineData("then they take turns, the older first", "a43:10 a42:10 a41:10 a1:10 b90:10 b1:10", 25, "a43 a42 b90 a41")]
    [InlineData("as many and as old: by name", "b42:10 b1:10 a42:10 a1:10", 35, "a42")]
    [InlineData("young ones, too", "a0:60 a0:60 a0:60!", 150, "a0")]
    [InlineData("a file's newest stays: one alone is bigger than allowed", "a20:10 b5:500", 100, "")]
    [InlineData("a new one bigger than all that is allowed takes only what has a newer one", "a50:10 a45:10 b30:10 a5:500", 100, "a50 a45")]
    [InlineData("many files, one version each: all stay", "a4:50 b3:50 c2:50", 100, "")]
    [InlineData("what the clock made the newest does not displace what stands at the name", "a20:60! a5:60", 100, "")]
    [InlineData("empty ones give nothing", "a50:0 a40:0 a5:101 b49:1 b8:1", 101, "b49")]
    [InlineData("rewritten three times: the original and the newest stay", "a3:10/400 a2:10/0.1 a1:10/0.1 a0:10/0.1!", 1, "a1 a2")]
    [InlineData("rewritten after ordinary edits: the last state before it stays, too", "a25:10/90 a20:10/5 a6:10/14 a5:10/0.1 a4:10/0.1 a3:10/0.1 a2:10/0.1!", 1, "a3 a4 a5 a20")]
    [InlineData("a pause in the middle of it hides nothing", "a12:10/14 a11:10/0.1 a10:10/0.1 a7:10/3 a6:10/0.1 a5:10/0.1!", 1, "a6 a10 a11")]
    [InlineData("what stood for the shortest time goes first", "a20:10/9 a15:10/3 a10:10/2 a5:10/4", 25, "a10 a15")]
    [InlineData("a month later it is as old as anything", "a32:10/400 a31:10/0.1 a1:10/0.1!", 15, "a32 a31")]
    public void For_size(string why, string versions, long maxBytes, string going) =>
        Check(why, versions, going, v => VersionRetention.OverSize(v, maxBytes));

    [Theory]
    [InlineData("nothing there", "", "")]
    [InlineData("a file's only version stays, however old", "a900:10 b800:10!", "")]
    [InlineData("the newest stays, the oldest go first, over all files", "a60:1 a50:1 a40:1 b55:1 b9:1", "a60 b55 a50")]
    [InlineData("none of seven days or less", "a20:1 a8:1 a7:1 a6:1 a1:1", "a8")]
    [InlineData("the newest is young: older ones may go", "a40:1 a1:1!", "a40")]
    [InlineData("but what the file was before the last 30 days may not", "a30:1 a1:1!", "")]
    [InlineData("what stands at the file's own name stays", "a40:1! a12:1 a8:1 a7:1", "a8")]
    [InlineData("of one age: one stays", "a49:1 a49:1 a49:1!", "a49 a49")]
    [InlineData("empty ones give nothing", "a50:0 a40:1 a10:1", "a40")]
    [InlineData("then what stood for the shortest time", "a40:1 a25:1/9 a20:1/2 a15:1/1 a9:1/3", "a40 a15 a20")]
    [InlineData("rewritten eight days ago and since then: the original stays", "a9:1/400 a8:1/1 a0:1/8!", "a8")]
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
        Check("size takes more", "a50:1 a20:50 a10:50 a5:60", "a50 a10", v => VersionRetention.ToDelete(v, new RetentionLimits(TimeSpan.FromDays(30), 120)));
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

    /// <summary>
    /// Ordinary edits some days apart, then a flood that rewrites the file up to 60 times, never resting half as long as the original had stood: with no
    /// room at all, at any time within a month, it is there, however often room was made meanwhile.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_last_state_before_a_flood_is_never_given_up(bool isThinnedMeanwhile)
    {
        var random = new Random(3);
        for (var run = 0; run < 2000; run++)
        {
            var kept = new List<(DateTimeOffset Replaced, DateTimeOffset Written)>();
            var now = DateTimeOffset.UnixEpoch.AddDays(20_000);
            var written = now.AddDays(-400 * random.NextDouble());
            for (var i = random.Next(4); i > 0; i--)
            {
                kept.Add((now, written));
                written = now;
                now = now.AddDays(0.5 + (4 * random.NextDouble()));
            }
            var original = (Replaced: now, Written: written);
            var pause = (now - written) * 0.4;
            kept.Add(original);
            for (var i = random.Next(1, 60); i > 0; i--)
            {
                var step = pause * random.NextDouble() * (random.Next(3) == 0 ? 1 : 0.01);
                if (now + step - original.Replaced >= TimeSpan.FromDays(29))
                    break;
                written = now;
                now += step;
                kept.Add((now, written));
                if (isThinnedMeanwhile)
                    GiveUp();
            }
            GiveUp();
            Assert.Contains(original, kept);

            void GiveUp()
            {
                var candidates = kept.Select((v, i) => new RetentionCandidate(
                    FileName.Parse("a"), now - v.Replaced, 1, i == kept.Count - 1, VersionRetention.Stood(v.Replaced, v.Written, i > 0 ? kept[i - 1].Replaced : null))).ToList();
                var going = VersionRetention.OverSize(candidates, 1).Union(VersionRetention.Reclaimable(candidates)).ToHashSet();
                kept = [.. kept.Where((_, i) => !going.Contains(i))];
            }
        }
    }

    [Theory]
    [InlineData(10, 4, null, 6)]
    [InlineData(10, 4, 7, 3)] // an mtime that was set back
    [InlineData(10, 4, 3, 6)] // written long after the version before it was replaced
    [InlineData(10, 12, null, 0)] // an mtime in the future
    [InlineData(10, 4, 12, 0)]
    public void How_long_a_version_stood(int replaced, int modified, int? before, int days) =>
        Assert.Equal(
            TimeSpan.FromDays(days),
            VersionRetention.Stood(Day(replaced), Day(modified), before is { } b ? Day(b) : null));

    private static DateTimeOffset Day(int day) => DateTimeOffset.UnixEpoch.AddDays(day);

    private static void Check(string why, string versions, string expected, Func<IReadOnlyList<RetentionCandidate>, IReadOnlyList<int>> decide)
    {
        var kept = Parse(versions);
        Assert.True(Names(kept, decide(kept)) == expected, $"{why}: {Names(kept, decide(kept))}");
    }

    private static string Names(IReadOnlyList<RetentionCandidate> versions, IReadOnlyList<int> indexes) => string.Join(' ', indexes.Select(i => $"{versions[i].Name}{versions[i].Age.Days}"));

    private static RetentionCandidate[] Parse(string versions) => [.. versions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static RetentionCandidate ParseOne(string version)
    {
        var (text, stood) = version.TrimEnd('!').Split('/') is [var before, var days] ? (before, days) : (version.TrimEnd('!'), "0");
        return text.Split(':') is [var name, var bytes]
            ? new RetentionCandidate(
                FileName.Parse(name[..1]), TimeSpan.FromDays(int.Parse(name[1..], CultureInfo.InvariantCulture)), long.Parse(bytes, CultureInfo.InvariantCulture),
                version.EndsWith('!'), TimeSpan.FromDays(double.Parse(stood, CultureInfo.InvariantCulture)))
            : throw new FormatException(version);
    }
}
