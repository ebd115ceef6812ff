using System.Text.Json;
using System.Text.Json.Serialization;

namespace FolderSync.Contracts;

/// <summary>POST noauth/auth/password.</summary>
public sealed record LoginRequest(string? Username, string? Password, bool? StayLoggedIn);

/// <summary>POST noauth/auth/link: what the page sends that a link opens.</summary>
public sealed record LinkRequest(string? Token);

/// <summary>POST foldersync/page/link.</summary>
/// <param name="View">The page's view, as after "#/" in its address; absent for the first one.</param>
/// <param name="Print">A person will copy the link: it works for longer.</param>
public sealed record PageLinkRequest(string? View, bool? Print);

/// <param name="Url">Opens the page, once; where a password is set, its plain address.</param>
/// <param name="OpensOnce">It is such a link.</param>
public sealed record PageLink(string Url, bool OpensOnce);

/// <summary>POST foldersync/page/key: confirmed by the password where one is set, and otherwise by saying so.</summary>
public sealed record PageKeyRequest(bool? Confirm, string? Password);

public sealed record PageKey(string ApiKey);

/// <summary>What the page may know before anybody has logged in, in /meta.js.</summary>
/// <param name="AsksForPassword">Otherwise the page opens by a link. Not said to programs with the API key, which need neither.</param>
public sealed record PageMetadata(
    [property: JsonPropertyName("deviceID")] string DeviceId,
    [property: JsonPropertyName("deviceIDShort")] string DeviceIdShort,
    bool Authenticated,
    bool AsksForUser,
    bool CanLogOut,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? AsksForPassword);

/// <summary>GET foldersync/settings: the sections of config.yaml whose options are single.</summary>
public sealed record SettingsSections(IReadOnlyList<SettingsSection> Sections);

/// <param name="About">A sentence for a person.</param>
public sealed record SettingsSection(string Name, string About);

/// <summary>GET foldersync/settings/SECTION, and of one folder or device.</summary>
public sealed record SectionOptions(IReadOnlyList<SettingsOption> Options);

/// <summary>An option of config.yaml, in the file's own words.</summary>
/// <param name="About">A sentence for a person.</param>
/// <param name="Kind">text, texts, bool, int, word, duration, rate, size, diskPart.</param>
/// <param name="Words">What it may be; null where that is not one of some words.</param>
/// <param name="Secret">Its value is not shown.</param>
public sealed record SettingsOption(
    string Key, string Label, string About, string Kind, IReadOnlyList<string>? Words, bool Secret, SettingsValue? Default, SettingsValue? Value);

/// <summary>One value or several: a text or a list of texts on the wire.</summary>
[JsonConverter(typeof(SettingsValueConverter))]
public sealed record SettingsValue(string? Text, IReadOnlyList<string>? Texts)
{
    public static SettingsValue Of(string text) => new(text, null);

    public static SettingsValue Of(IEnumerable<string> texts) => new(null, [.. texts]);
}

internal sealed class SettingsValueConverter : JsonConverter<SettingsValue>
{
    public override SettingsValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return SettingsValue.Of(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("An option's value is a text or a list of texts.");
        List<string> texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("An option's value is a text or a list of texts."));
        return SettingsValue.Of(texts);
    }

    public override void Write(Utf8JsonWriter writer, SettingsValue value, JsonSerializerOptions options)
    {
        if (value.Texts is not { } texts)
        {
            writer.WriteStringValue(value.Text);
            return;
        }
        writer.WriteStartArray();
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
