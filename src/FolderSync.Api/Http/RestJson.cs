using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using FolderSync.Contracts;
using FolderSync.Core.Model;

namespace FolderSync.Api.Http;

/// <summary>JSON as the clients of Syncthing's API read it.</summary>
internal static class RestJson
{
    /// <summary>A configuration of thousands of folders, or a million ignore lines' worth of characters.</summary>
    public const int MaxBody = 4 << 20;

    /// <summary>What stands in a body twice would be found only when it is looked up, by an exception that nobody expects.</summary>
    private static readonly JsonDocumentOptions BodyOptions = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>As deep as a listing of the deepest path: an object and a list for each level.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        MaxDepth = (2 * EntryLimits.MaxDepth) + 16,
    };

    private static readonly JsonSerializerOptions CompactOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = Options.MaxDepth };

    /// <summary>The contracts of Syncthing's part, written so.</summary>
    public static SyncthingJson Types { get; } = new(new JsonSerializerOptions(SyncthingJson.Default.Options)
    {
        Encoder = Options.Encoder,
        WriteIndented = Options.WriteIndented,
        MaxDepth = Options.MaxDepth,
    });

    public static IResult Of<T>(T value, JsonTypeInfo<T> type) => Results.Text(JsonSerializer.Serialize(value, type), "application/json; charset=utf-8");

    /// <summary>
    /// What no contract holds whole: a part of the configuration, with the fields that a client keeps in it. Its secrets are masked for who may not see them.
    /// </summary>
    public static IResult Of(JsonNode? node) => new ConfigResult(node?.ToJsonString(Options) ?? "null");

    /// <summary>On one line, for what is embedded.</summary>
    public static string Compact(JsonNode node) => node.ToJsonString(CompactOptions);

    public static IResult Empty() => Results.Text("", "application/json; charset=utf-8");

    /// <summary>RFC 3339 with as many digits as there are.</summary>
    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    /// <summary>A contract's fields, to be laid over others.</summary>
    public static JsonObject ObjectOf<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(value, type)!.AsObject();

    /// <summary>The request's body; <see cref="BadHttpRequestException"/> says what is wrong with it.</summary>
    /// <param name="present">
    /// The part of the configuration that it is to change, or the list that it is to be an item of: masked secrets that come back are taken from there.
    /// </param>
    public static async Task<JsonObject> ObjectAsync(HttpRequest request, Func<JsonNode?>? present = null) =>
        Unmasked(request, await BodyAsync(request), present) as JsonObject ?? throw new BadHttpRequestException("The body is to be a JSON object.");

    /// <summary>The same of a list.</summary>
    public static async Task<JsonArray> ListAsync(HttpRequest request, Func<JsonArray> present) =>
        Unmasked(request, await BodyAsync(request), present) as JsonArray ?? throw new BadHttpRequestException("The body is to be a JSON list.");

    private static JsonNode? Unmasked(HttpRequest request, JsonNode body, Func<JsonNode?>? present) => present is null || SecretAccess.IsAllowed(request.HttpContext)
        ? body
        : JsonNode.Parse(SecretMask.Restore(Compact(body), present()?.ToJsonString(CompactOptions) ?? "null"));

    private static async Task<JsonNode> BodyAsync(HttpRequest request)
    {
        if (request.ContentLength > MaxBody)
            throw new BadHttpRequestException($"The body has more than {MaxBody >> 20} MiB.", 413);
        try
        {
            var body = await JsonNode.ParseAsync(request.Body, documentOptions: BodyOptions, cancellationToken: request.HttpContext.RequestAborted)
                ?? throw new BadHttpRequestException("The body is null; a JSON object or list is expected.");
            ReadTexts(body);
            return body;
        }
        catch (InvalidOperationException)
        {
            throw new BadHttpRequestException("The body holds a text that is not valid Unicode: half of a surrogate pair.");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException($"The body is not JSON: {e.Message}");
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw InvalidBody(e);
        }
    }

    /// <summary>Half of a surrogate pair, escaped, is valid JSON, and fails only when somebody reads it.</summary>
    private static void ReadTexts(JsonNode? node)
    {
        if (node is JsonObject o)
        {
            foreach (var (_, value) in o)
                ReadTexts(value);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                ReadTexts(item);
        }
        else if (node?.GetValueKind() == JsonValueKind.String)
        {
            _ = node.GetValue<string>();
        }
    }

    /// <summary>The beginning of a body of text, at most <paramref name="most"/> characters.</summary>
    public static async Task<string> TextAsync(HttpRequest request, int most)
    {
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false));
        var buffer = new char[most];
        try
        {
            return new string(buffer, 0, await reader.ReadBlockAsync(buffer, request.HttpContext.RequestAborted));
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw InvalidBody(e);
        }
    }

    /// <summary>So the server tells, besides by its own exceptions, what it could not make out or what broke off.</summary>
    private static BadHttpRequestException InvalidBody(IOException e) => new($"The body could not be read: {e.Message}");

    /// <summary>What <paramref name="change"/> has goes over what is there; objects are merged, lists replaced.</summary>
    public static void Merge(JsonObject into, JsonObject change)
    {
        foreach (var (key, value) in change)
        {
            if (value is JsonObject inner && into[key] is JsonObject there)
                Merge(there, inner);
            else
                into[key] = value?.DeepClone();
        }
    }

    private sealed class ConfigResult(string json) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) =>
            Results.Text(SecretAccess.IsAllowed(httpContext) ? json : SecretMask.Of(json, Options), "application/json; charset=utf-8").ExecuteAsync(httpContext);
    }
}
