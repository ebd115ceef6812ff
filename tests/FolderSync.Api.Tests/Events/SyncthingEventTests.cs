using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Api.Events;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;
using Xunit;

namespace FolderSync.Api.Tests.Events;

/// <summary>Each engine event as clients of Syncthing's API read it: its type and its data, field by field.</summary>
public class SyncthingEventTests
{
    private static readonly FolderId Folder = new("f");
    private static readonly FileName Name = FileName.Parse("a/<b>é.txt");
    private static readonly DeviceId Device = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
    private static readonly string Id = Device.ToString();
    private static readonly string Url = """{"Scheme":"tcp","Host":"0.0.0.0:22000","Opaque":"","User":null,"Path":"","RawPath":"","OmitHost":false,"ForceQuery":false,"RawQuery":"","Fragment":"","RawFragment":""}""";

    /// <summary>Maps engine events to the type and data of each API event.</summary>
    private static readonly (EngineEvent Happened, (string Type, string Data)[] Shown)[] Table =
    [
        (new EngineEvent.FolderStateChanged(Folder, FolderState.Starting, FolderState.ScanWaiting, TimeSpan.FromSeconds(1.5), ""),
            [("StateChanged", """{"folder":"f","from":"idle","to":"scan-waiting","duration":1.5}""")]),
        (new EngineEvent.FolderStateChanged(Folder, FolderState.Syncing, FolderState.Error, TimeSpan.Zero, "gone"),
            [("StateChanged", """{"folder":"f","from":"syncing","to":"error","duration":0,"error":"gone"}""")]),
        (new EngineEvent.LocalIndexUpdated(Folder, 7, [Name], 9), [("LocalIndexUpdated", """{"folder":"f","items":7,"filenames":["a/<b>é.txt"],"sequence":9,"version":9}""")]),
        (new EngineEvent.RemoteIndexUpdated(Device, Folder, 7, 9), [("RemoteIndexUpdated", $$"""{"device":"{{Id}}","folder":"f","items":7,"sequence":9,"version":9}""")]),
        (new EngineEvent.LocalChangeDetected(Folder, "L", Name, FileType.Directory, ChangeAction.Added, Device.Short),
            [("LocalChangeDetected", $$"""{"folder":"f","folderID":"f","label":"L","action":"added","type":"dir","path":"a/<b>é.txt","modifiedBy":"{{Device.Short}}"}""")]),
        (new EngineEvent.RemoteChangeApplied(Folder, "L", Name, FileType.Symlink, ChangeAction.Deleted, Device.Short),
            [("RemoteChangeDetected", $$"""{"folder":"f","folderID":"f","label":"L","action":"deleted","type":"symlink","path":"a/<b>é.txt","modifiedBy":"{{Device.Short}}"}""")]),
        (new EngineEvent.ItemStarted(Folder, Name, FileType.File, ItemAction.Update), [("ItemStarted", """{"folder":"f","item":"a/<b>é.txt","type":"file","action":"update"}""")]),
        (new EngineEvent.ItemFinished(Folder, Name, FileType.File, ItemAction.Metadata, null),
            [("ItemFinished", """{"folder":"f","item":"a/<b>é.txt","error":null,"type":"file","action":"metadata"}""")]),
        (new EngineEvent.ItemFinished(Folder, Name, FileType.File, ItemAction.Delete, "no"),
            [("ItemFinished", """{"folder":"f","item":"a/<b>é.txt","error":"no","type":"file","action":"delete"}""")]),
        (new EngineEvent.ScanProgressed(Folder, new Filesystem.Scan.ScanProgress(3, 10, 20)), [("FolderScanProgress", """{"folder":"f","current":10,"total":20,"rate":0}""")]),
        (new EngineEvent.PullProblemsChanged(Folder, [new PullProblem(Name, "no", null, null, false)]), [("FolderErrors", """{"folder":"f","errors":[{"path":"a/<b>é.txt","error":"no"}]}""")]),
        (new EngineEvent.ConflictCopyMade(Folder, Name, FileName.Parse("c")), [("FolderConflict", """{"folder":"f","item":"a/<b>é.txt","copy":"c"}""")]),
        (new EngineEvent.FolderWarned(Folder, 2, "m"), [("FolderWarnings", """{"folder":"f","warnings":2,"message":"m"}""")]),
        (new EngineEvent.ChangesHeld(Folder, new ChangeHold(true, 2, 3, [], default)), [("FolderDeletionsHeld", """{"folder":"f","files":2,"total":3,"incoming":true}""")]),
        (new EngineEvent.IdentityShared(Device, Folder, "m"), [("DeviceIdentityShared", $$"""{"device":"{{Id}}","folder":"f","message":"m"}""")]),
        (new EngineEvent.IndexRebuilt(Folder, "r"), [("FolderIndexRebuilt", """{"folder":"f","reason":"r"}""")]),
        (new EngineEvent.WatchProblemChanged(Folder, null, "t"), [("FolderWatchStateChanged", """{"folder":"f","from":null,"to":"t"}""")]),
        (new EngineEvent.DeviceConnected(Device, "n", "c", "v", "tcp-client", "1.2.3.4:5"),
            [("DeviceConnected", $$"""{"id":"{{Id}}","deviceName":"n","clientName":"c","clientVersion":"v","type":"tcp-client","addr":"1.2.3.4:5"}""")]),
        (new EngineEvent.DeviceDisconnected(Device, "e"), [("DeviceDisconnected", $$"""{"id":"{{Id}}","error":"e"}""")]),
        (new EngineEvent.DeviceDiscovered(Device, ["x"]), [("DeviceDiscovered", $$"""{"device":"{{Id}}","addrs":["x"]}""")]),
        (new EngineEvent.ClusterConfigReceived(Device), [("ClusterConfigReceived", $$"""{"device":"{{Id}}"}""")]),
        (new EngineEvent.RemoteProgressReceived(Device, Folder, [KeyValuePair.Create(Name, 4)]),
            [("RemoteDownloadProgress", $$$"""{"device":"{{{Id}}}","folder":"f","state":{"a/<b>é.txt":4}}""")]),
        (new EngineEvent.FoldersOffered(Device, [new OfferedFolder(Folder, "L", true), new OfferedFolder(new FolderId("g"), "M", false)]),
            [
                ("PendingFoldersChanged", $$"""{"added":[{"deviceID":"{{Id}}","folderID":"f","folderLabel":"L","receiveEncrypted":true,"remoteEncrypted":false},{"deviceID":"{{Id}}","folderID":"g","folderLabel":"M","receiveEncrypted":false,"remoteEncrypted":false}]}"""),
                ("FolderRejected", $$"""{"device":"{{Id}}","folder":"f","folderLabel":"L"}"""),
                ("FolderRejected", $$"""{"device":"{{Id}}","folder":"g","folderLabel":"M"}"""),
            ]),
        (new EngineEvent.UnknownDeviceConnected(Device, "n", "x"),
            [
                ("PendingDevicesChanged", $$"""{"added":[{"deviceID":"{{Id}}","name":"n","address":"x"}]}"""),
                ("DeviceRejected", $$"""{"device":"{{Id}}","name":"n","address":"x"}"""),
            ]),
        (new ServiceEvent.Starting("/h", Device), [("Starting", $$"""{"home":"/h","myID":"{{Id}}"}""")]),
        (new ServiceEvent.Started(Device), [("StartupComplete", $$"""{"myID":"{{Id}}"}""")]),
        (new ServiceEvent.Listening("tcp://0.0.0.0:22000"), [("ListenAddressesChanged", $$"""{"address":{{Url}},"lan":[{{Url}}],"wan":[{{Url}}]}""")]),
        (new ServiceEvent.DevicePaused(Device, true), [("DevicePaused", $$"""{"device":"{{Id}}"}""")]),
        (new ServiceEvent.DevicePaused(Device, false), [("DeviceResumed", $$"""{"device":"{{Id}}"}""")]),
        (new ServiceEvent.FolderPaused(Folder, "L", true), [("FolderPaused", """{"id":"f","label":"L"}""")]),
        (new ServiceEvent.FolderPaused(Folder, "L", false), [("FolderResumed", """{"id":"f","label":"L"}""")]),
        (new ServiceEvent.SyncPaused(true, null), [("FolderSyncPaused", """{"paused":true,"until":null}""")]),
        (new ServiceEvent.SyncPaused(true, DateTimeOffset.UnixEpoch), [("FolderSyncPaused", """{"paused":true,"until":"1970-01-01T00:00:00+00:00"}""")]),
        (new ServiceEvent.PendingDevicesRemoved([Device]), [("PendingDevicesChanged", $$"""{"removed":[{"deviceID":"{{Id}}"}]}""")]),
        (new ServiceEvent.PendingFoldersRemoved([(Folder, Device), (Folder, null)]),
            [("PendingFoldersChanged", $$"""{"removed":[{"deviceID":"{{Id}}","folderID":"f"},{"folderID":"f"}]}""")]),
        (new ServiceEvent.ConfigSaved("""{"version":37}"""), [("ConfigSaved", """{"version":37}""")]),
        (new ServiceEvent.LoginAttempted("::1", "u", false, null), [("LoginAttempt", """{"remoteAddress":"::1","username":"u","success":false}""")]),
        (new ServiceEvent.LoginAttempted("::1", "u", true, "127.0.0.1"), [("LoginAttempt", """{"remoteAddress":"::1","username":"u","success":true,"proxy":"127.0.0.1"}""")]),
        (new ServiceEvent.DownloadProgress([new FolderSnapshot { Config = new FolderConfig { Id = Folder, Path = "/f" }, Transfers = [new FileProgress(Name, 1, 2, 3, 4, 5, 6)] }]),
            [("DownloadProgress", """{"f":{"a/<b>é.txt":{"total":3,"reused":4,"copiedFromOrigin":0,"copiedFromOriginShifted":0,"copiedFromElsewhere":5,"pulled":6,"pulling":0,"bytesDone":1,"bytesTotal":2}}}""")]),
        (new ServiceEvent.DownloadProgress([]), [("DownloadProgress", "{}")]),
        (new ServiceEvent.FolderSummary(Folder, FolderJson.Status(new FolderSnapshot { Config = new FolderConfig { Id = Folder, Path = "/f" }, Error = "a<b>é", RemoteSequences = new Dictionary<DeviceId, long> { [Device] = 9 } })),
            [
                ("FolderSummary", $$$"""{"folder":"f","summary":{"errors":0,"pullErrors":0,"scanErrors":0,"invalid":"a<b>é","error":"a<b>é","globalFiles":0,"globalDirectories":0,"globalSymlinks":0,"globalDeleted":0,"globalBytes":0,"globalTotalItems":0,"localFiles":0,"localDirectories":0,"localSymlinks":0,"localDeleted":0,"localBytes":0,"localTotalItems":0,"needFiles":0,"needDirectories":0,"needSymlinks":0,"needDeletes":0,"needBytes":0,"needTotalItems":0,"receiveOnlyChangedFiles":0,"receiveOnlyChangedDirectories":0,"receiveOnlyChangedSymlinks":0,"receiveOnlyChangedDeletes":0,"receiveOnlyChangedBytes":0,"receiveOnlyTotalItems":0,"inSyncFiles":0,"inSyncBytes":0""" +
                    $$$""","state":"idle","stateChanged":"0001-01-01T00:00:00+00:00","version":0,"sequence":0,"remoteSequence":{"{{{Id}}}":9},"ignorePatterns":false,"watchError":"","holdFiles":0}}"""),
            ]),
        (new ServiceEvent.FolderCompletion(new Completion(99.5, 1, 2, 3, 4, 5, 6, "valid", Id, "f")),
            [("FolderCompletion", $$"""{"completion":99.5,"globalBytes":1,"needBytes":2,"globalItems":3,"needItems":4,"needDeletes":5,"sequence":6,"remoteState":"valid","device":"{{Id}}","folder":"f"}""")]),
    ];

