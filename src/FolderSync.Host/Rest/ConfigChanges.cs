using System.Text.Json.Nodes;
using FolderSync.Engine;
using FolderSync.Host.Config;

namespace FolderSync.Host.Rest;

/// <summary>Changes to the configuration over REST, one at a time, and the fields that clients posted and FolderSync doesn't know.</summary>
internal sealed class ConfigChanges(ISyncEngine engine, ConfigStore store)
{
    private const string ExtrasDocument = "rest-config";

    /// <summary>Characters of fields that mean nothing here; more is no configuration.</summary>
    private const int MaxExtras = 2 << 20;

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>As a route handler, whose result is written; a bare lambda over the context would be taken for middleware.</summary>
    public static Delegate Handler(Func<HttpContext, Task<IResult>> handle) => handle;

    public static async Task<JsonObject> Body(HttpContext context) => RestJson.AsObject(await RestJson.BodyAsync(context.Request));

    public JsonObject Extras() => engine.State.GetDocument(ExtrasDocument) is { } text && JsonNode.Parse(text) is JsonObject extras ? extras : [];

    /// <summary>Reads, changes, writes; what is wanted is in force when the answer comes.</summary>
    public async Task<IResult> ChangeAsync(Func<JsonObject, Task<Func<Configuration, Configuration>>> change)
    {
        await _one.WaitAsync();
        try
        {
            var extras = Extras();
            var before = extras.ToJsonString();
            var apply = await change(extras);
            var text = extras.ToJsonString();
            if (text.Length > MaxExtras)
                throw new BadHttpRequestException($"The fields that FolderSync doesn't know have more than {MaxExtras >> 20} MiB together and are not kept.", StatusCodes.Status413PayloadTooLarge);
            await store.UpdateAsync(c => apply(c).Consistent(engine.Self));
            if (text != before)
                engine.State.PutDocument(ExtrasDocument, text);
            await engine.ApplyAsync(store.Current.Engine, CancellationToken.None);
            return RestJson.Empty();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Passwords and keys have one place, config.yaml.</summary>
    public static JsonNode? Unsecret(JsonNode? node)
    {
        if (node is JsonObject o)
        {
            foreach (var secret in (string[])["apiKey", "password"])
                o.Remove(secret);
        }
        return node;
    }
}
