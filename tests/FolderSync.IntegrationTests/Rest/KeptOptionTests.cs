using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>A FolderSync with every option at another value than the default.</summary>
public sealed class UnusualDevice : IAsyncLifetime
{
    public const string Label = "before";

    public ScratchDirectory Scratch { get; } = new();

    public FolderSyncProcess Ours { get; private set; } = null!;

    public string Peer { get; private set; } = "";

    public string Text { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Ours = await FolderSyncProcess.MakeAsync("ours", Scratch.In("home"));
        Peer = (await Identities.MakeAsync(Scratch.In("peer"), KeyKind.P256)).ToString();
        var stranger = await Identities.MakeAsync(Scratch.In("stranger"), KeyKind.P256);
        await File.WriteAllTextAsync(Ours.ConfigFile, Text = $$"""
            device:
              name: ours
            page:
              user: ann
              open-browser: false
              allowed-hosts: [nas.example]
            network:
              listen: ["{{Ours.PeerAddress}}"]
              reconnect: 7s
              local-discovery: false
              local-discovery-port: 21029
              mdns: false
              ignored-devices: [{{stranger}}]
            limits:
              send: 2 MiB/s
              receive: 3 MiB/s
              also-in-lan: true
              requests: 17 MiB
              folders-at-once: 3
              keep-partial: 48h
            notifications:
              pairing: false
              folders: false
              conflicts: false
              errors: false
            devices:
              - id: {{Peer}}
                name: before
                addresses: ["tcp://127.0.0.1:1", dynamic]
                compression: always
                paused: true
                connections: 3
                send: 100 KiB/s
                receive: 200 KiB/s
                allowed-networks: ["!10.1.0.0/16", 10.0.0.0/8]
                ignored-folders: [x]
            folders:
              - id: a
                label: before
                path: {{Scratch.Make("a")}}
                with: [{{Peer}}]
                type: receive-only
                paused: true
                watch: false
                rescan: 2h
                full-verify: 48h
                keep-versions: 90d
                versions-path: {{Scratch.In("versions")}}
                versions-max-size: 1234 MB
                max-conflicts: 3
                order: newest-first
                min-free: 5 GB
                ignore-permissions: true
                ignore-delete: true
                sparse: false
                hold-deletions-over: 5
                hold-deletions-over-percent: 6
                hold-incoming-deletions: true
                mtime-window: 2s
              - id: b
                path: {{Scratch.Make("b")}}
                paused: true
                versions: none
                keep-versions: 90d
                versions-path: {{Scratch.In("versions")}}
                versions-max-size: 7.5%
                full-verify: off
                hold-deletions-over: 0
                hold-deletions-over-percent: 0

            """);
        await Ours.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Ours.DisposeAsync();
        Scratch.Dispose();
    }
}

/// <summary>What a client doesn't send stays unchanged, with every way of writing; unsupported values are refused.</summary>
public sealed class KeptOptionTests(UnusualDevice device) : IClassFixture<UnusualDevice>
{
    private const string Changed = "after";

    private RestClient Rest => device.Ours.Rest;

    public static TheoryData<string, string> Writes
    {
        get
        {
            var writes = new TheoryData<string, string>();
            foreach (var way in (string[])["PUT config", "POST system/config", "PUT config/folders", "PUT config/folders/a", "POST config/folders", "PUT config/devices", "PUT config/devices/ID", "POST config/devices"])
            {
                foreach (var version in (string[])["1.19", "1.29", "2"])
                    writes.Add(way, version);
            }
            return writes;
        }
    }

