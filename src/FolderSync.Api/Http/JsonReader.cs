using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FolderSync.Api.Http;

/// <summary>Reads known fields of a posted object; a field of the wrong kind is a <see cref="BadHttpRequestException"/> that names it.</summary>
internal sealed class JsonReader(JsonObject json, string where)
{
    public bool Has(string field) => json[field] is not null;

    public string Required(string field) =>
        Text(field, "") is { Length: > 0 } text ? text : throw new BadHttpRequestException($"{where}: '{field}' is missing.");

    public string Text(string field, string absent) => json[field] switch
    {
        null => absent,
        JsonValue v when v.GetValueKind() == JsonValueKind.String => v.GetValue<string>(),
        JsonValue v when v.GetValueKind() == JsonValueKind.Number => v.ToJsonString(),
        _ => throw Wrong(field, "a text"),
    };

    public bool Flag(string field, bool absent) => json[field] switch
    {
        null => absent,
        JsonValue v when v.GetValueKind() is JsonValueKind.True or JsonValueKind.False => v.GetValue<bool>(),
        _ => throw Wrong(field, "true or false"),
    };

    public int Number(string field, int absent)
    {
        var number = Real(field, absent);
        return number is >= int.MinValue and <= int.MaxValue && Math.Floor(number) == number ? (int)number : throw Wrong(field, "a whole number");
    }

    public double Real(string field, double absent) => json[field] switch
    {
        null => absent,
        JsonValue v when v.GetValueKind() == JsonValueKind.Number => double.Parse(v.ToJsonString(), CultureInfo.InvariantCulture),
        _ => throw Wrong(field, "a number"),
    };

    public ImmutableArray<string> Texts(string field) => json[field] switch
    {
        null => [],
        JsonArray list when list.All(i => i is JsonValue v && v.GetValueKind() == JsonValueKind.String) => [.. list.Select(i => i!.GetValue<string>())],
        _ => throw Wrong(field, "a list of texts"),
    };

    public IReadOnlyList<JsonObject> Objects(string field) => json[field] switch
    {
        null => [],
        JsonArray list when list.All(i => i is JsonObject) => [.. list.Cast<JsonObject>()],
        _ => throw Wrong(field, "a list of objects"),
    };

    public JsonObject? Object(string field) => json[field] switch
    {
        null => null,
        JsonObject o => o,
        _ => throw Wrong(field, "an object"),
    };

    public BadHttpRequestException Wrong(string field, string wanted) => new($"{where}: '{field}' is to be {wanted}.");
}
