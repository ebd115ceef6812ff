using FolderSync.Tray.Model;
using Xunit;

namespace FolderSync.Tray.Tests;

/// <summary>The decision table of what the tray shows.</summary>
public class TrayViewTests
{
    private static readonly FolderView Folder = new("f", "Documents", "/home/a/Documents", "idle", "", false, 0, 0, 100, null, false);
    private static readonly DeviceView Device = new("AAAAAAA-B", "Laptop", true, false, 100, 0, 0);
    private static readonly Overview Good = new() { Folders = [Folder], Devices = [Device] };
    private static readonly DateTimeOffset Later = new(2026, 1, 2, 15, 42, 0, TimeSpan.Zero);

    public static TheoryData<string, string, string, string> Table()
    {
        var table = new TheoryData<string, string, string, string>();
        foreach (var (name, (_, icon, title, details)) in Cases)
            table.Add(name, icon.ToString(), title, details);
        return table;
    }

    private static Dictionary<string, (ServiceState State, IconState Icon, string Title, string Details)> Cases { get; } = new()
    {
        ["starting"] = (new ServiceState.Starting(), IconState.Disconnected, "The service is starting", ""),
        ["gone"] = (new ServiceState.NotRunning("It does not answer."), IconState.Disconnected, "The service is not running", "It does not answer."),
        ["nothing yet"] = Is(new Overview(), IconState.Idle, "No folder is shared yet", ""),
        ["in sync"] = Is(Good, IconState.Idle, "Up to date", "1 of 1 device connected"),
        ["scanning is nothing to look up for"] = Is(With(Folder with { State = "scanning" }), IconState.Idle, "Up to date", "1 of 1 device connected"),
        ["needs, but nobody has it"] = Is(With(Folder with { NeedItems = 2, NeedBytes = 10, Completion = 50 }), IconState.Idle, "Waiting for 2 items", "1 of 1 device connected"),
        ["syncing"] = Is(
            Good with
            {
                Folders = [Folder with { State = "syncing", NeedItems = 9, NeedBytes = 3 << 20, SecondsLeft = 130 }],
                Devices = [Device with { ReceiveRate = 1536, SendRate = 10 }],
            }, IconState.Syncing, "Syncing, 3 MiB to go", "↓ 1.5 KiB/s  ↑ 10 B/s|3 min left|1 of 1 device connected"),
        ["only deletions"] = Is(With(Folder with { State = "syncing", NeedItems = 9 }), IconState.Syncing, "Syncing", "1 of 1 device connected"),
        ["two folders: the longer time counts"] = Is(
            Good with { Folders = [Folder with { State = "syncing", NeedBytes = 1024, SecondsLeft = 10 }, Folder with { Id = "g", State = "syncing", NeedBytes = 1024, SecondsLeft = 7300 }] },
            IconState.Syncing, "Syncing, 2 KiB to go", "2 h 1 min left|1 of 1 device connected"),
        ["sending"] = Is(Good with { Devices = [Device with { Completion = 40, SendRate = 2048 }] }, IconState.Syncing, "Sending to 1 device", "↓ 0 B/s  ↑ 2 KiB/s|1 of 1 device connected"),
        ["a device that lacks something and gets nothing"] = Is(Good with { Devices = [Device with { Completion = 40 }] }, IconState.Idle, "Up to date", "1 of 1 device connected"),
        ["all others away"] = Is(Good with { Devices = [Device with { IsConnected = false }] }, IconState.Disconnected, "No device is connected", ""),
        ["one of two away"] = Is(Good with { Devices = [Device, Device with { Id = "B", IsConnected = false }] }, IconState.Idle, "Up to date", "1 of 2 devices connected"),
        ["paused until resumed"] = Is(Good with { Pause = new PauseView(null) }, IconState.Paused, "Paused", ""),
        ["paused for a time"] = Is(Good with { Pause = new PauseView(Later) }, IconState.Paused, "Paused until 15:42", ""),
        ["all devices paused one by one"] = Is(Good with { Devices = [Device with { IsPaused = true, IsConnected = false }] }, IconState.Paused, "Paused", ""),
        ["one of two devices paused"] = Is(Good with { Devices = [Device, Device with { Id = "B", IsPaused = true, IsConnected = false }] }, IconState.Idle, "Up to date", "1 of 2 devices connected"),
        ["all folders paused"] = Is(With(Folder with { IsPaused = true, State = "" }), IconState.Paused, "Paused", ""),
        ["a folder's error"] = Is(With(Folder with { State = "error", Error = "The marker is missing." }), IconState.Error, "1 folder has an error", "1 of 1 device connected"),
        ["an error of a paused folder waits"] = Is(
            Good with { Folders = [Folder, Folder with { Id = "g", IsPaused = true, State = "", Error = "x" }] }, IconState.Idle, "Up to date", "1 of 1 device connected"),
        ["a problem nobody has seen"] = Is(Good with { Problems = [new ProblemView("1", null, "Port 22000 is taken.", true)] }, IconState.Error, "1 problem", "1 of 1 device connected"),
        ["a warning is not an error"] = Is(Good with { Problems = [new ProblemView("1", null, "Slow.", false)] }, IconState.Idle, "Up to date", "1 of 1 device connected"),
        ["error before attention"] = Is(
            With(Folder with { State = "error" }) with { PairingRequests = [new PairingRequest("D", "Phone")] }, IconState.Error, "1 folder has an error", "1 of 1 device connected"),
        ["pairing request"] = Is(Good with { PairingRequests = [new PairingRequest("D", "Phone")] }, IconState.Attention, "1 device asks to pair", "1 of 1 device connected"),
        ["folder offers"] = Is(
            Good with { Offers = [new FolderOffer("f", "F", "D", "Phone"), new FolderOffer("g", "G", "D", "Phone")] }, IconState.Attention, "2 folders are offered", "1 of 1 device connected"),
        ["conflicts"] = Is(Good with { Conflicts = [new ConflictView("f", "Documents", "a.sync-conflict")] }, IconState.Attention, "1 conflict", "1 of 1 device connected"),
        ["held deletions"] = Is(With(Folder with { IsHeld = true }), IconState.Attention, "Held changes need your decision", "1 of 1 device connected"),
        ["attention while syncing says both"] = Is(
            With(Folder with { State = "syncing", NeedBytes = 2048 }) with { PairingRequests = [new PairingRequest("D", "Phone")] },
            IconState.Attention, "1 device asks to pair", "Syncing, 2 KiB to go|1 of 1 device connected"),
        ["attention before pause"] = Is(
            Good with { Pause = new PauseView(null), Conflicts = [new ConflictView("f", "Documents", "a")] }, IconState.Attention, "1 conflict", "1 of 1 device connected"),
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_icon_and_its_tooltip_follow_from_what_is_known(string name, string icon, string title, string details)
    {
        var view = TrayView.Of(Cases[name].State, ownsService: false, TimeZoneInfo.Utc);
        Assert.Equal((icon, title, details), (view.Icon.ToString(), view.Title, string.Join('|', view.Details)));
        Assert.Equal(title, view.Menu[0].Label);
    }

    [Fact]
    public void A_tooltip_holds_no_names_so_that_nobody_can_write_into_it()
    {
        const string evil = "<b>\u202Eevil";
        var o = new Overview
        {
            Folders = [Folder with { Name = evil, State = "syncing", NeedBytes = 1 }],
            Devices = [Device with { Name = evil }],
            PairingRequests = [new PairingRequest("D", evil)],
            Conflicts = [new ConflictView("f", evil, evil)],
        };
        var view = TrayView.Of(new ServiceState.Running(o), false, TimeZoneInfo.Utc);
        Assert.DoesNotContain("evil", view.Title + string.Concat(view.Details));
    }

    private static (ServiceState, IconState, string, string) Is(Overview o, IconState icon, string title, string details) => (new ServiceState.Running(o), icon, title, details);

    private static Overview With(FolderView folder) => Good with { Folders = [folder] };
}
