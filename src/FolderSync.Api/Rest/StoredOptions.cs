using System.Text.Json;
using System.Text.Json.Nodes;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Index;

namespace FolderSync.Api.Rest;

/// <summary>
/// Options that an earlier version stored and did not act on. What concerns safety is taken out and told as a problem. A folder that was to
/// go out encrypted doesn't go out at all, from before the engine starts.
/// </summary>
public sealed class StoredOptions(IStateStore state, ConfigStore store, ProblemStore problems)
{
    public const string Document = "rest-config";

    public JsonObject Read()
    {
        try
        {
            return state.GetDocument(Document) is { } text && JsonNode.Parse(text) is JsonObject stored ? stored : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public void Write(string text) => state.PutDocument(Document, text);

    /// <summary>The configuration without the shares that were to be encrypted: what the engine may be told, whatever becomes of the file.</summary>
    public EngineConfig Guarded(EngineConfig config) => Without(config, Encrypted(Read(), config));

    /// <summary>Ends such shares in config.yaml, takes the options out, and tells of both.</summary>
    /// <exception cref="ConfigException">The file is wrong; <see cref="Guarded"/> holds all the same.</exception>
    /// <exception cref="IOException">It can't be written; the same.</exception>
    public async Task RemoveUnsupportedAsync(CancellationToken cancellation)
    {
        var stored = Read();
        var shares = Encrypted(stored, store.Current.Engine);
        var taken = Scrub(stored);
        if (taken.Count == 0)
            return;
        if (shares.Count > 0)
            await store.UpdateAsync(c => c.WithEngine(e => Without(e, shares)), cancellation);
        foreach (var (folder, device) in shares)
        {
            problems.Add("error", $"The folder '{folder}' is no longer shared with the device {device}: it was to be encrypted for it, which FolderSync can't do yet, and what was sent so far went out unencrypted. " +
                "Share it again only if that device may read the files.", folder.Value, device.ToString());
        }
        foreach (var sentence in taken)
            problems.Add("warning", $"An option that was stored and never had an effect is taken out. {sentence}");
        Write(stored.ToJsonString());
    }

    /// <summary>Which folders were to go to which devices in encrypted form only.</summary>
    internal static IReadOnlyList<(FolderId Folder, DeviceId Device)> Encrypted(JsonObject stored, EngineConfig config)
    {
        var untrusted = (stored[SyncthingOptions.Devices] as JsonObject ?? []).Where(d => d.Value is JsonObject json && IsSet(SyncthingOptions.Untrusted, json["untrusted"])).Select(d => d.Key).ToHashSet();
        return
        [
            .. from folder in config.Folders
               let withPassword = Devices((stored[SyncthingOptions.Folders] as JsonObject)?[folder.Id.Value]).Where(d => IsSet(SyncthingOptions.Encryption, d["encryptionPassword"])).Select(d => d[ConfigJson.IdOfDevice]?.ToString()).ToHashSet()
               from device in folder.Devices
               where untrusted.Contains(device.ToString()) || withPassword.Contains(device.ToString())
               select (folder.Id, device),
        ];
    }

    internal static IReadOnlyList<string> Scrub(JsonObject stored)
    {
        List<string> taken = [];
        void Of(string scope, JsonNode? json, string where)
        {
            if (json is JsonObject o)
                taken.AddRange(SyncthingOptions.Scrub(scope, o, where));
        }
        foreach (var (id, folder) in stored[SyncthingOptions.Folders] as JsonObject ?? [])
            Of(SyncthingOptions.Folder, folder, $"folder '{id}'");
        foreach (var (id, device) in stored[SyncthingOptions.Devices] as JsonObject ?? [])
            Of(SyncthingOptions.Device, device, $"device {id}");
        foreach (var scope in (string[])[SyncthingOptions.Options, SyncthingOptions.Gui, SyncthingOptions.Ldap])
            Of(scope, stored[scope], scope);
        foreach (var scope in (string[])[SyncthingOptions.Folder, SyncthingOptions.Device])
            Of(scope, (stored[SyncthingOptions.Defaults] as JsonObject)?[scope], $"defaults, {scope}");
        return taken;
    }

    private static bool IsSet(string path, JsonNode? value) => !SyncthingOptions.Find(path)!.Allows(value);

    private static IEnumerable<JsonObject> Devices(JsonNode? folder) => ((folder as JsonObject)?["devices"] as JsonArray ?? []).OfType<JsonObject>();

    private static EngineConfig Without(EngineConfig config, IReadOnlyList<(FolderId Folder, DeviceId Device)> shares) => shares.Count == 0 ? config : config with
    {
        Folders = [.. config.Folders.Select(f => f with { Devices = f.Devices.RemoveAll(d => shares.Contains((f.Id, d))) })],
    };
}
