using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Configuration.Schema;
using FolderSync.Contracts;

namespace FolderSync.Api.Rest;

/// <summary>Options as Syncthing's API shapes them, by their rows. What a row leaves to code of its own is not touched here.</summary>
internal static class OptionJson
{
    public static JsonObject Write<T>(IEnumerable<SyncthingField<T>> fields, T value)
    {
        var json = new JsonObject();
        foreach (var field in fields.Where(f => f.Form is not SyncthingForm<T>.Custom))
        {
            var steps = field.Name.Split('.');
            var holder = json;
            foreach (var step in steps[..^1])
            {
                if (holder[step] is not JsonObject inner)
                    holder[step] = inner = [];
                holder = inner;
            }
            holder[steps[^1]] = Of(field.Form, value);
        }
        return json;
    }

    /// <summary>What is not sent stays as in <paramref name="seed"/>.</summary>
    /// <exception cref="BadHttpRequestException">A value is of the wrong kind, or can't hold here.</exception>
    public static T Read<T>(IEnumerable<SyncthingField<T>> fields, JsonObject json, T seed)
    {
        foreach (var field in fields)
        {
            var steps = field.Name.Split('.');
            JsonReader? reader = new(json, field.Scope);
            foreach (var step in steps[..^1])
                reader = reader?.Object(step) is { } inner ? new JsonReader(inner, step) : null;
            if (reader is not null)
                seed = Read(field.Form, reader, steps[^1], seed);
        }
        return seed;
    }

    private static JsonNode? Of<T>(SyncthingForm<T> form, T value) => form switch
    {
        SyncthingForm<T>.Boolean f => f.Get(value),
        SyncthingForm<T>.Integer f => f.Get(value),
        SyncthingForm<T>.Text f => f.Get(value),
        SyncthingForm<T>.TextList f => new JsonArray([.. f.Get(value).Select(t => JsonValue.Create(t))]),
        SyncthingForm<T>.Choice f => f.Choices[f.Get(value)],
        SyncthingForm<T>.Amount f => f.Get(value) is var (amount, isBytes) ? RestJson.ObjectOf(new DiskAmount(amount, isBytes ? "B" : "%"), RestJson.Types.DiskAmount) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    private static T Read<T>(SyncthingForm<T> form, JsonReader reader, string name, T seed) => form switch
    {
        SyncthingForm<T>.Boolean f => f.Set(seed, reader.Flag(name, f.Get(seed))),
        SyncthingForm<T>.Integer f => f.Set(seed, reader.Number(name, f.Get(seed))),
        SyncthingForm<T>.Text f => reader.Has(name) ? f.Set(seed, Good(reader.Text(name, ""), f.Validate, "")) : seed,
        SyncthingForm<T>.TextList f => reader.Has(name) ? f.Set(seed, [.. reader.Texts(name).Select(t => Good(t, f.Validate, $"{name}: "))]) : seed,
        SyncthingForm<T>.Choice f => reader.Text(name, "") is { Length: > 0 } text ? f.Set(seed, PlaceOf(f, text, reader, name)) : seed,
        SyncthingForm<T>.Amount f => reader.Object(name) is { } amount ? f.Set(seed, AmountOf(new JsonReader(amount, name), f.Get(seed).Amount)) : seed,
        _ => seed,
    };

    private static string Good(string text, Func<string, string?>? whyNot, string about) =>
        whyNot?.Invoke(text) is { } why ? throw new BadHttpRequestException(about + why) : text;

    private static int PlaceOf<T>(SyncthingForm<T>.Choice form, string text, JsonReader reader, string name)
    {
        foreach (var (word, why) in form.Unsupported)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
                throw new BadHttpRequestException(why);
        }
        return form.Find(text) is >= 0 and var place ? place : throw reader.Wrong(name, "one of " + string.Join(", ", form.Choices));
    }

    private static (double Amount, bool IsBytes) AmountOf(JsonReader reader, double absent)
    {
        var unit = reader.Text("unit", "%");
        return (reader.Real("value", absent) * BytesOf(unit), unit is not ("%" or ""));
    }

    private static double BytesOf(string unit) => unit switch
    {
        "kB" or "k" => 1e3,
        "MB" or "M" => 1e6,
        "GB" or "G" => 1e9,
        "TB" or "T" => 1e12,
        _ => 1,
    };
}
