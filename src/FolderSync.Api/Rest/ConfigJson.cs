using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;

namespace FolderSync.Api.Rest;

/// <summary>
/// The configuration as Syncthing's API shapes it. What FolderSync knows is laid over what a client posted last, so that fields it
/// doesn't know come back as they were.
/// </summary>
internal static class ConfigJson
{
    public const string IdOfDevice = "deviceID";
    private const string IgnoredFolders = "ignoredFolders";
    private const string Versions = "versioning";
    private const string Secret = "password";

    /// <summary>What clients find as long as they set none; FolderSync has a schedule of its own.</summary>
    private const int CleanupSeconds = 3600;

    public static JsonObject Device(DeviceConfig device, JsonObject? extra)
    {
        var known = OptionJson.Write(ConfigSchema.Peer.Syncthing, device);
        known[IdOfDevice] = device.Id.ToString();
        known[IgnoredFolders] = new JsonArray([.. device.IgnoredFolders.Select(f => Described(extra?[IgnoredFolders], "id", f.Value) ??
            RestJson.ObjectOf(new IgnoredFolder(f.Value, "", DateTimeOffset.UnixEpoch), RestJson.Types.IgnoredFolder))]);
        return Over(SyncthingOptions.Device, Defaults.Device(), extra, known);
    }

    public static DeviceConfig ToDevice(JsonObject json)
    {
        var reader = new JsonReader(json, "device");
        Check(SyncthingOptions.Device, json, $"device {reader.Text(IdOfDevice, "")}");
        var device = OptionJson.Read(ConfigSchema.Peer.Syncthing, json, new DeviceConfig { Id = RestErrors.Device(reader.Text(IdOfDevice, "")) });
        return device with
        {
            IgnoredFolders = [.. reader.Objects(IgnoredFolders).Select(f => RestErrors.FolderIdOf(new JsonReader(f, IgnoredFolders).Text("id", "")))],
        };
    }

    public static JsonObject Folder(FolderConfig folder, DeviceId self, JsonObject? extra)
    {
        var known = OptionJson.Write(ConfigSchema.Folder.Syncthing, folder);
        var named = new ConfiguredFolder
        {
            Id = folder.Id.Value,
            Path = folder.Path,
            Devices = [.. folder.Devices.Prepend(self).Select(d => new SharedWith { DeviceId = d.ToString(), IntroducedBy = "", EncryptionPassword = "" })],
        };
        RestJson.Merge(known, RestJson.ObjectOf(named, RestJson.Types.ConfiguredFolder));
        known[Versions] = Versioning(folder.Versioning, extra);
        return Over(SyncthingOptions.Folder, Defaults.Folder(), extra, known);
    }

    /// <param name="self">Left out of the folder's devices: the engine's configuration names peers only.</param>
    /// <param name="present">The folder that the object is to take the place of.</param>
    public static FolderConfig ToFolder(JsonObject json, DeviceId self, FolderConfig? present = null)
    {
        var reader = new JsonReader(json, "folder");
        Check(SyncthingOptions.Folder, json, $"folder '{reader.Text("id", "")}'");
        var folder = OptionJson.Read(ConfigSchema.Folder.Syncthing, json, new FolderConfig { Id = RestErrors.FolderIdOf(reader.Required("id")), Path = Expanded(reader.Required("path")) });
        return folder with
        {
            Devices = [.. reader.Objects("devices").Select(d => RestErrors.Device(new JsonReader(d, "devices").Text(IdOfDevice, ""))).Where(d => d != self).Distinct()],
            Versioning = ToVersioning(reader.Object(Versions), (present ?? folder).Versioning),
        };
    }

    public static JsonObject Options(ServiceConfig config, JsonObject? extra) =>
        Over(SyncthingOptions.Options, Defaults.Options(), extra, OptionJson.Write(InScope(SyncthingOptions.Options), config));

    public static ServiceConfig WithOptions(ServiceConfig config, JsonObject json)
    {
        Check(SyncthingOptions.Options, json, "options");
        return OptionJson.Read(InScope(SyncthingOptions.Options), json, config);
    }

    public static JsonObject Gui(PageConfig page, JsonObject? extra)
    {
        var known = OptionJson.Write(InScope(SyncthingOptions.Gui), new ServiceConfig { Page = page });
        known[Secret] = page.PasswordHash;
        return Over(SyncthingOptions.Gui, Defaults.Gui(), extra, known);
    }

    /// <summary>A password comes as it is or as a hash; an absent one stays, an empty one takes it away.</summary>
    public static Func<PageConfig, PageConfig> ToGui(JsonObject json)
    {
        var reader = new JsonReader(json, "gui");
        Check(SyncthingOptions.Gui, json, "gui");
        var password = reader.Has(Secret) ? reader.Text(Secret, "") : null;
        var hash = string.IsNullOrEmpty(password) || Password.IsHash(password) ? password
            : Password.Validate(password) is { } why ? throw new BadHttpRequestException(why)
            : Password.Hash(password);
        return page => OptionJson.Read(InScope(SyncthingOptions.Gui), json, new ServiceConfig { Page = page }).Page with { PasswordHash = hash ?? page.PasswordHash };
    }

