using CsCheck;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Watch;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Filesystem.Tests.Watch;

public sealed class EventDebouncerTests
{
    private readonly ManualTime _time = new();
    private readonly DebounceLimits _limits = new() { MaxNamesPerDirectory = 4, MaxNames = 10 };
    private readonly EventDebouncer _debouncer;

    public EventDebouncerTests() => _debouncer = new EventDebouncer(_time, _limits);

    [Theory]
    [InlineData(ChangeKind.Done, 100)]
    [InlineData(ChangeKind.Writing, 2000)]
    [InlineData(ChangeKind.Gone, 500)]
    internal void A_name_is_noticed_once_it_was_quiet(ChangeKind touch, int quiet)
    {
        _debouncer.OnChanged(Name("a/b"), touch);
        Assert.Equal(TimeSpan.FromMilliseconds(quiet), _debouncer.Wait());
        Pass(quiet - 1);
        Assert.Null(_debouncer.Take());
        Pass(1);
        Assert.Equal(TimeSpan.Zero, _debouncer.Wait());
        Assert.Equal("a/b", TakeAll());
        Assert.Null(_debouncer.Wait());
        Assert.Null(_debouncer.Take());
    }

    [Fact]
    public void Closing_ends_the_wait_of_a_write()
    {
        _debouncer.OnChanged(Name("f"), ChangeKind.Writing);
        Pass(50);
        _debouncer.OnChanged(Name("f"), ChangeKind.Done);
        Pass(100);
        Assert.Equal("f", TakeAll());
    }

    [Fact]
    public void A_deletion_that_becomes_a_new_file_is_noticed_with_it()
    {
        _debouncer.OnChanged(Name("f"), ChangeKind.Gone);
        _debouncer.OnChanged(Name("f"), ChangeKind.Done);
        Pass(100);
        Assert.Equal("f", TakeAll());
    }

    [Fact]
    public void A_file_saved_again_and_again_is_noticed_every_two_seconds()
    {
        var notices = new List<int>();
        for (var at = 0; at < 10_000; at += 300)
        {
            _debouncer.OnChanged(Name("f"), ChangeKind.Done);
            for (var i = 0; i < 3; i++)
            {
                Pass(100);
                if (_debouncer.Take() is not null)
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
        while (_debouncer.Take() is null)
        {
            _debouncer.OnChanged(Name("log"), ChangeKind.Writing);
            Pass(50);
            waited += 50;
        }
        Assert.Equal(10_000, waited);
    }

    [Fact]
    public void What_happens_in_a_new_directory_is_part_of_it()
    {
        _debouncer.OnChanged(Name("new/early"), ChangeKind.Done);
        _debouncer.OnChanged(Name("new"), ChangeKind.Done, whole: true);
        for (var i = 0; i < 100; i++)
            _debouncer.OnChanged(Name($"new/deep/{i}"), ChangeKind.Done);
        _debouncer.OnChanged(Name("newer"), ChangeKind.Done);
        Pass(100);
        Assert.Equal("new newer", TakeAll());
    }

    [Fact]
    public void A_directory_that_never_rests_is_noticed_every_three_seconds()
    {
        _debouncer.OnChanged(Name("new"), ChangeKind.Done, whole: true);
        var waited = 0;
        while (_debouncer.Take() is null)
        {
            _debouncer.OnChanged(Name("new/f"), ChangeKind.Writing);
            Pass(50);
            waited += 50;
        }
        Assert.Equal(3_000, waited);
    }

    [Fact]
    public void Many_names_in_one_directory_become_the_directory()
    {
        for (var i = 0; i < 50; i++)
            _debouncer.OnChanged(Name($"d/{i}"), ChangeKind.Done);
        _debouncer.OnChanged(Name("other"), ChangeKind.Done);
        Pass(100);
        Assert.Equal("d other", TakeAll());
    }

    [Fact]
    public void Many_names_in_the_root_or_in_all_become_everything()
    {
        for (var i = 0; i < 5; i++)
            _debouncer.OnChanged(Name($"{i}"), ChangeKind.Done);
        Pass(100);
        Assert.Equal("everything", TakeAll());
        Pass(5000);
        for (var i = 0; i < 11; i++)
            _debouncer.OnChanged(Name($"{i}/x"), ChangeKind.Done);
        _debouncer.OnChanged(Name("late"), ChangeKind.Done);
        Pass(100);
        Assert.Equal("everything", TakeAll());
        Assert.Null(_debouncer.Wait());
    }

    [Fact]
    public void Everything_is_not_asked_for_all_the_time()
    {
        var notices = 0;
        for (var at = 0; at < 20_000; at += 50)
        {
            _debouncer.AddEverything();
            Pass(50);
            notices += _debouncer.Take() is null ? 0 : 1;
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
            var settler = new EventDebouncer(time, _limits);
            var uncovered = new HashSet<FileName>();
            void Take()
            {
                if (settler.Take() is { } notice)
                    uncovered.RemoveWhere(n => notice.Everything || notice.Names.Any(covers => covers == n || n.IsUnder(covers)));
            }
            foreach (var (directory, leaf, touch, whole, pause) in steps)
            {
                var name = Name(directory == 0 ? $"{leaf}" : whole ? $"{directory}" : $"{directory}/{leaf % 3}/{leaf}");
                settler.OnChanged(name, (ChangeKind)touch, whole);
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
        Assert.Equal(atRoot, UnwatchedNames.Contains(leaf, atRoot: true));
        Assert.Equal(below, UnwatchedNames.Contains(leaf, atRoot: false));
    }

    [Fact]
    public void The_limit_is_explained_with_the_exact_fix()
    {
        var problem = WatchLimits.OfWatches("/home/me/Sync", 8_000, 12_000, 8_192, TimeSpan.FromMinutes(1));
        Assert.Equal("Of the 20000 directories in '/home/me/Sync' 12000 can't be watched: the system's limit of watches (8192) is reached, at least 12000 more are needed. Changes there are found every 60 seconds.", problem.Reason);
        Assert.Equal("sudo sysctl fs.inotify.max_user_watches=32768 && echo 'fs.inotify.max_user_watches=32768' | sudo tee /etc/sysctl.d/90-foldersync-watches.conf", problem.Fix);
        Assert.Contains("max_user_instances=512", WatchLimits.OfInstances("/x", 128, TimeSpan.FromMinutes(1)).Fix, StringComparison.Ordinal);
    }

    private static FileName Name(string name) => FileName.Parse(name);

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private string TakeAll()
    {
        var notice = _debouncer.Take();
        Assert.NotNull(notice);
        return notice.Everything ? "everything" : string.Join(' ', notice.Names);
    }
}
