using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Engine.Events;

namespace FolderSync.Api.Events;

/// <summary>JSON that is there already: as long as it is, it weighs.</summary>
internal sealed record RawJson(string Text)
{
    public static RawJson Of(JsonNode node) => new(node.ToJsonString(EventText.Options));
}

/// <summary>An event as it is sent: written once, by the first who reads it, and shared by all readers of all filters.</summary>
internal sealed class EventText(EngineEvent e)
{
    /// <summary>The key under which an event's data is one value and no object.</summary>
    public const string Whole = "";

    public static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private byte[]? _text;

    public string Type => e.Type;

    /// <summary>Bytes that it keeps in memory, about.</summary>
    public int Weight { get; } = 200 + Weigh(e.Data);

    /// <summary>The object's text behind its id: <c>"globalID":1,"time":...}</c>.</summary>
    public ReadOnlyMemory<byte> Text => Volatile.Read(ref _text) ?? Write();

    private byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteNumber("globalID", e.GlobalId);
            json.WriteString("time", RestJson.Time(e.Time));
            json.WriteString("type", e.Type);
            json.WritePropertyName("data");
            Write(json, e.Data.TryGetValue(Whole, out var whole) ? whole : e.Data);
            json.WriteEndObject();
        }
        var text = buffer.WrittenSpan[1..].ToArray();
        Volatile.Write(ref _text, text);
        return text;
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string s: json.WriteStringValue(s); break;
            case bool b: json.WriteBooleanValue(b); break;
            case int i: json.WriteNumberValue(i); break;
            case long l: json.WriteNumberValue(l); break;
            case double d: json.WriteNumberValue(double.IsFinite(d) ? d : 0); break;
            case DateTimeOffset t: json.WriteStringValue(RestJson.Time(t)); break;
            case RawJson raw: json.WriteRawValue(raw.Text, skipInputValidation: true); break;
            case IEnumerable<KeyValuePair<string, object?>> fields:
                json.WriteStartObject();
                foreach (var (key, field) in fields)
                {
                    json.WritePropertyName(key);
                    Write(json, field);
                }
                json.WriteEndObject();
                break;
            case System.Collections.IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(value.ToString()); break;
        }
    }

    /// <summary>The value and its text: twice.</summary>
    private static int Weigh(object? value) => value switch
    {
        string s => 40 + (3 * s.Length),
        RawJson raw => 40 + (3 * raw.Text.Length),
        IEnumerable<KeyValuePair<string, object?>> fields => 100 + fields.Sum(f => 40 + (3 * f.Key.Length) + Weigh(f.Value)),
        System.Collections.IEnumerable list => 40 + list.Cast<object?>().Sum(Weigh),
        _ => 40,
    };
}