    public static IEnumerable<SyncthingField<ServiceConfig>> InScope(string scope) => ConfigSchema.Syncthing.Where(f => f.Scope == scope);

    /// <exception cref="BadHttpRequestException">A value is one that FolderSync can't keep to.</exception>
    public static void Check(string scope, JsonObject json, string where)
    {
        if (SyncthingOptions.Validate(scope, json, where) is { } why)
            throw new BadHttpRequestException(why);
    }

    /// <summary>Devices that are ignored, with what is known of them.</summary>
    public static JsonArray Ignored(EngineConfig engine, JsonNode? extra) => new(
    [
        .. engine.IgnoredDevices.Select(d => Described(extra, IdOfDevice, d.ToString()) ??
            RestJson.ObjectOf(new IgnoredDevice(d.ToString(), "", "", DateTimeOffset.UnixEpoch), RestJson.Types.IgnoredDevice)),
    ]);

    private static JsonObject? Described(JsonNode? list, string key, string id) =>
        (list as JsonArray)?.OfType<JsonObject>().FirstOrDefault(o => o[key] is JsonValue v && v.TryGetValue<string>(out var text) && text == id)?.DeepClone().AsObject();

    private static JsonObject Over(string scope, JsonObject defaults, JsonObject? extra, JsonObject known)
    {
        var json = defaults.DeepClone().AsObject();
        if (extra is not null)
            RestJson.Merge(json, extra);
        foreach (var key in json.Select(p => p.Key).ToList())
        {
            // What doesn't hold here is not shown as if it did.
            if (SyncthingOptions.Find($"{scope}.{key}") is { } option && (option.Treatment == OptionTreatment.ReadOnly || !option.Allows(json[key])))
                json[key] = defaults[key]?.DeepClone() ?? (option.Allowed is [var usual, ..] ? JsonNode.Parse(usual) : null);
        }
        foreach (var (key, value) in known)
            json[key] = value?.DeepClone();
        return json;
    }

    /// <summary>As it holds, over what a client keeps there.</summary>
    private static JsonObject Versioning(VersioningConfig versioning, JsonObject? extra)
    {
        var known = Versioning(versioning);
        if (extra?[Versions] is not JsonObject kept)
            return RestJson.ObjectOf(known, RestJson.Types.FolderVersioning);
        var json = kept.DeepClone().AsObject();
        RestJson.Merge(json, RestJson.ObjectOf(known with { CleanupIntervalS = null }, RestJson.Types.FolderVersioning));
        return json;
    }

    /// <summary>The limits also where nothing is kept now: they hold again when it is switched on.</summary>
    public static FolderVersioning Versioning(VersioningConfig versioning) => new(
        new VersioningParameters(Quantity.Free((versioning.MaxSize, versioning.MaxSizeIsBytes)), versioning.CleanoutDays.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        CleanupSeconds,
        FsType: "basic",
        Type: versioning.Kind == VersioningKind.None ? "" : "trashcan",
        FsPath: versioning.Path);

    private static VersioningConfig ToVersioning(JsonObject? json, VersioningConfig present)
    {
        if (json is null)
            return new FolderConfig { Id = default, Path = "" }.Versioning;
        var reader = new JsonReader(json, Versions);
        var type = reader.Text("type", "");
        if (type is not ("" or "trashcan"))
            throw new BadHttpRequestException($"Versioning '{type}' is not built yet; 'trashcan' and '' (none) are.");
        var parameters = reader.Object("params") is { } p ? new JsonReader(p, "params") : null;
        // Switched off, clients send no parameters, and mean none to be changed; as in Syncthing, a trash can without days keeps for ever.
        var kind = type.Length == 0 ? VersioningKind.None : VersioningKind.TrashCan;
        var unsent = kind == VersioningKind.None ? present.CleanoutDays : 0;
        var versioning = present with
        {
            Kind = kind,
            CleanoutDays = parameters?.Text("cleanoutDays", "") is { Length: > 0 } days ? int.TryParse(days, out var n) ? n : 0 : unsent,
            Path = reader.Text("fsPath", ""),
        };
        if (parameters?.Text("maxSize", "") is not { Length: > 0 } size)
            return versioning;
        return Quantity.ParseFree(size) is { } limit
            ? versioning with { MaxSize = limit.Amount, MaxSizeIsBytes = limit.IsBytes }
            : throw new BadHttpRequestException($"versioning: maxSize can't be '{size}'. Write a percentage such as 10%, a size such as 50 GB, or off.");
    }

    private static string Expanded(string path) =>
        Path.TrimEndingDirectorySeparator(path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? HomeDirectory.OfUser + path[1..] : path);
}