    [Fact]
    public void Each_event_is_shown_as_Syncthing_has_it()
    {
        foreach (var (happened, expected) in Table)
        {
            var shown = SyncthingEvents.Of(happened);
            Assert.Equal(expected.Select(e => e.Type), shown.Select(s => s.Type));
            foreach (var (part, data) in shown.Zip(expected.Select(e => e.Data)))
            {
                var text = Encoding.UTF8.GetString(new EventText(1, new LoggedEvent(DateTimeOffset.UnixEpoch, happened), part).Text.Span);
                Assert.Equal("\"globalID\":1,\"time\":\"1970-01-01T00:00:00+00:00\",\"type\":\"" + part.Type + "\",\"data\":" + data + "}", text);
                Assert.NotNull(JsonNode.Parse("{" + text));
            }
        }
    }

    [Fact]
    public void No_event_is_forgotten()
    {
        var known = Table.Select(t => t.Happened.GetType()).ToHashSet();
        var all = typeof(EngineEvent).GetNestedTypes().Concat(typeof(ServiceEvent).GetNestedTypes()).Where(t => t.IsAssignableTo(typeof(EngineEvent)));
        Assert.Empty(all.Where(t => !known.Contains(t)).Select(t => t.Name));
    }

    [Fact]
    public void An_event_that_nobody_listens_to_is_not_made()
    {
        var log = new EventLog(TimeProvider.System);
        log.Publish(() => throw new InvalidOperationException("made for nobody"));
        var heard = 0;
        using (log.Listen(_ => heard++))
            log.Publish(() => new EngineEvent.ClusterConfigReceived(Device));
        log.Publish(() => throw new InvalidOperationException("made for nobody"));
        Assert.Equal(1, heard);
    }
}
