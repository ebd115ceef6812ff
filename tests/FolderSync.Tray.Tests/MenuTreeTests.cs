using FolderSync.Tray.Linux;
using FolderSync.Tray.Model;
using Xunit;

namespace FolderSync.Tray.Tests;

/// <summary>The menu as desktop panels request it.</summary>
public class MenuTreeTests
{
    private static readonly TrayAction Rescan = new TrayAction.Rescan();
    private static readonly TrayAction Quit = new TrayAction.Quit();

    private readonly MenuTree _tree = new();

    [Fact]
    public void The_layout_is_the_menu()
    {
        _tree.Show([new MenuEntry("a", "a_b"), MenuEntry.Separator("s"), new MenuEntry("c", "c", Rescan, true), new MenuEntry("d", "d", Children: [new MenuEntry("e", "e", Quit)])]);
        var children = Layout(-1).Children;
        Assert.Equal(["label=a__b enabled=False", "type=separator", "label=c toggle-type=checkmark toggle-state=1", "label=d children-display=submenu"], children.Select(Shown));
        Assert.Equal(["label=e"], children[3].Children.Select(Shown));
    }

    [Fact]
    public void Only_what_is_asked_for_is_answered()
    {
        _tree.Show([new MenuEntry("d", "d", Children: [new MenuEntry("e", "e", Quit)])]);
        Assert.Empty(Layout(0).Children);
        Assert.Empty(Assert.Single(Layout(1).Children).Children);
        Assert.Equal("e", _tree.Find(_tree.Layout(Numbers()[0], -1)!.Value.Item.Children[0].Number)!.Label);
        Assert.Null(_tree.Layout(99, -1));
    }

    [Fact]
    public void An_old_number_hits_nothing_else()
    {
        _tree.Show([new MenuEntry("a", "a", Rescan), new MenuEntry("b", "b", Quit)]);
        var numbers = Numbers();
        _tree.Show([new MenuEntry("b", "b", Quit)]);
        Assert.Null(_tree.Find(numbers[0]));
        Assert.Equal(Quit, _tree.Find(numbers[1])!.Action);
        Assert.Equal(numbers[1], Assert.Single(Numbers()));
    }

    [Fact]
    public void Items_are_those_that_are_known_with_what_is_default_too()
    {
        _tree.Show([new MenuEntry("a", "a", Rescan), new MenuEntry("b", "b")]);
        Assert.Equal(["label=a enabled=True"], _tree.Items([99, Numbers()[0]]).Select(Shown));
        Assert.Equal(2, _tree.Items([]).Count);
    }

    [Fact]
    public void A_changed_word_updates_an_item_and_a_changed_shape_the_layout()
    {
        Assert.IsType<MenuChange.Layout>(_tree.Show([new MenuEntry("a", "1 %", Rescan, false)]));
        Assert.Null(_tree.Show([new MenuEntry("a", "1 %", Rescan, false)]));
        var looks = Assert.IsType<MenuChange.Appearance>(_tree.Show([new MenuEntry("a", "2 %", Rescan, true)]));
        Assert.Equal(["label=2 % enabled=True toggle-type=checkmark toggle-state=1"], looks.Items.Select(Shown));
        Assert.IsType<MenuChange.Layout>(_tree.Show([new MenuEntry("a", "2 %", Rescan, true), new MenuEntry("b", "b")]));
    }

    /// <summary>The bus disconnects clients that send it a NUL.</summary>
    [Fact]
    public void Texts_are_fit_for_the_bus()
    {
        Assert.Equal("a\uFFFDb", BusText.Escape("a\0b"));
        Assert.Equal(new string('a', 1000), BusText.Escape(new string('a', 5000)));
        Assert.Equal(new string('a', 999), BusText.Escape(new string('a', 999) + "😀"));
    }

    [Theory]
    [InlineData("unix:path=/run/bus,guid=00", "unix:path=/run/bus,guid=00")]
    [InlineData("unix:abstract=/tmp/x;tcp:host=example.org,port=1;unix:path=/b", "unix:abstract=/tmp/x unix:path=/b")]
    [InlineData("tcp:host=localhost,port=5;launchd:env=X;unixexec:path=/bin/sh", "")]
    [InlineData("unix:tmpdir=/tmp", "")]
    public void Only_sockets_of_this_computer_are_connected_to(string address, string expected) =>
        Assert.Equal(expected, string.Join(' ', BusAddress.OnThisComputer(address)));

    private MenuItem Layout(int depth) => _tree.Layout(MenuTree.Root, depth)!.Value.Item;

    private List<int> Numbers() => [.. Layout(-1).Children.Select(c => c.Number)];

    private static string Shown(MenuItem item) => string.Join(' ', item.Properties.Select(p => $"{p.Key}={p.Value.ToString(includeTypeSuffix: false)}"));
}
