using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Configuration.Tests.Schema;

public sealed class ConfigReaderTests
{
    private static readonly DeviceId Phone = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Nas = new([.. Enumerable.Range(101, 32).Select(i => (byte)i)]);

    private static ReadConfiguration Read(string text) =>
        ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", text), new HomeDirectory("/state/foldersync"));

    [Fact]
    public void Silence_means_the_defaults()
    {
        var read = Read("# nothing\n");
        Assert.Equal(PageConfig.DefaultAddress, read.Configuration.Page.Address);
        Assert.Equal("default", read.Configuration.Engine.ListenAddresses.Single());
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var read = Read($"""
            device: {"{name: laptop}"}
            page: {"{enabled: yes, address: '[::1]:9000', api-key: k, user: u, password-hash: $2a$10$ixlPY3AAd4ty1l6E2IsQ9OFZi2ba9ZQE0bP7RFcGIWNhyFrrT3YUi, tls: on, open-browser: false, allowed-hosts: [sync.example]}"}
            network:
              listen: [default, "tcp://0.0.0.0:22001"]
              reconnect: 2m
            limits: {"{send: 2 MiB/s, receive: off, also-in-lan: true, requests: 128 MiB, folders-at-once: 2, keep-partial: 2d}"}
            devices:
              - id: {Phone}
                name: phone
                addresses: [dynamic, "tcp://192.168.1.5:22000", "quic://x:1"]
                compression: always
                paused: true
                connections: 3
                send: 100 KiB/s
                receive: 1 MB/s
                ignored-folders: [x]
              - id: {Nas.ToString().ToLowerInvariant()}
            folders:
              - id: docs
                label: My documents
                path: ~/Documents/
                type: send-only
                with: [Phone, {Nas}]
                paused: true
                watch: false
                rescan: 90m
                full-verify: off
                versions: none
                keep-versions: forever
                versions-path: /versions
                max-conflicts: -1
                order: newest-first
                min-free: 5 GB
                ignore-permissions: true
                ignore-delete: true
                sparse: false
                hold-deletions-over: 5
                hold-deletions-over-percent: 6
                hold-incoming-deletions: true
                mtime-window: 2s
            """);
        Assert.Empty(read.Warnings);
        var (e, page) = (read.Configuration.Engine, read.Configuration.Page);
        Assert.Equal(("laptop", 120, 2048, 0, true, 128L << 20, 2, 48), (e.Name, e.ReconnectIntervalSeconds, e.MaxSendKbps, e.MaxReceiveKbps, e.LimitBandwidthInLan,
            e.MaxRequestBytes, e.MaxFolderConcurrency, e.KeepTemporariesHours));
        Assert.Equal(("[::1]:9000", "k", "u", "$2a$10$ixlPY3AAd4ty1l6E2IsQ9OFZi2ba9ZQE0bP7RFcGIWNhyFrrT3YUi", true, false), (page.Address, page.ApiKey, page.User, page.PasswordHash, page.Tls, page.OpenBrowser));
        Assert.Equal(new DeviceConfig
        {
            Id = Phone,
            Name = "phone",
            Addresses = ["dynamic", "tcp://192.168.1.5:22000", "quic://x:1"],
            Compression = Compression.Always,
            Paused = true,
            NumConnections = 3,
            MaxSendKbps = 100,
            MaxReceiveKbps = 976,
            IgnoredFolders = [new FolderId("x")],
        }, e.Devices[0]);
        Assert.Equal(new FolderConfig
        {
            Id = new FolderId("docs"),
            Label = "My documents",
            Path = HomeDirectory.OfUser + "/Documents",
            Type = FolderType.SendOnly,
            Devices = [Phone, Nas],
            Paused = true,
            WatcherEnabled = false,
            RescanIntervalSeconds = 5400,
            FullVerifyIntervalHours = 0,
            Versioning = new VersioningConfig(VersioningKind.None, 0, "/versions"),
            MaxConflicts = -1,
            Order = PullOrder.NewestFirst,
            MinDiskFree = 5_000_000_000,
            MinDiskFreeIsBytes = true,
            IgnorePermissions = true,
            IgnoreDelete = true,
            SparseFiles = false,
            HoldDeletionsOver = 5,
            HoldDeletionsOverPercent = 6,
            HoldIncomingDeletions = true,
            ModifiedWindowSeconds = 2,
        }, e.Folders[0]);
    }

