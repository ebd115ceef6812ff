using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;

namespace FolderSync.Configuration.Schema;

/// <summary>
/// The JSON Schema of `config.yaml`, for completion and validation in editors (yaml-language-server and editors based on it). It is generated from
/// the tables, so it says what the reader accepts; only rules about the whole file (a device's name in `with`, nested paths) are left to the
/// reader.
/// </summary>
public static class ConfigJsonSchema
{
    /// <summary>It lies beside `config.yaml`, whose first line names it.</summary>
    public const string FileName = "foldersync.schema.json";

    public const string Header = $"# yaml-language-server: $schema={FileName}";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<string> Cached = new(() => Make().ToJsonString(Indented) + "\n");

    public static string Text => Cached.Value;

    /// <summary>Writes it into the home directory if it is missing or from another version. A failure only costs the completion.</summary>
    public static void WriteTo(HomeDirectory home)
    {
        var path = System.IO.Path.Combine(home.Path, FileName);
        try
        {
            if (!File.Exists(path) || File.ReadAllText(path) != Text)
                DurableFile.Write(path, Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static JsonObject Make()
    {
        var properties = new JsonObject
        {
            [ConfigSchema.FormatOption] = new JsonObject { ["description"] = "The file's format; optional.", ["type"] = "integer", ["enum"] = new JsonArray(ConfigSchema.Format) },
        };
        foreach (var group in ConfigSchema.Groups)
            properties[group.Name] = Group(group.Description, group.Options);
        properties[ConfigSchema.DevicesSection] = List(ConfigSchema.DevicesDescription, Group(null, ConfigSchema.Peer.All, required: [ConfigSchema.Id]));
        var folder = Group(null, ConfigSchema.Folder.All, required: [ConfigSchema.Id, ConfigSchema.Path]);
        folder["properties"]![ConfigSchema.With] = Option(ConfigSchema.WithDescription, new ConfigType.TextList());
        properties[ConfigSchema.FoldersSection] = List(ConfigSchema.FoldersDescription, folder);
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "FolderSync's config.yaml",
            ["type"] = new JsonArray("object", "null"),
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
    }

    private static JsonObject Group(string? about, IEnumerable<ConfigOption> options, string[]? required = null)
    {
        var group = new JsonObject();
        if (about is not null)
            group["description"] = about;
        group["type"] = required is null ? new JsonArray("object", "null") : "object";
        group["additionalProperties"] = false;
        if (required is not null)
            group["required"] = new JsonArray([.. required.Select(r => JsonValue.Create(r))]);
        var properties = new JsonObject();
        foreach (var option in options)
        {
            var schema = Option(option.Description, option.Type);
            if (Default(option) is { } value)
                schema["default"] = value;
            properties[option.Key] = schema;
        }
        group["properties"] = properties;
        return group;
    }

    private static JsonObject List(string about, JsonObject item) => new()
    {
        ["description"] = about,
        ["type"] = new JsonArray("array", "null"),
        ["items"] = item,
    };

    private static JsonObject Option(string about, ConfigType type)
    {
        var schema = new JsonObject { ["description"] = about };
        foreach (var (key, value) in Of(type))
            schema[key] = value?.DeepClone();
        return schema;
    }

    private static JsonObject Of(ConfigType type) => type switch
    {
        // A name may be written as 12 or true, which YAML reads as another type.
        ConfigType.Text => new() { ["type"] = new JsonArray("string", "number", "boolean", "null") },
        ConfigType.TextList => new()
        {
            ["type"] = new JsonArray("array", "string", "number", "boolean", "null"),
            ["items"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
        },
        ConfigType.Bool => new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["enum"] = new JsonArray(true, false, null) },
                new JsonObject { ["type"] = "string", ["pattern"] = "^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[yY][eE][sS]|[nN][oO]|[oO][nN]|[oO][fF][fF])$" }),
        },
        ConfigType.Int i => new() { ["type"] = new JsonArray("integer", "null"), ["minimum"] = i.Min, ["maximum"] = i.Max },
        ConfigType.Choice w => new() { ["enum"] = new JsonArray([.. w.Choices.Select(x => JsonValue.Create(x)), null]) },
        ConfigType.Duration d => Quantities(Quantity.DurationPattern, d.Zero),
        ConfigType.Rate => Quantities(Quantity.RatePattern, Quantity.Off),
        ConfigType.Size => Quantities(Quantity.SizePattern, null),
        ConfigType.DiskPart => Quantities($"({Quantity.PercentPattern}|{Quantity.SizePattern})", Quantity.Off),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Some YAML readers take `off` for false.</summary>
    private static JsonObject Quantities(string pattern, string? zero) => new()
    {
        ["anyOf"] = zero is null
            ? new JsonArray(new JsonObject { ["type"] = "string", ["pattern"] = $"^{pattern}$" }, new JsonObject { ["type"] = "null" })
            : new JsonArray(new JsonObject { ["type"] = "string", ["pattern"] = $"^{pattern}$" }, new JsonObject { ["enum"] = zero == Quantity.Off ? new JsonArray(zero, 0, "0", false, null) : new JsonArray(zero, 0, "0", null) }),
    };

    private static JsonNode? Default(ConfigOption option) => option.Default switch
    {
        YamlValue.Scalar { Value: "" } => null,
        YamlValue.Scalar s => option.Type switch
        {
            ConfigType.Bool => JsonValue.Create(s.Value == "true"),
            ConfigType.Int => JsonValue.Create(int.Parse(s.Value, System.Globalization.CultureInfo.InvariantCulture)),
            _ => JsonValue.Create(s.Value),
        },
        YamlValue.List { Items.Length: > 0 } l => new JsonArray([.. l.Items.OfType<YamlValue.Scalar>().Select(s => JsonValue.Create(s.Value))]),
        _ => null,
    };
}
