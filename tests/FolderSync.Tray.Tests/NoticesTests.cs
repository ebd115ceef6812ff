using FolderSync.Tray.Model;
using Xunit;

namespace FolderSync.Tray.Tests;

public class NoticesTests
{
    private static readonly FolderView Folder = new("f", "Documents", "/d", "idle", "", false, 0, 0, 100, null, false);

    private static readonly Overview Everything = new()
    {
        PairingRequests = [new PairingRequest("AAAAAAA-B", "Phone")],
        Offers = [new FolderOffer("g", "Photos", "D", "Phone")],
        Conflicts = [new ConflictView("f", "Documents", "a.sync-conflict-1.txt")],
        Folders = [Folder with { Error = "The marker is missing.", State = "error" }],
    };

    [Fact]
    public void Each_thing_is_told_once_and_again_when_it_comes_back()
    {
        var notices = new Notices();
        notices.TakeNew(new Overview());
        Assert.Equal(["Phone asks to pair", "Phone offers a folder", "A conflict in Documents", "Documents has stopped"], notices.TakeNew(Everything).Select(n => n.Title));
        Assert.Empty(notices.TakeNew(Everything));
        notices.TakeNew(new Overview());
        Assert.Equal(4, notices.TakeNew(Everything).Count);
    }

    [Fact]
    public void What_was_there_before_the_tray_is_told_only_where_others_wait()
    {
        Assert.Equal([NoticeKind.Pairing, NoticeKind.Offer], new Notices().TakeNew(Everything).Select(n => n.Kind));
    }

    [Theory]
    [InlineData("Pairing")]
    [InlineData("Offer")]
    [InlineData("Conflict")]
    [InlineData("Error")]
    public void Each_kind_can_be_switched_off(string kind)
    {
        var off = Enum.Parse<NoticeKind>(kind);
        var notices = new Notices();
        notices.TakeNew(new Overview());
        var on = new NoticeSwitches(off != NoticeKind.Pairing, off != NoticeKind.Offer, off != NoticeKind.Conflict, off != NoticeKind.Error);
        var told = notices.TakeNew(Everything with { Notifications = on }).Select(n => n.Kind).ToList();
        Assert.Equal(3, told.Count);
        Assert.DoesNotContain(off, told);
        // After switching it on again, old events are not shown.
        Assert.Empty(notices.TakeNew(Everything));
    }

    [Fact]
    public void Many_of_a_kind_are_one_notice()
    {
        var notices = new Notices();
        notices.TakeNew(new Overview());
        var many = new Overview { Conflicts = [.. Enumerable.Range(0, 500).Select(i => new ConflictView(i % 2 == 0 ? "f" : "g", i % 2 == 0 ? "Documents" : "Photos", $"{i}"))] };
        Assert.Equal(["250 conflicts in Documents", "250 conflicts in Photos"], notices.TakeNew(many).Select(n => n.Title));
    }

    [Fact]
    public void Text_of_others_is_made_safe()
    {
        var notices = new Notices();
        notices.TakeNew(new Overview());
        var notice = Assert.Single(notices.TakeNew(new Overview { PairingRequests = [new PairingRequest("AAAAAAA-B", "a\u202Eb\n\0" + new string('x', 1000))] }));
        Assert.DoesNotContain(notice.Title + notice.Text, c => char.IsControl(c) || c == '\u202E');
        Assert.InRange(notice.Title.Length, 1, 100);
    }
}
