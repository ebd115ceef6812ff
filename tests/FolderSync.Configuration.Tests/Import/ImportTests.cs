using FolderSync.Configuration.Home;
using FolderSync.Configuration.Import;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Network;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Configuration.Tests.Import;

/// <summary>Imports a Syncthing's home and lists what was converted.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private static readonly DeviceId Phone = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Nas = new([.. Enumerable.Range(101, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Vault = new([.. Enumerable.Range(51, 32).Select(i => (byte)i)]);

    private static readonly DeviceId IgnoredDevice = new([.. Enumerable.Range(151, 32).Select(i => (byte)i)]);

    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-import-").FullName;
    private readonly DeviceIdentity _identity = DeviceIdentity.Create();

    private string From => Path.Combine(_directory, "syncthing");

    private HomeDirectory To => new(Path.Combine(_directory, "home"));

    public Task InitializeAsync() => _identity.SaveAsync(From);

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    private ImportPlan Read(string xml)
    {
        File.WriteAllText(Path.Combine(From, "config.xml"), xml.Replace("$SELF", _identity.DeviceId.ToString(), StringComparison.Ordinal)
            .Replace("$PHONE", Phone.ToString(), StringComparison.Ordinal).Replace("$NAS", Nas.ToString(), StringComparison.Ordinal)
            .Replace("$VAULT", Vault.ToString(), StringComparison.Ordinal).Replace("$STRANGER", IgnoredDevice.ToString(), StringComparison.Ordinal).Replace("$DIR", _directory, StringComparison.Ordinal));
        return ImportReader.Read(new SyncthingHome(From), To);
    }

    [Fact]
    public void Everything_that_both_have_is_taken_over()
    {
        foreach (var folder in new[] { "docs/.stfolder", "photos/.stfolder" })
            Directory.CreateDirectory(Path.Combine(_directory, folder));
        var plan = Read("""
            <configuration version="37">
              <folder id="docs" label="My docs" path="$DIR/docs/" type="sendonly" rescanIntervalS="60" fsWatcherEnabled="false" ignorePerms="true">
                <device id="$SELF" introducedBy=""><encryptionPassword></encryptionPassword></device>
                <device id="$PHONE" introducedBy=""></device>
                <device id="$NAS" introducedBy=""></device>
                <minDiskFree unit="GB">5</minDiskFree>
                <versioning type="trashcan"><param key="cleanoutDays" val="90"></param><fsPath>.old</fsPath></versioning>
                <order>newestFirst</order><ignoreDelete>true</ignoreDelete><maxConflicts>-1</maxConflicts><disableSparseFiles>true</disableSparseFiles>
                <paused>true</paused><modTimeWindowS>2</modTimeWindowS>
              </folder>
              <folder id="photos" label="" path="$DIR/photos" type="receiveonly"><versioning></versioning></folder>
              <folder id="home" path="~/no-such-directory-here" type="readwrite"></folder>
              <device id="$SELF" name="laptop"><address>dynamic</address></device>
              <device id="$PHONE" name="phone" compression="always"><address>tcp://192.168.1.2:22000</address><address>dynamic</address><paused>true</paused>
                <maxSendKbps>100</maxSendKbps><maxRecvKbps>200</maxRecvKbps><numConnections>3</numConnections><ignoredFolder time="2024-01-01T00:00:00Z" id="x" label="X"></ignoredFolder></device>
              <device id="$NAS" name="nas" compression="never"><address>tcp://nas:22000</address></device>
              <gui enabled="true" tls="true"><address>127.0.0.1:8385</address><user>ann</user><password>$2a$10$ixlPY3AAd4ty1l6E2IsQ9OFZi2ba9ZQE0bP7RFcGIWNhyFrrT3YUi</password><apikey>the-key</apikey></gui>
              <options><listenAddress>tcp://0.0.0.0:22001</listenAddress><globalAnnounceEnabled>false</globalAnnounceEnabled><relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled>
                <localAnnounceEnabled>false</localAnnounceEnabled><localAnnouncePort>21028</localAnnouncePort><maxSendKbps>11</maxSendKbps><maxRecvKbps>12</maxRecvKbps>
                <reconnectionIntervalS>30</reconnectionIntervalS><startBrowser>false</startBrowser><keepTemporariesH>48</keepTemporariesH><limitBandwidthInLan>true</limitBandwidthInLan>
                <maxFolderConcurrency>2</maxFolderConcurrency><maxConcurrentIncomingRequestKiB>1024</maxConcurrentIncomingRequestKiB></options>
            </configuration>
            """);
        // Compares with the written file, not with the plan alone.
        var text = Importer.ConfigText(plan, To);
        var read = ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", text), To);
        Assert.Empty(read.Warnings);
        Assert.Contains("# The other devices.", text, StringComparison.Ordinal);
        var (e, page) = (read.Configuration.Engine, read.Configuration.Page);
        Assert.Equal(("laptop", 30, 11, 12, true, 2, 48, 1L << 20, false, 21028, false), (e.Name, e.ReconnectIntervalSeconds, e.MaxSendKbps, e.MaxReceiveKbps, e.LimitBandwidthInLan,
            e.MaxFolderConcurrency, e.KeepTemporariesHours, e.MaxRequestBytes, e.LocalDiscovery, e.LocalDiscoveryPort, e.Mdns));
        Assert.Equal<string>(["tcp://0.0.0.0:22001"], e.ListenAddresses);
        Assert.Equal(("127.0.0.1:8385", "ann", "$2a$10$ixlPY3AAd4ty1l6E2IsQ9OFZi2ba9ZQE0bP7RFcGIWNhyFrrT3YUi", "the-key", true, true, false),
            (page.Address, page.User, page.PasswordHash, page.ApiKey, page.Tls, page.Enabled, page.OpenBrowser));
        Assert.Equal(new DeviceConfig
        {
            Id = Phone,
            Name = "phone",
            Addresses = ["tcp://192.168.1.2:22000", "dynamic"],
            Compression = Compression.Always,
            Paused = true,
            MaxSendKbps = 100,
            MaxReceiveKbps = 200,
            NumConnections = 3,
            IgnoredFolders = [new FolderId("x")],
        }, e.Devices[0]);
        Assert.Equal((Nas, Compression.Never), (e.Devices[1].Id, e.Devices[1].Compression));
        Assert.Equal(new FolderConfig
        {
            Id = new FolderId("docs"),
            Label = "My docs",
            Path = Path.Combine(_directory, "docs"),
            Type = FolderType.SendOnly,
            Devices = [Phone, Nas],
            Paused = true,
            WatcherEnabled = false,
            RescanIntervalSeconds = 60,
            IgnorePermissions = true,
            Versioning = new VersioningConfig(VersioningKind.TrashCan, 90, Path.Combine(_directory, "docs", ".old")),
            MaxConflicts = -1,
            Order = PullOrder.NewestFirst,
            MinDiskFree = 5e9,
            MinDiskFreeIsBytes = true,
            IgnoreDelete = true,
            SparseFiles = false,
            ModifiedWindowSeconds = 2,
        }, e.Folders[0]);
        Assert.Equal((FolderType.ReceiveOnly, VersioningKind.None), (e.Folders[1].Type, e.Folders[1].Versioning.Kind));
        Assert.Equal(HomeDirectory.OfUser + "/no-such-directory-here", e.Folders[2].Path);
        Assert.Equal(["folder 'home', path '" + e.Folders[2].Path + "': it doesn't exist now; the folder waits until it does."], plan.Notes.Select(n => n.ToString()));
    }

    [Fact]
    public void A_folder_under_a_bad_id_is_named_and_left_out_and_long_texts_are_cut()
    {
        var much = new string('é', 300);
        var plan = Read($"""
            <configuration version="37">
              <folder id=".." label="Up" path="$DIR/a"></folder>
              <folder id="a/../.." label="" path="$DIR/b"></folder>
              <folder id="{new string('x', 300)}" label="Long" path="$DIR/c"></folder>
              <folder id="photos/2024" label="{much}" path="$DIR/d"></folder>
              <device id="$SELF" name="{much}"></device>
              <device id="$PHONE" name="{much}"><ignoredFolder id=".." label=""></ignoredFolder><ignoredFolder id="x" label=""></ignoredFolder></device>
            </configuration>
            """);
        var read = ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", Importer.ConfigText(plan, To)), To).Configuration.Engine;
        Assert.Equal(("photos/2024", 128), (Assert.Single(read.Folders).Id.Value, read.Folders[0].Label.Length));
        Assert.Equal((127, 127, "x"), (read.Name.Length, read.Devices[0].Name.Length, Assert.Single(read.Devices[0].IgnoredFolders).Value));
        var notes = plan.Notes.Select(n => n.ToString()).ToList();
        foreach (var named in (string[])["folder 'Up': left out", "folder 'a/../..': left out", "folder 'Long': left out"])
            Assert.Contains(notes, n => n.StartsWith(named, StringComparison.Ordinal) && n.Contains("another ID", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("cut to 256 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public void What_can_not_be_taken_over_is_named_and_nobody_gets_more_than_before()
    {
        foreach (var folder in new[] { "a/.stfolder", "b/.mine", "c/.stfolder", "d/.stfolder" })
            Directory.CreateDirectory(Path.Combine(_directory, folder));
        var plan = Read("""
            <configuration version="37">
              <folder id="a" label="Alpha" path="$DIR/a" type="sendreceive">
                <device id="$PHONE"></device>
                <device id="$VAULT"><encryptionPassword>secret-word</encryptionPassword></device>
                <device id="$NAS"></device>
                <versioning type="staggered"><param key="maxAge" val="31536000"/></versioning>
                <syncXattrs>true</syncXattrs><hashers>2</hashers><someNewThing>7</someNewThing>
              </folder>
              <folder id="b" path="$DIR/b"><markerName>.mine</markerName><versioning type="external"><param key="command" val="rm -rf"/></versioning></folder>
              <folder id="c" path="$DIR/c" type="receiveencrypted"></folder>
              <folder id="d" path="$DIR/a/inside"></folder>
              <folder id="e" path="relative/path"></folder>
              <folder id="f" path="$DIR"></folder>
              <folder id="a" path="$DIR/d"></folder>
              <folder id="g" path="$DIR/d"><filesystemType>fake</filesystemType></folder>
              <folder id="h" path="$DIR/d"><versioning type="simple"><param key="keep" val="5"/></versioning></folder>
              <device id="$SELF" name="laptop"></device>
              <device id="$PHONE" name="phone" introducer="true"><address>quic://10.0.0.1:22000</address><autoAcceptFolders>true</autoAcceptFolders><allowedNetwork>!10.1.0.0/16</allowedNetwork><allowedNetwork>10.0.0.1</allowedNetwork><allowedNetwork>10.0.0.0/8, fe80::/10</allowedNetwork></device>
              <device id="$VAULT" name="vault" certName="odd"></device>
              <device id="$NAS" name="nas"><untrusted>true</untrusted><allowedNetwork>here</allowedNetwork></device>
              <device id="NOT-AN-ID" name="odd"></device>
              <remoteIgnoredDevice id="X"/><remoteIgnoredDevice id="$STRANGER" name="stranger" address="192.0.2.1:22000"/><remoteIgnoredDevice id="$PHONE"/>
              <gui enabled="true"><address>0.0.0.0:8384</address><password>$2a$10$hash</password><insecureAdminAccess>true</insecureAdminAccess><unixSocketPermissions>0777</unixSocketPermissions></gui>
              <ldap><address>ldap.example.org</address></ldap>
              <options><listenAddress>default</listenAddress><listenAddress>quic://0.0.0.0:22000</listenAddress><trafficClass>8</trafficClass><minHomeDiskFree unit="%">5</minHomeDiskFree></options>
              <defaults><ignores><line>*.tmp</line></ignores></defaults>
            </configuration>
            """);
        string[] told =
        [
            "folder 'Alpha', encrypted for vault: not shared", "folder 'Alpha', untrusted device nas: not shared", "folder 'Alpha', versioning staggered: FolderSync's trash can keeps every version for 365 days",
            "folder 'Alpha', syncXattrs true:", "folder 'Alpha', someNewThing 7: FolderSync doesn't know", "folder 'b', marker .mine:", "folder 'b', versioning external: FolderSync doesn't run external programs",
            "folder 'c': left out: folders of the type 'receiveencrypted'", "folder 'd': left out: The path", "folder 'e': left out: its path 'relative/path' is not absolute", "folder 'f': left out:", "folder 'a': left out: another folder has the same ID.",
            "folder 'g': left out: its filesystem is 'fake'", "folder 'h', versioning simple:", "device 'phone', address quic://10.0.0.1:22000:", "device 'phone', introducer true: FolderSync doesn't support introducers",
            "device 'phone', autoAcceptFolders true:", "device 'phone', allowedNetwork 10.0.0.1: '10.0.0.1' lacks", "device 'nas', untrusted true: no folder is shared", "device 'nas', allowedNetwork here:", "device 'nas', allowedNetwork: its networks are invalid", "device 'vault', certName odd:", "device 'NOT-AN-ID': left out:", "ignored device X: left out", "options, minHomeDiskFree 5:", "gui, unixSocketPermissions 0777:", "gui, password: set it again; until then other computers", "gui, insecureAdminAccess true:",
            "ldap:", "options, listenAddress quic://0.0.0.0:22000:", "options, trafficClass 8:", "options globalAnnounceEnabled, relaysEnabled, natEnabled:", "defaults, ignores:", "address dynamic of phone, vault, nas:",
        ];
        var notes = plan.Notes.Select(n => n.ToString()).ToList();
        Assert.All(told, t => Assert.True(notes.Any(n => n.StartsWith(t, StringComparison.Ordinal)), $"'{t}' is not told in:\n{string.Join('\n', notes)}"));
        Assert.DoesNotContain(notes, n => !told.Any(t => n.StartsWith(t, StringComparison.Ordinal)));
        Assert.Equal<DeviceId>([Phone], plan.Configuration.Engine.Folder(new FolderId("a"))!.Devices);
        var e = plan.Configuration.Engine;
        Assert.Equal<string>(["!10.1.0.0/16", "10.0.0.0/8", "fe80::/10"], e.Device(Phone)!.AllowedNetworks);
        Assert.True(e.Device(Nas)!.Paused);
        Assert.Equal<DeviceId>([IgnoredDevice], e.IgnoredDevices);
        Assert.Equal(["a", "b", "h"], plan.Configuration.Engine.Folders.Select(f => f.Id.Value));
        Assert.Equal([Path.Combine(_directory, "b", ".stfolder")], plan.Markers);
        Assert.DoesNotContain(plan.Lines(To), l => l.Contains("secret-word", StringComparison.Ordinal) || l.Contains("$2a$10", StringComparison.Ordinal));
        Assert.NotEmpty(Importer.ConfigText(plan, To));
    }

    [Fact]
    public void What_patterns_mean_that_Syncthing_reads_otherwise_is_said_once_a_kind()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "p", ".stfolder"));
        Directory.CreateDirectory(Path.Combine(_directory, "q", ".stfolder"));
        File.WriteAllText(Path.Combine(_directory, "p", ".stignore"), "*.tmp\n(?d)Thumbs.db\n!/keep\n?.log\n[ab].log\na**b\n\\?\n#include more\n{a,}b\n");
        File.WriteAllText(Path.Combine(_directory, "p", "more"), "/build/**\n??.md\n");
        File.WriteAllText(Path.Combine(_directory, "q", ".stignore"), "#include gone\n[\n");
        var plan = Read("""
            <configuration version="37">
              <folder id="p" label="P" path="$DIR/p"></folder><folder id="q" label="Q" path="$DIR/q"></folder><folder id="r" label="R" path="$DIR/r"></folder>
            </configuration>
            """);
        string[] told =
        [
            "folder 'P', .stignore line 4, ?.log: ? and [ ]", "folder 'P', .stignore line 6, a**b: stars", "folder 'P', .stignore line 9, {a,}b: braces", "folder 'P', more line 2, ??.md: ? and [ ]",
            "folder 'Q', .stignore line 1: The included file gone does not exist.", "folder 'Q', .stignore line 2:",
        ];
        var notes = plan.Notes.Select(n => n.ToString()).Where(n => n.Contains(" line ", StringComparison.Ordinal)).ToList();
        Assert.Equal(told.Length, notes.Count);
        Assert.All(told, t => Assert.True(notes.Any(n => n.StartsWith(t, StringComparison.Ordinal)), $"'{t}' is not told in:\n{string.Join('\n', notes)}"));
    }
}