    public static TheoryData<string, int, int, string> Wrong => new()
    {
        { "- a\n", 1, 1, "must hold options" },
        { "folders: documents\n", 1, 10, "must be a list, not 'documents'" },
        { "folders:\n  docs: x\n", 2, 3, "must be a list" },
        { "page: 8384\n", 1, 7, "'page' must be a group of options, not '8384'" },
        { "page: {address: localhost}\n", 1, 17, "Write host:port" },
        { "page: {tls: maybe}\n", 1, 13, "must be true or false, not 'maybe'" },
        { "page: {user: [a]}\n", 1, 14, "must be one value, not a list" },
        { "network: {listen: 22000}\n", 1, 19, "is not an address" },
        { "network: {listen: 0.0.0.0:22000}\n", 1, 19, "Write tcp://0.0.0.0:22000." },
        { "network: {listen: defualt}\n", 1, 19, "Did you mean 'default'?" },
        { "network: {reconnect: 60}\n", 1, 22, "with its unit" },
        { "network: {reconnect: 0s}\n", 1, 22, "must be a duration" },
        { "limits: {keep-partial: 90m}\n", 1, 24, "whole hours" },
        { "limits: {send: 100}\n", 1, 16, "such as 500 KiB/s" },
        { "limits: {folders-at-once: -1}\n", 1, 27, "whole number from 0 to 1000" },
        { "devices:\n  - name: x\n", 2, 5, "has no 'id'" },
        { "devices:\n  - id: ABC\n", 2, 9, "device ID" },
        { "devices:\n  - id: $PHONE\n  - id: $PHONE\n", 3, 5, "listed a second time, the first is in line 2" },
        { "devices: [{id: $PHONE, addresses: [192.168.1.5]}]\n", 1, 93, "Write tcp://192.168.1.5:22000." },
        { "devices: [{id: $PHONE, compression: metdata}]\n", 1, 94, "Did you mean 'metadata'?" },
        { "folders:\n  - path: /x\n", 2, 5, "has no 'id'" },
        { "folders:\n  - id: x\n", 2, 5, "has no 'path'" },
        { "folders:\n  - id: x\n    path: docs\n", 3, 11, "is not absolute" },
        { "folders:\n  - id: x\n    path: /x\n    type: sendonly\n", 4, 11, "Did you mean 'send-only'?" },
        { "folders:\n  - id: x\n    path: /x\n  - id: x\n    path: /y\n", 4, 5, "listed a second time" },
        { "folders:\n  - id: x\n    path: /x\n  - id: y\n    path: /x/\n", 5, 11, "has the path '/x' already" },
        { "folders:\n  - id: x\n    path: /x\n  - id: y\n    path: /x/y\n", 5, 11, "inside the folder 'x'" },
        { "folders:\n  - id: x\n    path: /x/y\n  - id: y\n    path: /x\n", 5, 11, "is inside the path '/x'" },
        { "folders:\n  - id: x\n    path: /state\n", 3, 11, "private key" },
        { "folders:\n  - id: x\n    path: /x\n    with: [phon]\ndevices: [{id: $PHONE, name: phone}]\n", 4, 12, "Did you mean 'phone'?" },
        { "folders:\n  - id: x\n    path: /x\n    with: [$PHONE]\n", 4, 12, "No device with this ID" },
        { "folders:\n  - id: x\n    path: /x\n    with: [a]\ndevices: [{id: $PHONE, name: a}, {id: $NAS, name: A}]\n", 4, 12, "Two devices are named" },
        { "folders:\n  - id: x\n    path: /x\n    min-free: 200%\n", 4, 15, "such as 1%" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_mistake_is_named_with_its_place_and_a_hint(string text, int line, int column, string message)
    {
        text = text.Replace("$PHONE", Phone.ToString(), StringComparison.Ordinal).Replace("$NAS", Nas.ToString(), StringComparison.Ordinal);
        var e = Assert.Throws<ConfigException>(() => Read(text));
        Assert.Contains(message, e.First.ToString(), StringComparison.Ordinal);
        Assert.Equal((line, column), (e.First.Line, e.First.Column));
    }

    [Fact]
    public void All_mistakes_are_named_at_once_in_the_files_order() =>
        Assert.Equal([1, 2], Assert.Throws<ConfigException>(() => Read("limits: {send: x}\npage: {tls: x}\n")).Problems.Select(p => p.Line));

    public static TheoryData<string, int, string> Unknown => new()
    {
        { "folder: []\n", 1, "Did you mean 'folders'?" },
        { "page: {adress: x}\n", 1, "Did you mean 'address'?" },
        { "folders:\n  - id: x\n    path: /x\n    pathh: /y\n", 4, "Did you mean 'path'?" },
        { "limits: {something: x}\n", 1, "Known here: send," },
    };

    [Theory]
    [MemberData(nameof(Unknown))]
    public void An_unknown_option_is_a_warning(string text, int line, string hint)
    {
        var warning = Assert.Single(Read(text).Warnings);
        Assert.Equal(line, warning.Line);
        Assert.Contains(hint, warning.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_homes_text_has_no_mistake()
    {
        var read = Read(InitialConfig.Text("Ann's: laptop #1", "key"));
        Assert.Empty(read.Warnings);
        Assert.Equal("Ann's: laptop #1", read.Configuration.Engine.Name);
        Assert.Equal("key", read.Configuration.Page.ApiKey);
    }
}
