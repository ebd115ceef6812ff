using CsCheck;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Watch;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Filesystem.Tests.Watch;

public sealed class SettlerTests
{
    private readonly ManualTime _time = new();
    private readonly SettlerLimits _limits = new() { NamesInDirectory = 4, Names = 10 };
    private readonly Settler _settler;

    public SettlerTests() => _settler = new Settler(_time, _limits);

    [Theory]
    [InlineData(Touch.Done, 100)]
    [InlineData(Touch.Writing, 2000)]
    [InlineData(Touch.Gone, 500)]
    internal void A_name_is_noticed_once_it_was_quiet(Touch touch, int quiet)
    {
        _settler.Touched(Name("a/b"), touch);
        Assert.Equal(TimeSpan.FromMilliseconds(quiet), _settler.Wait());
        Pass(quiet - 1);
        Assert.Null(_settler.Take());
        Pass(1);
        Assert.Equal(TimeSpan.Zero, _settler.Wait());
        Assert.Equal("a/b", Taken());
        Assert.Null(_settler.Wait());
        Assert.Null(_settler.Take());
    }

    [Fact]
    public void Closing_ends_the_wait_of_a_write()
    {
        _settler.Touched(Name("f"), Touch.Writing);
        Pass(50);
        _settler.Touched(Name("f"), Touch.Done);
        Pass(100);
        Assert.Equal("f", Taken());
    }

    [Fact]
    public void A_deletion_that_becomes_a_new_file_is_noticed_with_it()
    {
        _settler.Touched(Name("f"), Touch.Gone);
        _settler.Touched(Name("f"), Touch.Done);
        Pass(100);
        Assert.Equal("f", Taken());
    }

    [Fact]
    public void A_file_saved_again_and_again_is_noticed_every_two_seconds()
    {
        var notices = new List<int>();
        for (var at = 0; at < 10_000; at += 300)
        {
            _settler.Touched(Name("f"), Touch.Done);
            for (var i = 0; i < 3; i++)
            {
                Pass(100);
                if (_settler.Take() is not null)
                    notices.Add(at + (i * 100) + 100);
            }
        }
        Assert.Equal(100, notices[0]);
        Assert.All(notices.Zip(notices.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 2000, 2400));
    }

    [Fact]
    public void A_file_that_is_written_without_end_is_not_starved()
    {
        var waited = 0;
        while (_settler.Take() is null)
        {
            _settler.Touched(Name("log"), Touch.Writing);
            Pass(50);
            waited += 50;
        }
        Assert.Equal(10_000, waited);
    }

    [Fact]
    public void What_happens_in_a_new_directory_is_part_of_it()
    {
        _settler.Touched(Name("new/early"), Touch.Done);
        _settler.Touched(Name("new"), Touch.Done, whole: true);
        for (var i = 0; i < 100; i++)
            _settler.Touched(Name($"new/deep/{i}"), Touch.Done);
        _settler.Touched(Name("newer"), Touch.Done);
        Pass(100);
        Assert.Equal("new newer", Taken());
    }

    [Fact]
    public void A_directory_that_never_rests_is_noticed_every_three_seconds()
    {
        _settler.Touched(Name("new"), Touch.Done, whole: true);
        var waited = 0;
        while (_settler.Take() is null)
        {
            _settler.Touched(Name("new/f"), Touch.Writing);
            Pass(50);
            waited += 50;
        }
        Assert.Equal(3_000, waited);
    }

    [Fact]
    public void Many_names_in_one_directory_become_the_directory()
    {
        for (var i = 0; i < 50; i++)
            _settler.Touched(Name($"d/{i}"), Touch.Done);
        _settler.Touched(Name("other"), Touch.Done);
        Pass(100);
        Assert.Equal("d other", Taken());
    }

    [Fact]
    public void Many_names_in_the_root_or_in_all_become_everything()
    {
        for (var i = 0; i < 5; i++)
            _settler.Touched(Name($"{i}"), Touch.Done);
        Pass(100);
        Assert.Equal("everything", Taken());
        Pass(5000);
        for (var i = 0; i < 11; i++)
            _settler.Touched(Name($"{i}/x"), Touch.Done);
        _settler.Touched(Name("late"), Touch.Done);
        Pass(100);
        Assert.Equal("everything", Taken());
        Assert.Null(_settler.Wait());
    }

    [Fact]
    public void Everything_is_not_asked_for_all_the_time()
    {
        var notices = 0;
        for (var at = 0; at < 20_000; at += 50)
        {
            _settler.TouchEverything();
            Pass(50);
            notices += _settler.Take() is null ? 0 : 1;
        }
        Assert.InRange(notices, 5, 7);
    }

    /// <summary>Each changed name is covered by a notice that was taken after its last change.</summary>
    [Fact]
    public void No_change_is_ever_forgotten()
    {
        var step = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 6], Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 700]);
        step.List[1, 120].Sample(steps =>
        {
            var time = new ManualTime();
            var settler = new Settler(time, _limits);
            var uncovered = new HashSet<FileName>();
            void Take()
            {
                if (settler.Take() is { } notice)
                    uncovered.RemoveWhere(n => notice.Everything || notice.Names.Any(covers => covers == n || n.IsUnder(covers)));
            }
            foreach (var (directory, leaf, touch, whole, pause) in steps)
            {
                var name = Name(directory == 0 ? $"{leaf}" : whole ? $"{directory}" : $"{directory}/{leaf % 3}/{leaf}");
                settler.Touched(name, (Touch)touch, whole);
                uncovered.Add(name);
                time.Advance(TimeSpan.FromMilliseconds(pause));
                Take();
            }
            for (var i = 0; settler.Wait() is { } wait; i++)
            {
                Assert.True(i < 100);
                time.Advance(wait);
                Take();
            }
            return uncovered.Count == 0;
        }, iter: 1_000);
    }

    [Theory]
    [InlineData(".foldersync.x.tmp", true, true), InlineData(".syncthing.x.tmp", true, true), InlineData("~syncthing~x.tmp", true, true)]
    [InlineData(".stfolder", true, false), InlineData(".stversions", true, false), InlineData(".stignore", false, false)]
    [InlineData("x.tmp", false, false), InlineData(".foldersync.x", false, false)]
    public void Our_own_names_are_no_news(string leaf, bool atRoot, bool below)
    {
        Assert.Equal(atRoot, QuietNames.Covers(leaf, atRoot: true));
        Assert.Equal(below, QuietNames.Covers(leaf, atRoot: false));
    }

    [Fact]
    public void The_limit_is_explained_with_the_exact_fix()
    {
        var problem = WatchLimits.OfWatches("/home/me/Sync", 8_000, 12_000, 8_192, TimeSpan.FromMinutes(1));
        Assert.Equal("Of the 20000 directories in '/home/me/Sync' 12000 can't be watched: the system's limit of watches (8192) is reached, at least 12000 more are needed. Changes there are found every 60 seconds.", problem.Reason);
        Assert.Equal("sudo sysctl fs.inotify.max_user_watches=32768 && echo 'fs.inotify.max_user_watches=32768' | sudo tee /etc/sysctl.d/90-foldersync-watches.conf", problem.Fix);
        Assert.Contains("max_user_instances=512", WatchLimits.OfInstances("/x", 128, TimeSpan.FromMinutes(1)).Fix, StringComparison.Ordinal);
    }

    private static FileName Name(string name) => FileName.Of(name);

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private string Taken()
    {
        var notice = _settler.Take();
        Assert.NotNull(notice);
        return notice.Everything ? "everything" : string.Join(' ', notice.Names);
    }
}
