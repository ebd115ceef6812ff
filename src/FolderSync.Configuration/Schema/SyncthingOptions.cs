using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FolderSync.Configuration.Yaml;

namespace FolderSync.Configuration.Schema;

/// <summary>How an option of Syncthing's configuration is treated.</summary>
public enum OptionTreatment
{
    /// <summary>FolderSync acts on it.</summary>
    Supported,

    /// <summary>Only the values that mean "off" are accepted: it concerns safety and isn't implemented.</summary>
    Rejected,

    /// <summary>Every value is accepted, and the one in force is shown.</summary>
    ReadOnly,

    /// <summary>Stored as sent, without effect: no file, device or secret depends on it.</summary>
    Stored,
}

/// <summary>One option of Syncthing's API.</summary>
/// <param name="Path">Scope and fields, such as "folder.devices.encryptionPassword"; lists add no step.</param>
/// <param name="Why">For the user: why it is refused, or what is in force instead.</param>
/// <param name="Allowed">For a refused option: the JSON of each accepted value. The first is its default.</param>
public sealed record SyncthingOption(string Path, OptionTreatment Treatment, string Why, params string[] Allowed)
{
    /// <summary>Syncthing doesn't have it: when a client omits it, it stays.</summary>
    public bool IsOwn { get; init; }

    public string Name => Path[(Path.LastIndexOf('.') + 1)..];

    public bool Allows(JsonNode? value) => Treatment != OptionTreatment.Rejected || value is null || Allowed.Any(a => IsSame(a, value));

    private static bool IsSame(string allowed, JsonNode value) => value.GetValueKind() == JsonValueKind.Number
        ? double.TryParse(allowed, CultureInfo.InvariantCulture, out var number) && double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) == number
        : value.ToJsonString() == allowed;
}

/// <summary>
/// Every option of Syncthing's API, 1.19 to 2.x, and its treatment. An option that concerns safety is supported or refused, never stored without
/// effect. REST, YAML and import all use this table.
/// </summary>
public static partial class SyncthingOptions
{
    public const string Folder = "folder";
    public const string Device = "device";
    public const string Options = "options";
    public const string Gui = "gui";
    public const string Ldap = "ldap";
    public const string Ignores = "ignores";

    /// <summary>The whole configuration's other parts: lists of the above, and <see cref="Defaults"/>, which has a template of each kind.</summary>
    public const string Folders = "folders";
    public const string Devices = "devices";
    public const string IgnoredDevices = "remoteIgnoredDevices";
    public const string Defaults = "defaults";
    public const string Version = "version";

    public static SyncthingOption? Find(string path) => Table.GetValueOrDefault(path);

    /// <summary>The first refused value, as a sentence; null if all are accepted.</summary>
    /// <param name="where">Names the object in the sentence: "folder 'photos'".</param>
    public static string? Validate(string scope, JsonObject json, string where)
    {
        string? why = null;
        Walk(scope, json, (option, holder, _) => why ??= Describe(option, holder, where));
        return why;
    }

    /// <summary>Removes refused values and names them.</summary>
    public static IReadOnlyList<string> Scrub(string scope, JsonObject json, string where)
    {
        List<(JsonObject Holder, string Key, string Sentence)> found = [];
        Walk(scope, json, (option, holder, key) => found.Add((holder, key, Describe(option, holder, where))));
        foreach (var (holder, key, _) in found)
            holder.Remove(key);
        return [.. found.Select(f => f.Sentence)];
    }

    /// <summary>Keeps values of the present object that a client omits because not every Syncthing has them.</summary>
    public static void PreserveOmitted(string scope, JsonObject sent, JsonObject present)
    {
        foreach (var (key, value) in present)
        {
            if (sent.TryGetPropertyValue(key, out var other))
            {
                if (other is JsonObject inner && value is JsonObject there)
                    PreserveOmitted($"{scope}.{key}", inner, there);
            }
            else if (!IsEverywhere($"{scope}.{key}"))
            {
                sent[key] = value?.DeepClone();
            }
        }
    }

    /// <summary>The sentence for an option that config.yaml has under Syncthing's name, or null.</summary>
    /// <param name="isLdap">The option is below "ldap".</param>
    public static string? ValidateInFile(YamlScalar key, YamlNode value, bool isLdap)
    {
        var name = Plain(key.Value);
        if (value is YamlScalar { IsNull: true } or YamlScalar { Value: "" } or YamlSequence { Items.Count: 0 })
            return null;
        if (OwnNames.TryGetValue(name, out var own))
            return $"'{key.Value}' is Syncthing's name and has no effect here. Write it as {own}.";
        var rows = All.Where(o => o.Treatment == OptionTreatment.Rejected && Plain(o.Name) == name && o.Name is not ("type" or "value" or "unit") && o.Path.StartsWith(Ldap, StringComparison.Ordinal) == isLdap).ToList();
        if (rows.Count == 0 || value is YamlMap or YamlSequence && rows.All(r => r.Allowed.Length == 0))
            return null;
        var said = (value as YamlScalar)?.Value.ToLowerInvariant() switch { "no" or "off" => "false", "yes" or "on" => "true", var text => text };
        return rows.Any(r => r.Allowed.Any(a => a.Trim('"').Equals(said, StringComparison.OrdinalIgnoreCase))) ? null : $"'{key.Value}' can't be set: {rows[0].Why}";
    }

    private static string Describe(SyncthingOption option, JsonObject holder, string where)
    {
        var of = option.Path == Encryption ? $" of device {holder["deviceID"]}" : "";
        return $"{where}: '{option.Name}'{of} can't be set: {option.Why}";
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Calls back for every refused value. Compares names as Syncthing does, without regard to case.</summary>
    private static void Walk(string path, JsonObject json, Action<SyncthingOption, JsonObject, string> refused)
    {
        foreach (var (key, value) in json)
        {
            var at = $"{path}.{key}";
            if (Find(at) is { } option && !option.Allows(value))
                refused(option, json, key);
            if (value is JsonObject inner)
                Walk(at, inner, refused);
            foreach (var item in value as JsonArray ?? [])
            {
                if (item is JsonObject one)
                    Walk(at, one, refused);
            }
        }
    }
}
