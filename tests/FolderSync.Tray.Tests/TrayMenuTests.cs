using FolderSync.Tray.Model;
using Xunit;

namespace FolderSync.Tray.Tests;

public class TrayMenuTests
{
    private static readonly FolderView Folder = new("f", "Documents", "/home/a/Documents", "idle", "", false, 0, 0, 100, null, false);
    private static readonly DeviceView Device = new("AAAAAAA-B", "Laptop", true, false, 100, 0, 0);
    private static readonly Overview Good = new() { Folders = [Folder], Devices = [Device] };
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 15, 42, 0, TimeSpan.Zero);

    [Fact]
    public void A_running_service_has_the_whole_menu()
    {
        Assert.Equal(
            ["Up to date", "Open FolderSync", "", "Folders", "Devices", "Recent changes", "", "Pause for 1 hour", "Pause until resumed", "Rescan all folders", "Settings", "", "Quit"],
            Menu(Good).Select(e => e.Label));
        Assert.Equal(new TrayAction.Pause(TimeSpan.FromHours(1)), Entry(Good, "pause-hour").Action);
        Assert.Equal(new TrayAction.Pause(null), Entry(Good, "pause").Action);
        Assert.Equal(false, Entry(Good, "pause").IsChecked);
        Assert.Equal(new TrayAction.OpenPage("settings"), Entry(Good, "settings").Action);
    }

    [Fact]
    public void Without_a_service_it_can_be_started_or_the_tray_left()
    {
        var menu = TrayView.Of(new ServiceState.NotRunning("No service runs."), false, TimeZoneInfo.Utc).Menu;
        Assert.Equal(["The service is not running", "No service runs.", "", "Start the service", "", "Quit"], menu.Select(e => e.Label));
        Assert.Equal(["The service is starting", "", "Quit and stop the service"], TrayView.Of(new ServiceState.Starting(), true, TimeZoneInfo.Utc).Menu.Select(e => e.Label));
    }

    [Fact]
    public void A_timed_pause_is_checked_says_its_end_and_a_click_resumes()
    {
        var o = Good with { Pause = new PauseView(Time) };
        Assert.Equal(("Paused until 15:42", true), (Entry(o, "pause-hour").Label, Entry(o, "pause-hour").IsChecked));
        Assert.IsType<TrayAction.Resume>(Entry(o, "pause-hour").Action);
        Assert.Equal(false, Entry(o, "pause").IsChecked);
        Assert.Equal(new TrayAction.Pause(null), Entry(o, "pause").Action);
        Assert.IsType<TrayAction.Resume>(Entry(o, "resume").Action);
    }

    [Fact]
    public void A_pause_until_resumed_is_checked_at_its_own_line()
    {
        var o = Good with { Pause = new PauseView(null) };
        Assert.Equal((false, true), (Entry(o, "pause-hour").IsChecked, Entry(o, "pause").IsChecked));
        Assert.IsType<TrayAction.Resume>(Entry(o, "pause").Action);
        Assert.Equal(new TrayAction.Pause(TimeSpan.FromHours(1)), Entry(o, "pause-hour").Action);
    }

    [Theory]
    [InlineData("idle", 0, 100, "Documents  –  up to date")]
    [InlineData("scanning", 0, 100, "Documents  –  scanning")]
    [InlineData("syncing", 3, 41.9, "Documents  –  41 %")]
    [InlineData("idle", 3, 100, "Documents  –  99 %")]
    [InlineData("error", 0, 100, "Documents  –  error")]
    public void A_folder_says_how_it_is_and_opens(string state, int need, double completion, string label)
    {
        var o = Good with { Folders = [Folder with { State = state, NeedItems = need, Completion = completion }] };
        var entry = Assert.Single(Entry(o, "folders").Children!);
        Assert.Equal((label, new TrayAction.OpenDirectory("/home/a/Documents")), (entry.Label, entry.Action));
    }

    [Theory]
    [InlineData("/home/a/Documents", "b/c/d.txt", "/home/a/Documents/b/c")]
    [InlineData("/home/a/Documents", "d.txt", "/home/a/Documents")]
    [InlineData(@"C:\Users\a\Documents", "b/c.txt", @"C:\Users\a\Documents\b")]
    public void A_change_opens_the_directory_that_holds_it(string path, string item, string opened)
    {
        var o = Good with { Folders = [Folder with { Path = path }], Changes = [new ChangeView("f", item, "modified", "Laptop", Time)] };
        Assert.Equal(new TrayAction.OpenDirectory(opened), Entry(o, "changes").Children![0].Action);
    }

    [Theory]
    [InlineData("../../etc/x")]
    [InlineData("a/../x")]
    [InlineData("/etc/x")]
    [InlineData("a//x")]
    public void A_change_never_opens_what_is_outside_its_folder(string item)
    {
        var o = Good with { Changes = [new ChangeView("f", item, "modified", "Laptop", Time)] };
        Assert.Null(Entry(o, "changes").Children![0].Action);
    }

    [Fact]
    public void Many_of_everything_stay_a_menu_that_fits_a_screen()
    {
        var o = new Overview
        {
            Folders = [.. Enumerable.Range(0, 200).Select(i => Folder with { Id = $"f{i}" })],
            Devices = [.. Enumerable.Range(0, 100).Select(i => Device with { Id = $"d{i}" })],
            PairingRequests = [.. Enumerable.Range(0, 50).Select(i => new PairingRequest($"p{i}", "x"))],
            Offers = [.. Enumerable.Range(0, 50).Select(i => new FolderOffer($"f{i}", "x", "d1", "y"))],
            Changes = [.. Enumerable.Range(0, 50).Select(i => new ChangeView("f1", $"{i}", "added", "", Time))],
            Nearby = [.. Enumerable.Range(0, 50).Select(i => new NearbyView($"n{i}", "x"))],
            Conflicts = [.. Enumerable.Range(0, 1000).Select(i => new ConflictView("f1", "x", $"{i}"))],
        };
        var menu = Menu(o);
        Assert.InRange(menu.Count, 1, 25);
        Assert.All(menu, e => Assert.InRange(e.Children?.Count ?? 0, 0, 40));
    }

    [Fact]
    public void Every_entry_of_a_menu_has_a_key_of_its_own()
    {
        var o = Good with
        {
            Folders = [Folder, Folder with { Id = "g" }],
            Devices = [Device, Device with { Id = "x", IsConnected = true }],
            PairingRequests = [new PairingRequest("p", "")],
            Offers = [new FolderOffer("f", "F", "x", "X"), new FolderOffer("f", "F", "y", "Y")],
            Nearby = [new NearbyView("n", "N")],
            Changes = [new ChangeView("f", "a", "added", "", Time), new ChangeView("f", "a", "added", "", Time)],
            Pause = new PauseView(Time),
        };
        Assert.Empty(MenuEntry.Flat(Menu(o)).GroupBy(e => e.Key).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Theory]
    [InlineData("plain name", "plain name")]
    [InlineData("two\nlines\tand\0nul", "two\uFFFDlines\uFFFDand\uFFFDnul")]
    [InlineData("turn\u202Egnp.exe", "turn\uFFFDgnp.exe")]
    [InlineData("", "(no name)")]
    public void Others_words_are_made_safe_to_show(string name, string shown) => Assert.Equal(shown, TrayText.Name(name));

    [Fact]
    public void A_long_name_is_cut_and_never_inside_a_character()
    {
        Assert.Equal(new string('x', 60) + "…", TrayText.Name(new string('x', 5000)));
        var cut = TrayText.Name(string.Concat(Enumerable.Repeat("😀", 100)));
        Assert.False(char.IsHighSurrogate(cut[^2]));
    }

    private static IReadOnlyList<MenuEntry> Menu(Overview o) => TrayView.Of(new ServiceState.Running(o), false, TimeZoneInfo.Utc).Menu;

    private static MenuEntry Entry(Overview o, string key) => MenuEntry.Flat(Menu(o)).Single(e => e.Key == key);
}
