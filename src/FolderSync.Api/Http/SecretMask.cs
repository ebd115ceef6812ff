using System.Text.Json;
using System.Text.Json.Nodes;

namespace FolderSync.Api.Http;

/// <summary>
/// Masks the secrets in a configuration: every text below a field whose name says that it is one, also in fields that FolderSync only keeps for a
/// client. What comes back masked means what is there. Pure.
/// </summary>
internal static class SecretMask
{
    public const string Mask = "********";

    private static readonly string[] Names = ["api-key", "apikey", "password", "secret", "token"];

    /// <summary>How items of Syncthing's lists are told apart.</summary>
    private static readonly string[] Keys = ["id", "deviceID"];

    public static bool IsSecret(string name) => Names.Any(n => name.Contains(n, StringComparison.OrdinalIgnoreCase));

    /// <summary>The same JSON with its secrets masked.</summary>
    public static string Of(string json, JsonSerializerOptions? layout = null)
    {
        var node = JsonNode.Parse(json);
        Apply(node, isSecret: false);
        return node?.ToJsonString(layout) ?? "null";
    }

    /// <summary>What was sent, with what is there now in place of each mask; one without anything behind it is taken out.</summary>
    /// <param name="present">The same part of the configuration, or the list that it is to be an item of.</param>
    public static string Restore(string sent, string present)
    {
        var (node, there) = (JsonNode.Parse(sent), JsonNode.Parse(present));
        Restore(node, node is JsonObject && there is JsonArray list ? Counterpart(node, list, int.MaxValue) : there);
        return node?.ToJsonString() ?? "null";
    }

    private static void Restore(JsonNode? sent, JsonNode? present)
    {
        if (sent is JsonObject fields)
        {
            foreach (var (name, value) in fields.ToList())
            {
                var there = (present as JsonObject)?[name];
                if (!IsMask(value))
                    Restore(value, there);
                else if (there is null)
                    fields.Remove(name);
                else
                    fields[name] = there.DeepClone();
            }
        }
        else if (sent is JsonArray items)
        {
            for (var i = items.Count - 1; i >= 0; i--)
            {
                var there = Counterpart(items[i], present as JsonArray, i);
                if (!IsMask(items[i]))
                    Restore(items[i], there);
                else if (there is null)
                    items.RemoveAt(i);
                else
                    items[i] = there.DeepClone();
            }
        }
    }

    /// <summary>The same item of a list as it is now: by its ID, otherwise by its place.</summary>
    private static JsonNode? Counterpart(JsonNode? item, JsonArray? present, int place)
    {
        foreach (var key in Keys)
        {
            if (TextOf((item as JsonObject)?[key]) is { } id)
                return present?.FirstOrDefault(p => TextOf((p as JsonObject)?[key]) == id);
        }
        return place < present?.Count ? present[place] : null;
    }

    private static void Apply(JsonNode? node, bool isSecret)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields.ToList())
            {
                if ((isSecret || IsSecret(name)) && IsText(value))
                    fields[name] = Mask;
                else
                    Apply(value, isSecret || IsSecret(name));
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                if (isSecret && IsText(items[i]))
                    items[i] = Mask;
                else
                    Apply(items[i], isSecret);
            }
        }
    }

    private static bool IsMask(JsonNode? node) => TextOf(node) == Mask;

    private static bool IsText(JsonNode? node) => !string.IsNullOrEmpty(TextOf(node));

    private static string? TextOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
