using System.Reflection;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FolderSync.Api.Http;
using FolderSync.Api.Rest;
using FolderSync.Api.Web;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Import;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Network;
using Xunit;

namespace FolderSync.Api.Tests.Rest;

/// <summary>
/// Sets each option to a value other than its default and looks for it in every place that has options. A new option needs only a row and a
/// property; a property without a row, or a place with its own list of options, fails here.
/// </summary>
public sealed class OptionTests : IAsyncLifetime
{
    private static readonly HomeDirectory Home = new("/state/foldersync");
    private static readonly DeviceId Phone = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Self = new([.. Enumerable.Range(101, 32).Select(i => (byte)i)]);
    private static readonly string Hash = Password.Hash("a long password");

    /// <summary>Syncthing's configuration has nothing like them; ignored devices are a list of objects there.</summary>
    private static readonly string[] WithoutRest = ["device.name", "page.allowed-hosts", "network.ignored-devices"];

    private static readonly Dictionary<string, Option> All = new IEnumerable<Option>[]
    {
        Of(ConfigSchema.DeviceSection, ConfigSchema.Device, c => c.Engine), Of(ConfigSchema.PageSection, ConfigSchema.Page, c => c.Page),
        Of(ConfigSchema.NetworkSection, ConfigSchema.Network, c => c.Engine), Of(ConfigSchema.LimitsSection, ConfigSchema.Limits, c => c.Engine),
        Of(ConfigSchema.NotificationsSection, ConfigSchema.Notifications, c => c.Notifications),
        Of(ConfigSchema.DevicesSection, ConfigSchema.Peer, c => c.Engine.Devices[0]), Of(ConfigSchema.FoldersSection, ConfigSchema.Folder, c => c.Engine.Folders[0]),
    }.SelectMany(o => o).ToDictionary(o => o.Path);

    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-options-").FullName;
    private readonly DeviceIdentity _identity = DeviceIdentity.Create();

    public static TheoryData<string> Options => [.. All.Keys];

    public static TheoryData<string> RestOptions => [.. All.Keys.Except(WithoutRest)];

    public static TheoryData<string> ImportedOptions => [.. All.Values.Where(o => o is { Import: not null, IsImportedByHand: false }).Select(o => o.Path)];

    public Task InitializeAsync() => _identity.SaveAsync(_directory);

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public void Every_section_is_looked_at() => Assert.Equal(ConfigSchema.Sections.Order(), All.Values.Select(o => o.Section).Distinct().Order());