    /// <summary>Like the client of this version: fields that it doesn't know are missing when it writes.</summary>
    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_client_that_sends_all_it_knows_changes_only_what_it_means(string way, string version)
    {
        var known = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(TestSettings.Repository, "tests", "peers", $"config-{version}.json")))!;
        var config = Known(await Rest.GetAsync("config"), known).AsObject();
        var (method, path) = (new HttpMethod(way.Split(' ')[0]), way.Split(' ')[1]);
        var isDevice = path.Contains("devices", StringComparison.Ordinal);
        var list = config[isDevice ? "devices" : "folders"]!.AsArray();
        var one = list.Single(o => (string)o![isDevice ? "deviceID" : "id"]! == (isDevice ? device.Peer : "a"))!;
        one[isDevice ? "name" : "label"] = Changed;
        JsonNode body = path.EndsWith("config", StringComparison.Ordinal) ? config : path is "config/folders" or "config/devices" && method == HttpMethod.Put ? list : one;
        await WritesOnlyAsync(isDevice ? "name" : "label", () => Rest.SendAsync(method, path.Replace("ID", device.Peer, StringComparison.Ordinal), body));
    }

    [Theory]
    [InlineData("POST", "config/folders", """{"id":"a","label":"after"}""", "label")]
    [InlineData("PATCH", "config/folders/a", """{"label":"after"}""", "label")]
    [InlineData("POST", "config/devices", """{"deviceID":"ID","name":"after"}""", "name")]
    [InlineData("PATCH", "config/devices/ID", """{"name":"after"}""", "name")]
    [InlineData("PUT", "config/options", "{}", null)]
    [InlineData("PATCH", "config/options", "{}", null)]
    [InlineData("PUT", "config/gui", "{}", null)]
    [InlineData("PATCH", "config/gui", "{}", null)]
    [InlineData("PATCH", "config/folders/b", """{"minDiskFree":{"unit":"%"}}""", null)]
    [InlineData("PATCH", "config/folders/a", """{"versioning":{"type":"trashcan"}}""", null)]
    [InlineData("POST", "config/folders", """{"id":"b","versioning":{"type":""}}""", null)]
    [InlineData("POST", "config/folders", """{"id":"a","versioning":{"params":{"cleanoutDays":"90"}}}""", null)]
    public async Task What_is_not_sent_stays(string method, string path, string body, string? field) => await WritesOnlyAsync(field, () =>
        Rest.SendAsync(new HttpMethod(method), path.Replace("ID", device.Peer, StringComparison.Ordinal), JsonNode.Parse(body.Replace("ID\"", device.Peer + "\"", StringComparison.Ordinal).Replace($"device{device.Peer}", "deviceID", StringComparison.Ordinal))));

    /// <summary>PUT replaces an object: options that Syncthing has return to their default, the others stay.</summary>
    [Fact]
    public async Task A_bare_put_resets_what_every_Syncthing_has_and_nothing_else()
    {
        var before = await Rest.GetAsync("config/folders/a");
        await Rest.SendAsync(HttpMethod.Put, "config/folders/a", new JsonObject { ["id"] = "a", ["path"] = before["path"]!.DeepClone(), ["paused"] = true });
        try
        {
            var now = await Rest.GetAsync("config/folders/a");
            Assert.Equal(("", 3600, 10), ((string)now["label"]!, (int)now["rescanIntervalS"]!, (int)now["maxConflicts"]!));
            foreach (var own in (string[])["fullVerifyIntervalH", "holdDeletionsOver", "holdDeletionsOverPercent", "holdIncomingDeletions"])
                Assert.Equal(before[own]!.ToJsonString(), now[own]!.ToJsonString());
        }
        finally
        {
            await File.WriteAllTextAsync(device.Ours.ConfigFile, device.Text);
            await Rest.SendAsync(HttpMethod.Put, "config/folders/a", before);
        }
    }

    [SkippableTheory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    public async Task Syncthings_own_command_line_changes_only_what_it_means(string version)
    {
        SyncthingProcess.SkipUnlessThere(version);
        Task CliAsync(params string[] command) => RunAsync(TestSettings.Syncthing(version),
            ["cli", $"--gui-address=127.0.0.1:{device.Ours.PagePort}", $"--gui-apikey={SyncDevice.ApiKey}", $"--home={device.Scratch.Make("cli-home")}", "config", .. command]);
        await WritesOnlyAsync("label", () => CliAsync("folders", "a", "label", "set", Changed));
        await WritesOnlyAsync("name", () => CliAsync("devices", device.Peer, "name", "set", Changed));
        await WritesOnlyAsync(null, () => CliAsync("options", "max-send-kbps", "set", "2048"));
        await WritesOnlyAsync(null, () => CliAsync("gui", "user", "set", "ann"));
    }

    [SkippableTheory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    public async Task Syncthingctl_changes_only_what_it_means(string debian)
    {
        var program = Path.Combine(TestSettings.Peers, "ctl-" + debian, "syncthingctl");
        Skip.IfNot(File.Exists(program), $"Debian {debian}'s syncthingctl is not in {TestSettings.Peers}: run tests/peers/get-syncthingctl, or name its place in FOLDERSYNC_TEST_PEERS.");
        await WritesOnlyAsync("label", () => RunAsync(program, ["edit", "--js-lines", $"config.folders[0].label = '{Changed}';",
            "--url", $"http://127.0.0.1:{device.Ours.PagePort}", "--api-key", SyncDevice.ApiKey, "--no-color"]));
    }

    /// <summary>FolderSync's own command line is a client like any other.</summary>
    [Fact]
    public async Task Our_own_command_line_changes_only_what_it_means() => await WritesOnlyAsync("name", async () =>
        Assert.Equal(0, (await FolderSyncProcess.RunAsync("device", device.Peer, "--rename", Changed, "--home", device.Ours.Home)).ExitCode));

    [Theory]
    [InlineData("config/folders/a", """{"devices":[{"deviceID":"ID","encryptionPassword":"secret-word"}]}""", "unencrypted")]
    [InlineData("config/folders/a", """{"type":"receiveencrypted"}""", "encrypted")]
    [InlineData("config/folders/a", """{"markerName":".mine"}""", ".stfolder")]
    [InlineData("config/folders/a", """{"syncOwnership":true}""", "owners")]
    [InlineData("config/folders/a", """{"versioning":{"type":"external","params":{"command":"rm"}}}""", "trashcan")]
    [InlineData("config/devices/ID", """{"untrusted":true}""", "encrypt")]
    [InlineData("config/devices/ID", """{"introducer":true}""", "pair devices yourself")]
    [InlineData("config/devices/ID", """{"allowedNetworks":["10.0.0.1"]}""", "10.0.0.1/32")]
    [InlineData("config/options", """{"insecureAllowOldTLSVersions":true}""", "TLS 1.3")]
    [InlineData("config/gui", """{"insecureSkipHostcheck":true}""", "allowed-hosts")]
    [InlineData("config/gui", """{"authMode":"ldap"}""", "LDAP")]
    [InlineData("config/defaults/folder", """{"devices":[{"deviceID":"ID","encryptionPassword":"secret-word"}]}""", "unencrypted")]
    [InlineData("config/defaults/device", """{"autoAcceptFolders":true}""", "asks about every folder")]
    public async Task What_can_not_be_is_refused_with_a_sentence_and_nothing_changes(string path, string change, string told)
    {
        JsonNode Body() => JsonNode.Parse(change.Replace("\"ID\"", $"\"{device.Peer}\"", StringComparison.Ordinal))!;
        path = path.Replace("ID", device.Peer, StringComparison.Ordinal);
        var (status, text) = await Rest.AskAsync(HttpMethod.Patch, path, Body());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(told, text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", text, StringComparison.Ordinal);
        // The same in the whole configuration.
        var whole = (await Rest.GetAsync("config")).AsObject();
        var part = path.Split('/')[1..] switch
        {
            ["folders", ..] => whole["folders"]!.AsArray().Single(f => (string)f!["id"]! == "a")!,
            ["devices", ..] => whole["devices"]!.AsArray().Single(d => (string)d!["deviceID"]! == device.Peer)!,
            ["defaults", var kind] => whole["defaults"]![kind]!,
            [var section] => whole[section]!,
            _ => throw new InvalidOperationException(path),
        };
        foreach (var (key, value) in Body().AsObject())
            part[key] = value?.DeepClone();
        Assert.Equal(HttpStatusCode.BadRequest, (await Rest.AskAsync(HttpMethod.Put, "config", whole)).Status);
        Assert.Equal(device.Text, await File.ReadAllTextAsync(device.Ours.ConfigFile));
        Assert.DoesNotContain("secret-word", (await Rest.GetAsync("config")).ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>A client may send the defaults of its Syncthing; the response shows the values in effect.</summary>
    [Theory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    [InlineData("2")]
    public async Task Syncthings_defaults_pass_and_what_holds_is_shown(string version)
    {
        var defaults = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(TestSettings.Repository, "tests", "peers", $"config-{version}.json")))!;
        var whole = (await Rest.GetAsync("config")).AsObject();
        foreach (var name in (string[])["globalAnnounceEnabled", "relaysEnabled", "natEnabled", "crashReportingEnabled", "autoUpgradeIntervalH", "urAccepted", "minHomeDiskFree", "setLowPriority"])
            whole["options"]![name] = defaults["options"]![name]!.DeepClone();
        whole["defaults"] = defaults["defaults"]!.DeepClone();
        foreach (var (name, value) in defaults["gui"]!.AsObject().Where(p => p.Key is not ("address" or "apiKey" or "user")))
            whole["gui"]![name] = value?.DeepClone();
        await Rest.SendAsync(HttpMethod.Put, "config", whole);
        var options = await Rest.GetAsync("config/options");
        Assert.All((string[])["globalAnnounceEnabled", "relaysEnabled", "natEnabled", "crashReportingEnabled"], name => Assert.False((bool)options[name]!));
        Assert.Equal((0, -1), ((int)options["autoUpgradeIntervalH"]!, (int)options["urAccepted"]!));
        Assert.Equal(device.Text, await File.ReadAllTextAsync(device.Ours.ConfigFile));
    }

    private async Task WritesOnlyAsync(string? field, Func<Task> write)
    {
        await write();
        var wanted = field is null ? device.Text : device.Text.Replace($"{field}: {UnusualDevice.Label}\n", $"{field}: {Changed}\n", StringComparison.Ordinal);
        var now = await File.ReadAllTextAsync(device.Ours.ConfigFile);
        if (field is not null)
            await Rest.PatchAsync(field == "label" ? "config/folders/a" : $"config/devices/{device.Peer}", new JsonObject { [field] = UnusualDevice.Label });
        var back = await File.ReadAllTextAsync(device.Ours.ConfigFile);
        if (back != device.Text)
            await File.WriteAllTextAsync(device.Ours.ConfigFile, device.Text);
        Assert.Equal(wanted, now);
        Assert.Equal(device.Text, back);
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        var ended = await ChildProcess.RunAsync(program, arguments);
        Assert.True(ended.ExitCode == 0, ended.All);
    }

    /// <summary>Without the fields that the other lacks; folders and devices by its templates, maps with free keys unchanged.</summary>
    private static JsonNode Known(JsonNode node, JsonNode template)
    {
        var known = new JsonObject();
        foreach (var (key, like) in template.AsObject().Where(p => node[p.Key] is not null))
        {
            known[key] = (key, node[key]!) switch
            {
                ("folders", JsonArray folders) => new JsonArray([.. folders.Select(f => Known(f!, template["defaults"]!["folder"]!))]),
                ("devices", JsonArray devices) when template["defaults"] is not null => new JsonArray([.. devices.Select(d => Known(d!, template["defaults"]!["device"]!))]),
                ("params", var free) => free.DeepClone(),
                (_, JsonObject inner) => Known(inner, like!),
                (_, var value) => value.DeepClone(),
            };
        }
        return known;
    }
}
