using FolderSync.Configuration.Store;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Configuration.Tests.Store;

public sealed class ConfigBackupsTests : IDisposable
{
    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("foldersync-backups-").FullName, "backups");
    private readonly ManualTime _time = new();

    private ConfigBackups Backups => new(_directory, _time);

    private IEnumerable<string> Texts => Backups.Texts().Select(t => t.Text);

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    [Fact]
    public void The_newest_is_first_and_older_ones_are_deleted()
    {
        Assert.Empty(Texts);
        for (var i = 0; i < 9; i++)
            Backups.Add($"text {i}");
        Backups.Add("text 8");
        Assert.Equal(["text 8", "text 7", "text 6", "text 5", "text 4", "text 3"], Texts);
    }

    /// <summary>A clock that was ahead once: what is kept now would be taken for older than all of it, and deleted at once.</summary>
    [Fact]
    public void A_clock_that_is_set_back_makes_no_new_text_older()
    {
        _time.WallClockOff = TimeSpan.FromDays(3650);
        for (var i = 0; i < 6; i++)
            Backups.Add($"ahead {i}");
        _time.WallClockOff = TimeSpan.Zero;
        Backups.Add("now");
        _time.Advance(TimeSpan.FromHours(1));
        Backups.Add("later");
        Assert.Equal(["later", "now", "ahead 5", "ahead 4", "ahead 3", "ahead 2"], Texts);
    }

    [Fact]
    public void A_users_own_file_is_no_copy_and_stays()
    {
        Backups.Add("first");
        File.WriteAllText(Path.Combine(_directory, "config-mine.yaml"), "mine");
        for (var i = 0; i < 9; i++)
            Backups.Add($"text {i}");
        Assert.Equal("text 8", Texts.First());
        Assert.DoesNotContain("mine", Texts);
        Assert.True(File.Exists(Path.Combine(_directory, "config-mine.yaml")));
    }
}
