using System.Text.Json;
using FolderSync.CommandLine.Shell;
using FolderSync.CommandLine.Status;
using FolderSync.Contracts;
using Xunit;

namespace FolderSync.CommandLine.Tests.Status;

public sealed class StatusTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly StatusReport Report = new(
        "IVLJ3JL-7JN57IS-4WXVBSO-6R4BIUV-OK4Y4D7-3U7WCXV-EBRM2UH-HEOW3Q4", "laptop", "v0.1.0", 3720, "http://127.0.0.1:8384/", false, null,
        [
            Folder("documents", "idle", 100, 0, 0),
            Folder("photos", "syncing", 42.17, 1233, 1288490189) with { Label = "All photos", ReceiveRate = 2 << 20, SecondsLeft = 615 },
            Folder("music", "paused", 0, 0, 0),
            Folder("backup", "error", 100, 0, 0) with { Error = "'/mnt/backup' does not exist." },
        ],
        [
            new DeviceLine("AR66B5K-DY7RVSR-25W3PIO-MXZMGAX-2XOIFGH-3FEEPYD-IYUX24M-KPNADAC", "nas", true, false, "192.168.1.5:22000", true, "syncthing", "v1.29.5", 99.97, 0, 0, null, null),
            new DeviceLine("PHONE23-DY7RVSR-25W3PIO-MXZMGAX-2XOIFGH-3FEEPYD-IYUX24M-KPNADAC", "phone", false, false, "", false, "", "", 0, 0, 0, null, "refused"),
        ],
        ["backup: '/mnt/backup' does not exist."]);

    [Fact]
    public void The_table_is_what_a_person_reads() => Assert.Equal(
        """
        laptop  IVLJ3JL  FolderSync v0.1.0, up 1 h 2 min
        Page: http://127.0.0.1:8384/

          Folder       State          Done      Here                Missing
        ─────────────────────────────────────────────────────────────────────
          documents    up to date    100 %   1.5 MiB
          All photos   syncing      42.1 %   1.5 MiB   1,233 items, 1.2 GiB
          music        paused
          backup       stopped       100 %   1.5 MiB


          Device   Connection          Done   Address             Program
        ─────────────────────────────────────────────────────────────────────────────
          nas      connected (LAN)   99.9 %   192.168.1.5:22000   syncthing v1.29.5
          phone    not connected              never seen

        ! backup: '/mnt/backup' does not exist.

        """.ReplaceLineEndings("\n"), Rendered(Report));

    [Fact]
    public void Nothing_there_yet_says_what_to_do_first()
    {
        var shown = Rendered(Report with { Folders = [], Devices = [], Attention = [] });
        Assert.Contains("foldersync share PATH --with DEVICE", shown, StringComparison.Ordinal);
        Assert.Contains("foldersync pair ID", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_names_give_way_and_every_line_fits()
    {
        var long80 = Report with
        {
            Folders = [Folder(new string('x', 200), "sync-waiting", 1, 1_234_567, long.MaxValue / 2) with { Bytes = long.MaxValue / 3 }],
            Devices = [Report.Devices[0] with { Name = new string('y', 90), Address = "[fe80::1234:5678:9abc:def0%enp0s31f6]:22000" }],
            Attention = [],
        };
        Assert.All(Rendered(long80).Split('\n'), l => Assert.True(l.Length <= 80, l));
    }

    [Fact]
    public void Others_words_are_neither_markup_nor_steer_the_terminal()
    {
        var shown = Rendered(Report with
        {
            Folders = [Report.Folders[0] with { Label = "[red]a\u001b[2Jb\u202ec[/]" }],
            Devices = [Report.Devices[0] with { Name = "[link]x\ny" }],
            Attention = ["a\u001b]0;b"],
        });
        Assert.Contains("[red]a\\u001b[2Jb\\u202ec[/]", shown, StringComparison.Ordinal);
        Assert.Contains("[link]x\\u000ay", shown, StringComparison.Ordinal);
        Assert.Contains("a\\u001b]0;b", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
    }

    [Fact]
    public void A_wide_terminal_shows_paths() => Assert.Contains("/home/a/documents", Rendered(Report, "140"), StringComparison.Ordinal);

    [Fact]
    public void A_pause_is_told() =>
        Assert.Contains("Everything is paused until", Rendered(Report with { Paused = true, PausedUntil = Now.AddHours(1) }), StringComparison.Ordinal);

    /// <summary>Programs parse it: fields must not change.</summary>
    [Fact]
    public void The_json_s_keys_stay()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Report, StatusJson.Default.StatusReport));
        Assert.Equal("id,name,version,uptimeSeconds,url,paused,pausedUntil,folders,devices,attention", Keys(json.RootElement));
        Assert.Equal("id,label,path,type,state,error,percent,files,bytes,needItems,needBytes,errors,conflicts,heldDeletions,receiveRate,secondsLeft,lastChange,lastItem", Keys(json.RootElement.GetProperty("folders")[0]));
        Assert.Equal("id,name,connected,paused,address,lan,program,version,percent,receiveRate,sendRate,lastSeen,why", Keys(json.RootElement.GetProperty("devices")[0]));

        static string Keys(JsonElement element) => string.Join(',', element.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void What_waits_for_a_person_comes_with_its_command()
    {
        var told = ActionItems.Of(
            [Report.Folders[0] with { Errors = 2, Conflicts = 1, HeldDeletions = 1200 }],
            new Dictionary<string, PendingDevice> { ["ID-A"] = new(Now, "tablet", "") },
            new Dictionary<string, PendingFolder> { ["new folder"] = new(new Dictionary<string, FolderOffer> { [Report.Devices[0].Id] = new(Now, "Neu", false, false) }) },
            [new ProblemItem(1, Now, null, null, "x", "error", false), new ProblemItem(2, Now, null, null, "x", "error", true)],
            Report.Devices);
        Assert.Equal(
            [
                "documents: 1,200 held changes need your decision. `foldersync open` shows them.",
                "documents: 2 items can't be synced. `foldersync need documents` says why.",
                "documents: 1 conflict copy. `foldersync conflicts documents` lists them.",
                "tablet asks to be paired: foldersync pair ID-A",
                "nas offers the folder 'Neu': foldersync share PATH --with nas --id 'new folder'",
                "1 problem not acknowledged yet. `foldersync problems` lists them.",
            ], told);
    }

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(99.99, "99.9 %")]
    [InlineData(0.04, "0.0 %")]
    [InlineData(100, "100 %")]
    public void Percentages_round_down(double percent, string shown) => Assert.Equal(shown, StatusTable.Percent(percent));

    private static FolderLine Folder(string id, string state, double percent, long items, long bytes) =>
        new(id, "", $"/home/a/{id}", "sendreceive", state, "", percent, 12, 3 << 19, items, bytes, 0, 0, 0, 0, null, null, null);

    private static string Rendered(StatusReport report, string columns = "80")
    {
        using var output = new StringWriter();
        StatusTable.Write(new CliContext(output, TextWriter.Null, name => name == "COLUMNS" ? columns : null, IsTerminal: false, "/") { Time = new FixedTime() }, report);
        return string.Join('\n', output.ToString().ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimEnd()));
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
