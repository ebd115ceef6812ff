using FolderSync.Tray.DBus;
using FolderSync.Tray.Linux;
using FolderSync.Tray.Model;
using Xunit;

namespace FolderSync.Tests.Tray;

/// <summary>The menu as panels ask for it.</summary>
public class MenuObjectTests
{
    private static readonly TrayAction Rescan = new TrayAction.Rescan();
    private static readonly TrayAction Quit = new TrayAction.Quit();

    private readonly List<TrayAction> _chosen = [];
    private readonly MenuObject _menu;

    public MenuObjectTests() => _menu = new MenuObject(_chosen.Add);

    [Fact]
    public void The_layout_is_the_menu()
    {
        _menu.Show([new MenuEntry("a", "a_b"), MenuEntry.Separator("s"), new MenuEntry("c", "c", Rescan, true), new MenuEntry("d", "d", Children: [new MenuEntry("e", "e", Quit)])]);
        var (signature, values) = Call("GetLayout", "iias", 0, -1, Array.Empty<object>());
        Assert.Equal("u(ia{sv}av)", signature);
        var children = Children(values[1]);
        Assert.Equal(["label=a__b enabled=False", "type=separator", "label=c toggle-type=checkmark toggle-state=1", "label=d children-display=submenu"], children.Select(Shown));
        Assert.Equal(["label=e"], Children(children[3]).Select(Shown));
        // It can be sent.
        _ = MessageCodec.Encode(new DBusMessage(MessageKind.Return, 1) { Signature = signature, Body = values });
    }

    [Fact]
    public void Only_what_is_asked_for_is_answered()
    {
        _menu.Show([new MenuEntry("d", "d", Children: [new MenuEntry("e", "e", Quit)])]);
        var child = Children(Call("GetLayout", "iias", 0, 1, Array.Empty<object>()).Values[1])[0];
        Assert.Empty(Children(child));
    }

    [Fact]
    public void A_click_is_told_by_number_and_an_old_number_hits_nothing_else()
    {
        _menu.Show([new MenuEntry("a", "a", Rescan), new MenuEntry("b", "b", Quit)]);
        var number = Numbers()[0];
        _menu.Show([new MenuEntry("b", "b", Quit)]);
        Call("Event", "isvu", number, "clicked", Variant.Of(""), 0u);
        Assert.Empty(_chosen);
        Call("Event", "isvu", Numbers()[0], "hovered", Variant.Of(""), 0u);
        Assert.Empty(_chosen);
        Call("Event", "isvu", Numbers()[0], "clicked", Variant.Of(""), 0u);
        Assert.Equal([Quit], _chosen);
    }

    [Fact]
    public void A_group_of_events_says_which_numbers_are_unknown()
    {
        _menu.Show([new MenuEntry("a", "a", Rescan)]);
        var (_, values) = Call("EventGroup", "a(isvu)", [new object[] { new object[] { 99, "clicked", Variant.Of(""), 0u }, new object[] { Numbers()[0], "clicked", Variant.Of(""), 0u } }]);
        Assert.Equal([99], (object[])values[0]);
        Assert.Equal([Rescan], _chosen);
    }

    [Fact]
    public void A_changed_word_updates_an_item_and_a_changed_shape_the_layout()
    {
        Assert.Equal("LayoutUpdated", _menu.Show([new MenuEntry("a", "1 %", Rescan, false)])!.Value.Member);
        Assert.Null(_menu.Show([new MenuEntry("a", "1 %", Rescan, false)]));
        Assert.Equal("ItemsPropertiesUpdated", _menu.Show([new MenuEntry("a", "2 %", Rescan, true)])!.Value.Member);
        Assert.Equal("LayoutUpdated", _menu.Show([new MenuEntry("a", "2 %", Rescan, true), new MenuEntry("b", "b")])!.Value.Member);
    }

    [Theory]
    [InlineData("GetLayout", "s", "x")]
    [InlineData("GetLayout", "", null)]
    [InlineData("Event", "i", 1)]
    [InlineData("GetProperty", "i", 77)]
    public void Wrong_arguments_are_an_error_of_the_caller(string member, string signature, object? argument)
    {
        _menu.Show([new MenuEntry("a", "a", Rescan)]);
        var e = Record.Exception(() => Call(member, signature, argument is null ? [] : [argument]));
        Assert.True(e is null or InvalidCastException or ArgumentException or IndexOutOfRangeException, $"{e}");
        Assert.Empty(_chosen);
    }

    private (string Signature, object[] Values) Call(string member, string signature, params object[] values) =>
        _menu.Answer(new DBusMessage(MessageKind.Call, 1) { Interface = MenuObject.Interface, Member = member, Signature = signature, Body = values })!.Value;

    private List<int> Numbers() => [.. Children(Call("GetLayout", "iias", 0, -1, Array.Empty<object>()).Values[1]).Select(c => (int)((object[])c)[0])];

    private static List<object> Children(object item) => [.. ((object[])((object[])item)[2]).Select(v => ((Variant)v).Value)];

    private static string Shown(object item) => string.Join(' ', ((object[])((object[])item)[1]).Cast<object[]>().Select(p => $"{p[0]}={((Variant)p[1]).Value}"));
}
