using System.Text.Json;
using FolderSync.Api.Http;
using FolderSync.Contracts;
using Xunit;

namespace FolderSync.Api.Tests.Http;

/// <summary>What of the contracts' text a running pair of devices doesn't show; the rest is in AnswerTextTests.</summary>
public class ContractTests
{
    private static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, 80, TimeSpan.FromHours(-3.5));

    private static readonly FileVersion File = new()
    {
        Name = "a/<b>é.txt",
        Type = "FILE_INFO_TYPE_FILE",
        Size = 1,
        Modified = Time,
        ModifiedBy = "SHORTID",
        Permissions = "0644",
        NoPermissions = false,
        Deleted = false,
        Invalid = false,
        Ignored = false,
        MustRescan = false,
        LocalFlags = 0,
        Version = ["SHORTID:1"],
        Sequence = 2,
        NumBlocks = 1,
        BlocksHash = null,
    };

    private static readonly string FileText = """
        "name": "a/<b>é.txt",
        "type": "FILE_INFO_TYPE_FILE",
        "size": 1,
        "modified": "2026-03-04T05:06:07.08-03:30",
        "modifiedBy": "SHORTID",
        "permissions": "0644",
        "noPermissions": false,
        "deleted": false,
        "invalid": false,
        "ignored": false,
        "mustRescan": false,
        "localFlags": 0,
        "version": [
          "SHORTID:1"
        ],
        "sequence": 2,
        "platform": {
          "Unix": null,
          "Windows": null,
          "Linux": null,
          "Darwin": null,
          "FreeBSD": null,
          "NetBSD": null
        },
        "numBlocks": 1,
        "blocksHash": null
        """.ReplaceLineEndings("\n");

    [Fact]
    public void A_file_that_could_not_be_brought_in_has_its_reason_behind_all_else() => Assert.Equal(
        $$"""
        {
          "progress": [],
          "queued": [
            {
        {{Indented(FileText, 6)}},
              "reason": "no room",
              "retryAt": null,
              "device": null
            },
            {
        {{Indented(FileText, 6)}}
            }
          ],
          "rest": [],
          "page": 1,
          "perpage": 65536
        }
        """.ReplaceLineEndings("\n"),
        Text(JsonSerializer.Serialize(new NeedList([], [new FailedFile(File, "no room", null, null), File], [], 1, 65536), RestJson.Types.NeedList)));

    [Fact]
    public void A_version_that_there_is_not_is_an_empty_object()
    {
        var report = new FileReport(null, File, [new FileHolder("ID", false)], null, null);
        var text = Text(JsonSerializer.Serialize(report, RestJson.Types.FileReport));
        Assert.StartsWith("{\n  \"local\": {},\n  \"global\": {\n    \"name\": ", text, StringComparison.Ordinal);
        Assert.EndsWith("\"reason\": null\n}", text, StringComparison.Ordinal);
        var read = JsonSerializer.Deserialize(text, SyncthingJson.Default.FileReport)!;
        Assert.Null(read.Local);
        Assert.Equal(("a/<b>é.txt", Time), (read.Global!.Name, read.Global.Modified));
    }

    /// <summary>What is written by hand and what is written from types are one format.</summary>
    [Theory]
    [InlineData("2026-03-04T05:06:07+00:00")]
    [InlineData("2026-03-04T05:06:07.1234567+05:45")]
    [InlineData("2026-03-04T05:06:07.1-11:00")]
    [InlineData("0001-01-01T00:00:00+00:00")]
    public void Times_have_as_many_digits_as_there_are(string text)
    {
        var time = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(text, RestJson.Time(time));
        Assert.Contains($"\"when\": \"{text}\"", JsonSerializer.Serialize(new LogMessages([new LogMessage(time, "", 0)]), RestJson.Types.LogMessages), StringComparison.Ordinal);
    }

    /// <summary>A folder's tree is as deep as its deepest path.</summary>
    [Fact]
    public void The_deepest_tree_can_be_written()
    {
        var tree = new TreeEntry("x", Time, 0, "FILE_INFO_TYPE_FILE", null);
        for (var i = 1; i < Core.Model.EntryLimits.MaxDepth; i++)
            tree = new TreeEntry("d", Time, 0, "FILE_INFO_TYPE_DIRECTORY", [tree]);
        Assert.Contains("\"name\": \"x\"", JsonSerializer.Serialize([tree], RestJson.Types.IReadOnlyListTreeEntry), StringComparison.Ordinal);
    }

    /// <summary>A device's fields of its connection are those of its first one, which is set once.</summary>
    [Fact]
    public void A_connection_is_told_twice_and_set_once()
    {
        var status = new ConnectionStatus
        {
            Connected = true,
            Paused = false,
            ClientVersion = "v1",
            ClientName = "c",
            Primary = new LinkStatus(Time, 1, 2, Time.AddHours(-1), "1.2.3.4:5", "tcp-client", true, "TLS1.3"),
            SecondaryConnections = 0,
            LastError = null,
        };
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(new ConnectionList(new Dictionary<string, ConnectionStatus> { ["ID"] = status }, new TrafficTotal(Time, 1, 2)), RestJson.Types.ConnectionList));
        var device = json.RootElement.GetProperty("connections").GetProperty("ID");
        Assert.Equal(
            ["at", "inBytesTotal", "outBytesTotal", "startedAt", "connected", "paused", "clientVersion", "clientName", "address", "type", "isLocal", "crypto", "primary", "secondaryConnections", "lastError"],
            device.EnumerateObject().Select(p => p.Name));
        foreach (var field in device.GetProperty("primary").EnumerateObject())
            Assert.Equal(field.Value.GetRawText(), device.GetProperty(field.Name).GetRawText());
    }

    private static string Text(string json) => json.ReplaceLineEndings("\n");

    private static string Indented(string text, int spaces) => string.Join('\n', text.Split('\n').Select(l => new string(' ', spaces) + l));
}
