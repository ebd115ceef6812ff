using System.Runtime.CompilerServices;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using NJsonSchema;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FolderSync.Configuration.Tests.Schema;

/// <summary>The samples, the JSON Schema and the option tables agree.</summary>
public sealed class ConfigSampleTests
{
    private static readonly string Directory = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "config-samples"));
    private static readonly HomeDirectory Home = new("/state/foldersync");
    private static readonly Task<JsonSchema> Schema = JsonSchema.FromJsonAsync(ConfigJsonSchema.Text);

    public static TheoryData<string> Samples => [.. System.IO.Directory.GetFiles(Directory, "*.yaml").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_loads_without_a_warning_and_is_valid_by_the_schema_it_names(string name)
    {
        var text = File.ReadAllText(Path.Combine(Directory, name));
        Assert.StartsWith(ConfigJsonSchema.Header + "\n", text, StringComparison.Ordinal);
        var read = ConfigReader.Read(name, ConfigDocument.Parse(name, text), Home);
        Assert.Empty(read.Warnings);
        Assert.NotEmpty(read.Configuration.Engine.Folders);
        Assert.Empty((await Schema).Validate(Json(text)));
    }

    [Fact]
    public void Every_option_is_in_a_sample()
    {
        var documents = System.IO.Directory.GetFiles(Directory, "*.yaml").Select(f => ConfigDocument.Parse(f, File.ReadAllText(f))).ToList();
        var all = string.Concat(documents.Select(d => d.Text));
        foreach (var section in ConfigSchema.Groups)
        {
            foreach (var option in section.Options)
            {
                // A secret must not be copied: a comment mentions the option.
                Assert.True(option.IsSecret ? all.Contains($"# {option.Key}:", StringComparison.Ordinal) : documents.Any(d => d.Find(section.Name, option.Key) is not null),
                    $"{section.Name}.{option.Key} is in no sample.");
            }
        }
        AssertItems(ConfigSchema.DevicesSection, ConfigSchema.Peer.All.Select(f => f.Key));
        AssertItems(ConfigSchema.FoldersSection, ConfigSchema.Folder.All.Select(f => f.Key).Append(ConfigSchema.With));

        void AssertItems(string list, IEnumerable<string> keys) => Assert.All(keys, key => Assert.True(
            documents.Any(d => d.Find(list) is YamlSequence items && items.Items.OfType<YamlMap>().Any(i => i.Find(key) is not null)), $"{list}.{key} is in no sample."));
    }

    [Fact]
    public void The_committed_schema_is_made_from_the_tables() => Assert.Equal(ConfigJsonSchema.Text, File.ReadAllText(Path.Combine(Directory, ConfigJsonSchema.FileName)));

    [Fact]
    public async Task A_new_homes_text_names_the_schema_and_is_valid_by_it()
    {
        var text = InitialConfig.Text("Ann's: laptop", "key");
        Assert.StartsWith(ConfigJsonSchema.Header + "\n", text, StringComparison.Ordinal);
        Assert.Empty((await Schema).Validate(Json(text)));
    }

    public static TheoryData<string> Wrong =>
    [
        "pgae: {}\n", "page: {adress: x}\n", "page: {tls: maybe}\n", "limits: {send: fast}\n", "network: {reconnect: 60}\n", "network: {local-discovery-port: 70000}\n",
        "folders: [{id: x}]\n", "devices: [{name: x}]\n", "folders: [{id: x, path: /x, type: sendonly}]\n", "folders: docs\n", "notifications: {pairing: 3}\n",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_an_editor_should_mark_is_wrong_by_the_schema(string text) => Assert.NotEmpty((await Schema).Validate(Json(text)));

    /// <summary>The schema accepts everything that the reader accepts, and, except for free text, nothing else.</summary>
    [Fact]
    public async Task Reader_and_schema_agree_on_values_of_every_option()
    {
        string[] values = ["true", "no", "On", "maybe", "12", "-5", "0", "90s", "7d", "1 h", "1.5h", "36 hours", "5x", "500 KiB/s", "2MB/s", "64 MiB", "1.5 gb", "10%", "12.5%", "off", "forever",
            "metadata", "trash-can", "none", "random", "newest-first", "default", "tcp://h:1", "127.0.0.1:1", "/abs/path", "[]", "[a]", "[/x, tcp://h:1]", "{a: b}", "~", "\"quoted\"", "''"];
        var schema = await Schema;
        var places = ConfigSchema.Groups.SelectMany(g => g.Options.Select(o => (Option: o, Text: $"{g.Name}: {{{o.Key}: VALUE}}\n")))
            .Concat(ConfigSchema.Folder.All.Where(o => o.Key is not ("id" or "path")).Select(o => ((ConfigOption)o, $"folders: [{{id: x, path: /x, {o.Key}: VALUE}}]\n")))
            .Concat(ConfigSchema.Peer.All.Where(o => o.Key != "id").Select(o => ((ConfigOption)o, $"devices: [{{id: {new DeviceId([.. Enumerable.Repeat((byte)1, 32)])}, {o.Key}: VALUE}}]\n")));
        foreach (var (option, template) in places)
        {
            foreach (var value in values)
            {
                var text = template.Replace("VALUE", value, StringComparison.Ordinal);
                var (read, valid) = (IsRead(text), schema.Validate(Json(text)).Count == 0);
                Assert.True(!read || valid, $"The reader takes what the schema refuses: {text}");
                var isExact = option.Type is not (ConfigType.Text or ConfigType.TextList or ConfigType.Duration);
                Assert.True(!isExact || !valid || read, $"The schema takes what the reader refuses: {text}");
            }
        }
    }

    private static bool IsRead(string text)
    {
        try
        {
            ConfigReader.Read("f", ConfigDocument.Parse("f", text), Home);
            return true;
        }
        catch (ConfigException)
        {
            return false;
        }
    }

    /// <summary>As an editor sees it, by YAML's core schema.</summary>
    private static string Json(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.Count == 0 ? "null" : Json(stream.Documents[0].RootNode);
    }

    private static string Json(YamlDotNet.RepresentationModel.YamlNode node) => node switch
    {
        YamlMappingNode m => "{" + string.Join(",", m.Children.Select(c => $"{Quoted(((YamlScalarNode)c.Key).Value!)}:{Json(c.Value)}")) + "}",
        YamlSequenceNode s => "[" + string.Join(",", s.Children.Select(Json)) + "]",
        YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" } => "null",
        YamlScalarNode { Style: ScalarStyle.Plain } p when p.Value is "true" or "false" || long.TryParse(p.Value, out _) => p.Value!,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "True" or "TRUE" } => "true",
        YamlScalarNode s => Quoted(s.Value!),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
