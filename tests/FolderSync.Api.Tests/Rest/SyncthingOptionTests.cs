using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FolderSync.Api.Rest;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FolderSync.Api.Tests.Rest;

/// <summary>How every option of Syncthing's API is treated, with the default configurations that 1.19, 1.29 and 2.x return.</summary>
public sealed class SyncthingOptionTests
{
    private static readonly HomeDirectory Home = new("/state/foldersync");
    private static readonly string Peers = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "peers");

    public static TheoryData<string> Versions => new("1.19", "1.29", "2");

    public static TheoryData<string> Refused => [.. SyncthingOptions.All.Where(o => o.Treatment == OptionTreatment.Rejected).Select(o => o.Path)];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_option_of_a_Syncthing_has_its_row(string version)
    {
        var missing = Scopes(version).SelectMany(s => Paths(s.Scope, s.Json)).Where(p => SyncthingOptions.Find(p) is null).Distinct().ToList();
        Assert.True(missing.Count == 0, "No row for: " + string.Join(", ", missing));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_default_of_a_Syncthing_passes(string version) =>
        Assert.All(Scopes(version), s => Assert.Null(SyncthingOptions.Validate(s.Scope, s.Json, s.Scope)));

    [Fact]
    public void What_is_shown_by_itself_passes_and_has_its_row()
    {
        (string Scope, JsonObject Json)[] shown =
        [
            (SyncthingOptions.Folder, Defaults.Folder()), (SyncthingOptions.Device, Defaults.Device()), (SyncthingOptions.Options, Defaults.Options()), (SyncthingOptions.Gui, Defaults.Gui()),
        ];
        foreach (var (scope, json) in shown)
        {
            Assert.Null(SyncthingOptions.Validate(scope, json, scope));
            Assert.All(Paths(scope, json).Where(p => p != "folder.versioning.params.maxSize"), p => Assert.NotNull(SyncthingOptions.Find(p)));
        }
    }

    [Fact]
    public void There_is_one_row_an_option_and_each_says_something()
    {
        Assert.Equal(SyncthingOptions.All.Length, SyncthingOptions.All.Select(o => o.Path.ToUpperInvariant()).Distinct().Count());
        Assert.All(SyncthingOptions.All, o => Assert.True(o.Treatment == OptionTreatment.Supported || o.Why.EndsWith('.'), o.Path));
        Assert.All(SyncthingOptions.All, o => Assert.Equal(o.Treatment == OptionTreatment.Rejected, o.Allowed.Length > 0));
    }

    /// <summary>For every type: only the values that mean "off" count as "off".</summary>
    [Theory]
    [MemberData(nameof(Refused))]
    public void A_safety_option_that_is_not_built_is_refused(string path)
    {
        JsonNode?[] values = [true, "true", "secret", 1234, 0.5, new JsonArray("10.0.0.0/8"), new JsonObject { ["a"] = 1 }];
        foreach (var value in values)
        {
            var why = SyncthingOptions.Validate(path[..path.IndexOf('.')], Nested(path, value), "it");
            Assert.NotNull(why);
            Assert.Contains($"'{SyncthingOptions.Find(path)!.Name}'", why, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", why, StringComparison.Ordinal);
        }
        Assert.Null(SyncthingOptions.Validate(path[..path.IndexOf('.')], Nested(path, null), "it"));
        // Syncthing ignores the case of names.
        Assert.NotNull(SyncthingOptions.Validate(path[..path.IndexOf('.')], Nested(path.ToUpperInvariant(), true), "it"));
    }

    [Theory]
    [InlineData("folders:\n  - id: a\n    path: /a\n    encryptionPassword: secret\n", 4, 5, "can't encrypt")]
    [InlineData("folders:\n  - id: a\n    path: /a\n    devices: [{deviceID: X, encryptionPassword: secret}]\n", 4, 29, "can't encrypt")]
    [InlineData("folders: [{id: a, path: /a, encryption-password: secret}]\n", 1, 29, "can't encrypt")]
    [InlineData("folders: [{id: a, path: /a, copyOwnershipFromParent: yes}]\n", 1, 29, "owners")]
    [InlineData("folders: [{id: a, path: /a, marker_name: .mine}]\n", 1, 29, ".stfolder")]
    [InlineData("devices:\n  - untrusted: true\n", 2, 5, "can't encrypt")]
    [InlineData("devices:\n  - introducer: true\n", 2, 5, "pair devices yourself")]
    [InlineData("devices:\n  - allowedNetworks: [10.0.0.0/8]\n", 2, 5, "allowed-networks")]
    [InlineData("remoteIgnoredDevices: [{deviceID: X}]\n", 1, 1, "ignored-devices")]
    [InlineData("gui: {insecureSkipHostcheck: true}\n", 1, 7, "allowed-hosts")]
    [InlineData("page: {insecure-admin-access: true}\n", 1, 8, "password")]
    [InlineData("options: {insecureAllowOldTLSVersions: true}\n", 1, 11, "TLS 1.3")]
    [InlineData("ldap: {address: ldap.example}\n", 1, 8, "LDAP")]
    [InlineData("devices: [{allowed-networks: [10.0.0.0/8, here]}]\n", 1, 43, "is not a network")]
    [InlineData("devices: [{allowed-networks: 10.0.0.1}]\n", 1, 30, "10.0.0.1/32")]
    [InlineData("network: {ignored-devices: [me]}\n", 1, 29, "is not a device ID")]
    public void In_the_file_it_is_refused_with_its_place(string text, int line, int column, string told)
    {
        var problems = Assert.Throws<ConfigException>(() => ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", text), Home)).Problems;
        Assert.Contains(problems, p => (p.Line, p.Column) == (line, column) && p.ToString().Contains(told, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", string.Join('\n', problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("folders: [{id: a, path: /a, encryptionPassword: \"\"}]\n")]
    [InlineData("folders: [{id: a, path: /a, encryptionPassword: }]\n")]
    [InlineData("folders: [{id: a, path: /a, disableFsync: no, markerName: .stfolder}]\n")]
    [InlineData("gui: {authMode: static}\n")]
    [InlineData("options: {connectionLimitMax: 0, alwaysLocalNets: []}\n")]
    [InlineData("folders: [{id: a, path: /a, copiers: 4, fieldOfALaterVersion: {x: 1}}]\n")]
    public void In_the_file_defaults_and_what_is_harmless_only_warn(string text) =>
        Assert.NotEmpty(ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", text), Home).Warnings);

    [Fact]
    public void A_device_that_is_listed_is_not_ignored_and_that_is_told()
    {
        var id = new DeviceId([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        var read = ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", $"network: {{ignored-devices: [{id}]}}\ndevices: [{{id: {id}}}]\n"), Home);
        Assert.Contains("is not ignored", Assert.Single(read.Warnings).ToString(), StringComparison.Ordinal);
        Assert.Empty(read.Configuration.Consistent(null).Engine.IgnoredDevices);
    }

    [Fact]
    public void A_folder_with_a_password_is_refused_by_name()
    {
        var json = new JsonObject { ["id"] = "photos", ["path"] = "/p", ["devices"] = new JsonArray(new JsonObject { ["deviceID"] = "PHONE", ["encryptionPassword"] = "secret" }) };
        var why = Assert.Throws<BadHttpRequestException>(() => ConfigJson.ToFolder(json, default));
        Assert.Equal(400, why.StatusCode);
        Assert.Contains("folder 'photos'", why.Message, StringComparison.Ordinal);
        Assert.Contains("device PHONE", why.Message, StringComparison.Ordinal);
        Assert.Contains("unencrypted", why.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Scope, JsonObject Json)> Scopes(string version)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Peers, $"config-{version}.json")))!.AsObject();
        foreach (var scope in (string[])[SyncthingOptions.Options, SyncthingOptions.Gui, SyncthingOptions.Ldap])
            yield return (scope, config[scope]!.AsObject());
        foreach (var scope in (string[])[SyncthingOptions.Folder, SyncthingOptions.Device, "ignores"])
            yield return (scope, config["defaults"]![scope]!.AsObject());
        yield return (SyncthingOptions.Device, config["devices"]![0]!.AsObject());
        Assert.Equal(["defaults", "devices", "folders", "gui", "ldap", "options", "remoteIgnoredDevices", "version"], config.Select(p => p.Key).Order());
    }

    private static IEnumerable<string> Paths(string path, JsonObject json) => json.SelectMany(p => (p.Value as JsonArray ?? [p.Value?.DeepClone()]).OfType<JsonObject>()
        .SelectMany(o => Paths($"{path}.{p.Key}", o)).Append($"{path}.{p.Key}")).Where(p => !p.EndsWith(".versioning.params", StringComparison.Ordinal));

    private static JsonObject Nested(string path, JsonNode? value)
    {
        var steps = path.Split('.')[1..];
        var json = new JsonObject { [steps[^1]] = value?.DeepClone() };
        foreach (var step in steps[..^1].Reverse())
            json = new JsonObject { [step] = step.Equals("devices", StringComparison.OrdinalIgnoreCase) ? new JsonArray(json) : json };
        return json;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
