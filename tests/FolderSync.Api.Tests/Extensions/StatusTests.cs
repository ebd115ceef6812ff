using FolderSync.Api.Extensions;
using FolderSync.Api.Service;
using FolderSync.Core.Model;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Status;
using FolderSync.Index;
using FolderSync.Simulator.Stores;
using FolderSync.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FolderSync.Api.Tests.Extensions;

public sealed class StatusTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_rate_follows_within_seconds_and_falls_to_nothing()
    {
        var rate = new SmoothedRate();
        long counter = 5_000_000;
        Assert.Equal(0, rate.Take(counter, Start));
        for (var second = 1; second <= 30; second++)
            Assert.Equal(1000, rate.Take(counter += 1000, Start.AddSeconds(second)));
        Assert.InRange(rate.Value, 980, 1000);
        // One burst does not make it jump.
        rate.Take(counter += 10_000, Start.AddSeconds(31));
        Assert.InRange(rate.Value, 1000, 3000);
        for (var second = 32; second <= 120; second++)
            rate.Take(counter, Start.AddSeconds(second));
        Assert.Equal(0, rate.Value);
    }

    [Fact]
    public void A_counter_begun_anew_is_no_negative_rate()
    {
        var rate = new SmoothedRate();
        rate.Take(1_000_000, Start);
        Assert.Equal(500, rate.Take(500, Start.AddSeconds(1)));
        Assert.InRange(rate.Value, 1, 500);
        Assert.Equal(0, rate.Take(700, Start.AddSeconds(1)));
    }

    [Theory]
    [InlineData(0, 0, 0L)]
    [InlineData(1000, 0, null)]
    [InlineData(1000, 10, null)]
    [InlineData(1000, 100, 10L)]
    [InlineData(1001, 100, 11L)]
    [InlineData(long.MaxValue, 1e9, 9223372037L)]
    public void Time_left_is_said_only_where_it_is_known(long bytes, double rate, long? seconds) => Assert.Equal(seconds, RateMeter.SecondsLeft(bytes, rate));

    [Fact]
    public void Problems_stay_over_a_restart_until_they_are_acknowledged()
    {
        var state = new MemoryStateStore();
        var book = new ProblemBook(state, TimeProvider.System);
        book.Add("error", "The disk is gone.", "docs");
        book.Add("error", "The disk is gone.", "docs");
        book.Add("warning", "Slow.", null, "ABC");
        var again = new ProblemBook(state, TimeProvider.System);
        Assert.Equal(["Slow.", "The disk is gone."], again.All().Select(p => p.Text));
        Assert.Equal(1, again.Acknowledge(again.All()[1].Id));
        Assert.Equal(0, again.Acknowledge(again.All()[1].Id));
        again.Add("error", "The disk is gone.", "docs");
        Assert.Equal([(3L, false), (2L, false), (1L, true)], again.All().Select(p => (p.Id, p.Acknowledged)));
        Assert.Equal(2, again.Acknowledge(null));
        for (var i = 0; i < ProblemBook.Kept + 50; i++)
            again.Add("error", $"problem {i}");
        Assert.Equal(ProblemBook.Kept, again.All().Count);
        Assert.DoesNotContain(again.All(), p => p.Acknowledged);
    }

    [Fact]
    public void The_log_keeps_its_latest_lines_and_a_level_for_each_area()
    {
        var book = new LogBook(TimeProvider.System, LogLevel.Information);
        using var factory = LoggerFactory.Create(l => l.SetMinimumLevel(LogLevel.Trace).AddFilter((_, c, level) => book.IsLogged(c ?? "", level)).AddProvider(book));
        var folders = factory.CreateLogger("FolderSync.Engine.Folders.Folder");
        var peers = factory.CreateLogger("FolderSync.Engine.Peers.PeerHub");
#pragma warning disable CA1848, CA2254
        folders.LogDebug("not logged");
        var state = new MemoryStateStore();
        book.SetLevels(new Dictionary<string, LogLevel> { ["folders"] = LogLevel.Debug }, state);
        folders.LogDebug("logged");
        peers.LogDebug("not logged");
        peers.LogInformation("a \u202e name\n");
        Assert.Equal([("folders", "logged"), ("peers", @"a \u202e name\u000a")], book.Since(0, 10).Select(e => (e.Area, e.Text)));
        var restarted = new LogBook(TimeProvider.System, LogLevel.Information);
        restarted.Load(state);
        Assert.Equal((LogLevel.Debug, LogLevel.Information, LogLevel.Warning), (restarted.Levels["folders"], restarted.Levels["peers"], restarted.Levels["web"]));
        for (var i = 0; i < LogBook.Kept + 10; i++)
            peers.LogInformation($"line {i}");
#pragma warning restore CA1848, CA2254
        Assert.Equal(LogBook.Kept, book.Since(0, int.MaxValue).Count);
        var last = book.Since(0, 1)[0];
        Assert.Equal($"line {LogBook.Kept + 9}", last.Text);
        Assert.Empty(book.Since(last.Seq, 10));
    }

    [Theory]
    [InlineData("page:\n  api-key: abcdefgh12345 # keep abcdefgh12345\n  address: 127.0.0.1:1\n", "page:\n  api-key: ******** # keep ********\n  address: 127.0.0.1:1\n")]
    [InlineData("page: {api-key: 'a b', password-hash: \"x$y\"}\n", "page: {api-key: ********, password-hash: ********}\n")]
    [InlineData("page:\n  api-key: |\n    one\n    two\n  tls: true\n", "page:\n  api-key: ********\n  tls: true\n")]
    [InlineData("page:\n  api-key:\n", "page:\n  api-key:\n")]
    [InlineData("other:\n  My-Secret: [one, {two: three}]\n", "other:\n  My-Secret: [********, {two: ********}]\n")]
    public void Secrets_are_masked_however_they_are_written(string text, string masked) => Assert.Equal(masked, ConfigMask.Of("config.yaml", text));

    [Fact]
    public void Previews_say_what_the_commands_do()
    {
        var (self, other) = (Entries.Self, Entries.Device(1));
        var theirs = Entries.File("a", Entries.Vector((1, 2)), content: 1);
        var mine = Entries.File("a", Entries.Vector((5, 1)), content: 2);
        var gone = mine with { Deleted = true, Blocks = null, Size = 0 };
        Assert.Equal(PreviewedAction.Delete, Previews.OfOverride(new NeededItem(theirs, null)).Action);
        Assert.Equal(PreviewedAction.Delete, Previews.OfOverride(new NeededItem(theirs, gone)).Action);
        Assert.Equal(PreviewedAction.Restore, Previews.OfOverride(new NeededItem(theirs with { Deleted = true }, mine)).Action);
        Assert.Equal(new PreviewedItem(mine.Name, PreviewedAction.Replace, FileType.File, mine.Size), Previews.OfOverride(new NeededItem(theirs, mine)));
        Assert.Equal(PreviewedAction.Delete, Previews.OfRevert(mine, [(self, mine)], self).Action);
        Assert.Equal(PreviewedAction.Delete, Previews.OfRevert(mine, [(self, mine), (other, theirs with { Deleted = true })], self).Action);
        Assert.Equal(PreviewedAction.Replace, Previews.OfRevert(mine, [(self, mine), (other, theirs)], self).Action);
        Assert.Equal(new PreviewedItem(mine.Name, PreviewedAction.Restore, FileType.File, theirs.Size), Previews.OfRevert(gone, [(self, gone), (other, theirs)], self));
    }
}
