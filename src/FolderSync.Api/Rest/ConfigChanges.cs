using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Engine;
using PendingDevice = FolderSync.Index.PendingDevice;

namespace FolderSync.Api.Rest;

/// <summary>Changes to the configuration over REST, one at a time, and the fields that clients posted and FolderSync doesn't know.</summary>
internal sealed class ConfigChanges(ISyncEngine engine, ConfigStore store, StoredOptions stored)
{
    /// <summary>Characters of fields that mean nothing here; more is no configuration.</summary>
    private const int MaxExtras = 2 << 20;

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Writes the result as well: nothing is left for ASP.NET to generate. A bare lambda over the context would be taken for this, its result lost.</summary>
    public static RequestDelegate Handler(Func<HttpContext, Task<IResult>> handle) => async context => await (await handle(context)).ExecuteAsync(context);

    public JsonObject Extras() => stored.Read();

    /// <summary>Reads, changes, writes; what is wanted is in force when the answer comes.</summary>
    public async Task<IResult> ChangeAsync(Func<JsonObject, Task<Func<ServiceConfig, ServiceConfig>>> change)
    {
        await _one.WaitAsync();
        try
        {
            // What an earlier version stored must be settled before it is written over: a share may hang on it.
            await stored.RemoveUnsupportedAsync(CancellationToken.None);
            var extras = Extras();
            var before = extras.ToJsonString();
            var apply = await change(extras);
            var text = extras.ToJsonString();
            if (text.Length > MaxExtras)
                throw new BadHttpRequestException($"The fields that FolderSync doesn't know have more than {MaxExtras >> 20} MiB together and are not kept.", StatusCodes.Status413PayloadTooLarge);
            var pending = engine.State.PendingDevices();
            await store.UpdateAsync(c => apply(c).Consistent(engine.Self));
            if (Described(extras, pending))
                text = extras.ToJsonString();
            if (text != before)
                stored.Write(text);
            await engine.ApplyAsync(stored.Guarded(store.Current.Engine), CancellationToken.None);
            return RestJson.Empty();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>What was known of a device that is ignored from now on stays known: an ID alone tells a person nothing.</summary>
    private bool Described(JsonObject extras, IReadOnlyList<PendingDevice> pending)
    {
        var ignored = ConfigJson.Ignored(store.Current.Engine, extras[SyncthingOptions.IgnoredDevices]);
        if (ignored.Count == 0)
            return extras.Remove(SyncthingOptions.IgnoredDevices);
        foreach (var device in ignored.OfType<JsonObject>())
        {
            if (device["name"]?.ToString() is "" or null && pending.FirstOrDefault(p => p.Device.ToString() == device[ConfigJson.IdOfDevice]!.ToString()) is { } seen)
                RestJson.Merge(device, RestJson.ObjectOf(new IgnoredDevice(seen.Device.ToString(), seen.Name, seen.Address, seen.Time), RestJson.Types.IgnoredDevice));
        }
        extras[SyncthingOptions.IgnoredDevices] = ignored;
        return true;
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