    [Theory]
    [MemberData(nameof(Options))]
    public void It_is_read_and_written_and_makes_two_configurations_unequal(string path)
    {
        var option = All[path];
        var (before, after) = (Read(Text(null)), Read(Text(option)));
        Assert.NotEqual(before, after);
        Assert.Equal(after, Read(Text(option)));
        Assert.Equal(after.GetHashCode(), Read(Text(option)).GetHashCode());
        Assert.False(option.Value(after).Same(option.Row.Default));
        if (option.IsIdentity)
            return;
        var written = ConfigWriter.Write(ConfigDocument.Parse("config.yaml", Text(null)), before, after);
        Assert.Contains($" {option.Row.Key}:", written.Text, StringComparison.Ordinal);
        Assert.Equal(after, Read(written.Text));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void It_is_in_the_schema_in_config_show_and_in_the_settings(string path)
    {
        var option = All[path];
        var group = JsonNode.Parse(ConfigJsonSchema.Text)!["properties"]![option.Section]!;
        Assert.Equal(option.Row.Description, (string?)(group["items"] ?? group)["properties"]![option.Row.Key]!["description"]);

        var shown = ConfigPrinter.Text(ConfigState.Parse(Home, Text(option), ConfigOverrides.None), ConfigOverrides.None, defaults: false);
        Assert.Contains(shown.Split('\n'), l => l.TrimStart(' ', '-').StartsWith($"{option.Row.Key}: ", StringComparison.Ordinal));

        var settings = SettingsRoutes.ToJson([option.Row], _ => option.Value(Read(Text(option)))).Options[0];
        Assert.Equal((option.Row.Key, option.Row.Label, About: option.Row.Description), (settings.Key, settings.Label, settings.About));
        Assert.NotEmpty(option.Row.Label);
    }

    [Theory]
    [MemberData(nameof(RestOptions))]
    public void REST_shows_it_takes_it_and_has_it_among_the_defaults(string path)
    {
        var option = All[path];
        Assert.True(option.Scope is not null, $"The row of {path} has no name in REST.");
        var (before, after) = (Read(Text(null)), Read(Text(option)));
        var (usual, got) = (Get(option, before), Get(option, after));
        Assert.NotNull(At(got, option.Name!));
        Assert.False(JsonNode.DeepEquals(At(usual, option.Name!), At(got, option.Name!)));

        Assert.Equal(after, Put(option, got, before));
        if (!option.IsIdentity)
        {
            var patch = Nested(option.Name!, At(got, option.Name!)!.DeepClone());
            RestJson.Merge(usual, patch);
            Assert.Equal(after, Put(option, usual, before));
            Assert.True(JsonNode.DeepEquals(At(DefaultsOf(option.Scope!), option.Name!), At(Get(option, before), option.Name!)), "The default is another than what is not set.");
        }
        // Clients that don't know it leave it unchanged; clients of Syncthing know Syncthing's.
        Assert.Equal(option.IsOwn, SyncthingOptions.Find($"{option.Scope}.{option.Name}")!.IsOwn);
    }

    [Theory]
    [MemberData(nameof(ImportedOptions))]
    public void Import_takes_it_over(string path)
    {
        var option = All[path];
        var after = Read(Text(option));
        var set = Xml(option.Import!, At(Get(option, after), option.Name!)!).ToList();
        XElement Element(string scope, string name, params object[] content) => new(name, content, option.Scope == scope ? set : []);
        var root = new XElement("configuration",
            new XElement("device", new XAttribute("id", _identity.DeviceId)), Element(SyncthingOptions.Device, "device", new XAttribute("id", Phone)),
            Element(SyncthingOptions.Folder, "folder", new XAttribute("id", "a"), new XAttribute("path", "/a")),
            Element(SyncthingOptions.Options, "options"), Element(SyncthingOptions.Gui, "gui", new XElement("address", PageConfig.DefaultAddress)));
        File.WriteAllText(Path.Combine(_directory, "config.xml"), root.ToString());
        var plan = ImportReader.Read(new SyncthingHome(_directory), new HomeDirectory(Path.Combine(_directory, "home")));
        Assert.True(option.Value(after).Same(option.Value(plan.Configuration)), $"{path} is {option.Value(plan.Configuration)}.");
        Assert.DoesNotContain(plan.Notes, n => n.ToString().Contains($", {option.Import} ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Its_row_says_whether_the_folder_reopens(string path)
    {
        var option = All[path];
        if (option.Section == ConfigSchema.FoldersSection)
            Assert.Equal(option.Row.Effect == OptionEffect.FolderReopens, ConfigSchema.NeedsReopening(Read(Text(null)).Engine.Folders[0], Read(Text(option)).Engine.Folders[0]));
        else
            Assert.NotEqual(OptionEffect.FolderReopens, option.Row.Effect);
        Assert.True(option.Row.Effect != OptionEffect.ServiceRestarts || option.Section == ConfigSchema.PageSection, "restart-required looks at the page's options only.");
    }

    /// <summary>The effects of all options: none should reopen folders without need, or fail to.</summary>
    [Fact]
    public void The_folder_reopens_for_these() => Assert.Equal(
        "ignore-permissions keep-versions mtime-window path paused rescan sparse type versions versions-max-size versions-path watch",
        string.Join(' ', ConfigSchema.Folder.All.Where(f => f.Effect == OptionEffect.FolderReopens).Select(f => f.Key).Order(StringComparer.Ordinal)));

    [Fact]
    public void Every_property_has_its_row()
    {
        var before = Read(Text(null));
        var after = All.Values.Select(o => Read(Text(o))).ToList();
        Missing(c => c.Engine.Folders[0], nameof(FolderConfig.Devices));
        Missing(c => c.Engine.Folders[0].Versioning);
        Missing(c => c.Engine.Devices[0]);
        Missing(c => c.Engine);
        Missing(c => c.Page);
        Missing(c => c.Notifications);

        void Missing<T>(Func<ServiceConfig, T> get, params string[] lists) => Assert.Equal(lists, typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is not null && !after.Any(a => !Equals(p.GetValue(get(a)), p.GetValue(get(before))))).Select(p => p.Name).Order());
    }

    /// <summary>A table that exists only in this test: the same code handles whatever a row says.</summary>
    [Fact]
    public void A_probe_option_goes_everywhere()
    {
        var table = new ConfigFields<Probed>(new Probed(), SyncthingOptions.Folder,
        [
            ConfigField.Int<Probed>("probe", "A probe.", 0, 9, c => c.Probe, (c, v) => c with { Probe = v }).InSyncthing("deep.probe").ImportedAs("probeXml").ReopensFolder().Labelled("The probe"),
        ]);
        var set = new Probed { Probe = 7 };
        Assert.NotEqual(new Probed(), set);
        Assert.Equal(OptionEffect.FolderReopens, Assert.Single(table.Changed(new Probed(), set)).Effect);
        var document = ConfigWriter.Group(ConfigDocument.Parse("config.yaml", ""), table, new Probed(), set, "part");
        Assert.Equal("part:\n  probe: 7\n", document.Text);
        Assert.Equal(set, new NodeReader("config.yaml").Group(document.Find("part"), "part", table, new Probed()));
        var json = OptionJson.Write(table.Syncthing, set);
        Assert.Equal("""{"deep":{"probe":7}}""", json.ToJsonString());
        Assert.Equal(set, OptionJson.Read(table.Syncthing, json, new Probed()));
        Assert.Equal(set, OptionJson.Read(table.Syncthing, [], set));
        Assert.Equal(set, OptionXml.Read(table.Syncthing, SyncthingOptions.Folder, XElement.Parse("<folder><probeXml>7</probeXml></folder>"), new Probed()));
        var section = new ConfigSection<Probed>("part", "", table, _ => set, (c, _) => c);
        Assert.Equal(7, OptionJson.Write(section.Syncthing, new ServiceConfig())["deep"]!["probe"]!.GetValue<int>());
        Assert.Equal("The probe", SettingsRoutes.ToJson(section.Options, o => section.Write(o, new ServiceConfig())).Options[0].Label);
    }

    private static IEnumerable<Option> Of<T>(string section, ConfigFields<T> fields, Func<ServiceConfig, T> get) => fields.All.Select(f => new Option(
        section, f, c => f.Write(get(c)), f.Syncthing?.Scope, f.Syncthing?.Name, f.Syncthing?.Import, f.Syncthing?.IsImportedByHand == true, f.Syncthing?.IsOwn == true));

    private static ServiceConfig Read(string text) => ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", text), Home).Configuration;

    /// <summary>A device and a folder with the option at a value other than its default.</summary>
    private static string Text(Option? set)
    {
        string Item(string section, string key, string value) => set?.Section == section && set.Row.Key == key ? $"{key}: {Another(set)}" : $"{key}: {value}";
        string More(string section) => set?.Section == section && !set.IsIdentity ? $"    {set.Row.Key}: {Another(set)}\n" : "";
        return (set is null || set.Section is ConfigSchema.DevicesSection or ConfigSchema.FoldersSection ? "" : $"{set.Section}:\n  {set.Row.Key}: {Another(set)}\n") +
            $"devices:\n  - {Item(ConfigSchema.DevicesSection, ConfigSchema.Id, Phone.ToString())}\n{More(ConfigSchema.DevicesSection)}" +
            $"folders:\n  - {Item(ConfigSchema.FoldersSection, ConfigSchema.Id, "a")}\n    {Item(ConfigSchema.FoldersSection, ConfigSchema.Path, "/a")}\n{More(ConfigSchema.FoldersSection)}";
    }

    private static string Another(Option option) => option.Row.Type switch
    {
        ConfigType.Bool => ((YamlValue.Scalar)option.Row.Default).Value == "true" ? "false" : "true",
        ConfigType.Int i => i.Min.ToString() is var least && least != ((YamlValue.Scalar)option.Row.Default).Value ? least : (i.Min + 1).ToString(),
        ConfigType.Choice w => w.Choices.First(x => x != ((YamlValue.Scalar)option.Row.Default).Value),
        ConfigType.Duration => "2d",
        ConfigType.Rate => "123 KiB/s",
        ConfigType.Size => "5 MiB",
        ConfigType.DiskPart => "7 GB",
        _ => option.Path switch
        {
            "devices.id" or "network.ignored-devices" => Self.ToString(),
            "folders.path" or "folders.versions-path" => "/another",
            "page.address" => "127.0.0.1:9999",
            "page.password-hash" => $"'{Hash}'",
            "network.listen" or "devices.addresses" => "tcp://10.0.0.1:22000",
            "devices.allowed-networks" => "10.0.0.0/8",
            _ => "another",
        },
    };

    private static JsonObject Get(Option option, ServiceConfig config) => option.Scope switch
    {
        SyncthingOptions.Folder => ConfigJson.Folder(config.Engine.Folders[0], Self, null),
        SyncthingOptions.Device => ConfigJson.Device(config.Engine.Devices[0], null),
        SyncthingOptions.Options => ConfigJson.Options(config, null),
        _ => ConfigJson.Gui(config.Page, null),
    };

    private static ServiceConfig Put(Option option, JsonObject json, ServiceConfig before) => option.Scope switch
    {
        SyncthingOptions.Folder => before.WithEngine(e => e with { Folders = [ConfigJson.ToFolder(json, Self, e.Folders[0])] }),
        SyncthingOptions.Device => before.WithEngine(e => e with { Devices = [ConfigJson.ToDevice(json)] }),
        SyncthingOptions.Options => ConfigJson.WithOptions(before, json),
        _ => before with { Page = ConfigJson.ToGui(json)(before.Page) },
    };

    private static JsonObject DefaultsOf(string scope) => scope switch
    {
        SyncthingOptions.Folder or SyncthingOptions.Device => Defaults.Template([], scope),
        SyncthingOptions.Options => Defaults.Options(),
        _ => Defaults.Gui(),
    };

    private static JsonNode? At(JsonObject json, string name) => name.Split('.').Aggregate((JsonNode?)json, (j, step) => j?[step]);

    private static JsonObject Nested(string name, JsonNode value) =>
        name.Split('.').Reverse().Aggregate(value, (inner, step) => new JsonObject { [step] = inner }).AsObject();

    private static IEnumerable<XElement> Xml(string name, JsonNode value) => value switch
    {
        JsonArray list => list.SelectMany(i => Xml(name, i!)),
        // Syncthing has no unit for single bytes.
        JsonObject amount => [new XElement(name, new XAttribute("unit", "kB"), (double)amount["value"]! / 1000)],
        _ => [new XElement(name, value.ToString())],
    };

    private sealed record Probed
    {
        public int Probe { get; init; } = 3;
    }

    private sealed record Option(
        string Section, ConfigOption Row, Func<ServiceConfig, YamlValue> Value, string? Scope, string? Name, string? Import, bool IsImportedByHand, bool IsOwn)
    {
        public string Path => $"{Section}.{Row.Key}";

        public bool IsIdentity => Path is "folders.id" or "devices.id" or "folders.path";
    }
}
