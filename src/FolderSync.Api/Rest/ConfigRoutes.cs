using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Configuring;

namespace FolderSync.Api.Rest;

/// <summary>/rest/config: what it changes is spliced into config.yaml and in force when the answer comes.</summary>
internal sealed class ConfigRoutes(ISyncEngine engine, ConfigStore store, ConfigChanges changes) : IRoutes
{
    /// <summary>Of Syncthing's configuration, as clients of it expect one: 1.19's and later.</summary>
    private const int FormatVersion = 37;

    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/config", () => RestJson.Of(Whole()));
        rest.MapPut("/config", ConfigChanges.Handler(PutWholeAsync));
        rest.MapGet("/system/config", () => RestJson.Of(Whole()));
        rest.MapPost("/system/config", ConfigChanges.Handler(PutWholeAsync));
        MapOptions(rest);
        MapDevices(rest);
        MapFolders(rest);
    }

    private void MapOptions(RouteGroupBuilder rest)
    {
        rest.MapGet("/config/options", () => RestJson.Of(Options()));
        rest.MapPut("/config/options", ConfigChanges.Handler(c => changes.ChangeAsync(extras => OptionsChange(extras, RestJson.ObjectAsync(c.Request, Options), replace: true))));
        rest.MapPatch("/config/options", ConfigChanges.Handler(c => changes.ChangeAsync(extras => OptionsChange(extras, RestJson.ObjectAsync(c.Request, Options), replace: false))));
    }

    private void MapDevices(RouteGroupBuilder rest)
    {
        rest.MapGet("/config/devices", () => RestJson.Of(Devices()));
        rest.MapPut("/config/devices", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutDevices(extras, await RestJson.ListAsync(c.Request, Devices)))));
        rest.MapPost("/config/devices", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutDevice(extras, await RestJson.ObjectAsync(c.Request, Devices), partial: true))));
        rest.MapGet("/config/devices/{id}", (HttpContext c) => RestJson.Of(FindDevice(RequestPath.Last(c))));
        rest.MapPut("/config/devices/{id}", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutDevice(extras, Named(await RestJson.ObjectAsync(c.Request, () => PresentDevice(RequestPath.Last(c))), ConfigJson.IdOfDevice, RequestPath.Last(c))))));
        rest.MapPatch("/config/devices/{id}", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutDevice(extras, Merged(FindDevice(RequestPath.Last(c)), Named(await RestJson.ObjectAsync(c.Request, () => PresentDevice(RequestPath.Last(c))), ConfigJson.IdOfDevice, RequestPath.Last(c)))))));
        rest.MapDelete("/config/devices/{id}", ConfigChanges.Handler(c => changes.ChangeAsync(extras => RemoveDevice(extras, RequestPath.Last(c)))));
    }

    private void MapFolders(RouteGroupBuilder rest)
    {
        rest.MapGet("/config/folders", () => RestJson.Of(Folders()));
        rest.MapPut("/config/folders", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutFolders(extras, await RestJson.ListAsync(c.Request, Folders)))));
        rest.MapPost("/config/folders", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutFolder(extras, await RestJson.ObjectAsync(c.Request, Folders), partial: true))));
        rest.MapGet("/config/folders/{id}", (HttpContext c) => RestJson.Of(FindFolder(RequestPath.Last(c))));
        rest.MapPut("/config/folders/{id}", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutFolder(extras, Named(await RestJson.ObjectAsync(c.Request, () => PresentFolder(RequestPath.Last(c))), "id", RequestPath.Last(c))))));
        rest.MapPatch("/config/folders/{id}", ConfigChanges.Handler(c => changes.ChangeAsync(async extras => PutFolder(extras, Merged(FindFolder(RequestPath.Last(c)), Named(await RestJson.ObjectAsync(c.Request, () => PresentFolder(RequestPath.Last(c))), "id", RequestPath.Last(c)))))));
        rest.MapDelete("/config/folders/{id}", ConfigChanges.Handler(c => changes.ChangeAsync(extras => RemoveFolder(extras, RequestPath.Last(c)))));
    }

    private async Task<IResult> PutWholeAsync(HttpContext context)
    {
        var body = await RestJson.ObjectAsync(context.Request, Whole);
        return await changes.ChangeAsync(async extras =>
        {
            var (deviceList, folderList) = (List(body, SyncthingOptions.Devices), List(body, SyncthingOptions.Folders));
            var devices = PutDevices(extras, deviceList);
            var folders = PutFolders(extras, folderList);
            var options = await OptionsChange(extras, Task.FromResult(new JsonReader(body, "config").Object(SyncthingOptions.Options) ?? []), replace: true);
            var ignored = body[SyncthingOptions.IgnoredDevices] is null ? c => c : Ignore(List(body, SyncthingOptions.IgnoredDevices));
            GuiRoutes.CheckUnlisted(body);
            foreach (var (key, value) in body)
            {
                if (key is SyncthingOptions.Devices or SyncthingOptions.Folders or SyncthingOptions.Options or SyncthingOptions.Gui)
                    continue;
                var sent = ConfigChanges.Unsecret(value?.DeepClone());
                if (key == SyncthingOptions.Defaults && sent is JsonObject templates)
                    GuiRoutes.PreserveOmitted(templates, extras[key] as JsonObject);
                extras[key] = sent;
            }
            var gui = new JsonReader(body, "config").Object(SyncthingOptions.Gui) is { } page ? GuiRoutes.Change(extras, page, replace: true) : c => c;
            return c => ignored(gui(options(folders(devices(c)))));
        });
    }

    /// <summary>What is not in the list is removed; a whole configuration without the list is none, and nothing that anybody means to say.</summary>
    private static JsonArray List(JsonObject body, string field) => body[field] switch
    {
        null => throw new BadHttpRequestException($"config: '{field}' is missing. The whole configuration replaces the present one: send 'folders' and 'devices', or change a part by PATCH."),
        JsonArray list => list,
        _ => throw new BadHttpRequestException($"config: '{field}' must be a list of objects."),
    };

    public JsonObject Whole()
    {
        var extras = changes.Extras();
        var whole = new JsonObject
        {
            [SyncthingOptions.Version] = extras[SyncthingOptions.Version]?.DeepClone() ?? FormatVersion,
            [SyncthingOptions.Folders] = Folders(),
            [SyncthingOptions.Devices] = Devices(),
            [SyncthingOptions.Gui] = ConfigJson.Gui(store.Current.Page, extras[SyncthingOptions.Gui] as JsonObject),
            [SyncthingOptions.Ldap] = Defaults.Ldap(extras),
            [SyncthingOptions.Options] = Options(),
            [SyncthingOptions.IgnoredDevices] = ConfigJson.Ignored(store.Current.Engine, extras[SyncthingOptions.IgnoredDevices]),
            [SyncthingOptions.Defaults] = new JsonObject(((string[])[SyncthingOptions.Folder, SyncthingOptions.Device, SyncthingOptions.Ignores])
                .Select(kind => KeyValuePair.Create(kind, (JsonNode?)Defaults.Template(extras, kind)))),
        };
        foreach (var (key, value) in extras)
        {
            if (!whole.ContainsKey(key))
                whole[key] = value?.DeepClone();
        }
        return whole;
    }

    private JsonObject Options() => ConfigJson.Options(store.Current, changes.Extras()[SyncthingOptions.Options] as JsonObject);

    private DeviceConfig Self => new() { Id = engine.Self, Name = store.Current.Engine.Name };

    private JsonArray Devices()
    {
        var extras = changes.Extras();
        return new JsonArray([.. store.Current.Engine.Devices.Prepend(Self).Select(d => ConfigJson.Device(d, Extra(extras, SyncthingOptions.Devices, d.Id.ToString())))]);
    }

    private JsonArray Folders()
    {
        var extras = changes.Extras();
        return new JsonArray([.. store.Current.Engine.Folders.Select(f => ConfigJson.Folder(f, engine.Self, Extra(extras, SyncthingOptions.Folders, f.Id.Value)))]);
    }

    private JsonObject FindDevice(string id) => PresentDevice(id) ?? throw new NotFoundException($"There is no device {RestErrors.Device(id)}.");

    private JsonObject? PresentDevice(string id)
    {
        var device = RestErrors.Device(id).ToString();
        return Devices().OfType<JsonObject>().FirstOrDefault(d => d[ConfigJson.IdOfDevice]!.GetValue<string>() == device)?.DeepClone().AsObject();
    }

    private JsonObject FindFolder(string id) => PresentFolder(id) ?? throw RestErrors.NoFolder(id);

    private JsonObject? PresentFolder(string id)
    {
        var folder = RestErrors.FolderIdOf(id).Value;
        return Folders().OfType<JsonObject>().FirstOrDefault(f => f["id"]!.GetValue<string>() == folder)?.DeepClone().AsObject();
    }

    private async Task<Func<ServiceConfig, ServiceConfig>> OptionsChange(JsonObject extras, Task<JsonObject> body, bool replace)
    {
        var change = await body;
        var present = extras[SyncthingOptions.Options]?.DeepClone().AsObject() ?? [];
        var options = replace ? change.DeepClone().AsObject() : present;
        if (replace)
            SyncthingOptions.PreserveOmitted(SyncthingOptions.Options, options, present);
        else
            RestJson.Merge(options, change);
        extras[SyncthingOptions.Options] = options;
        return c => ConfigJson.WithOptions(c, change);
    }

    private static Func<ServiceConfig, ServiceConfig> Ignore(JsonArray list)
    {
        var ignored = list.Select(d => RestErrors.Device(d is JsonObject o ? new JsonReader(o, SyncthingOptions.IgnoredDevices).Text(ConfigJson.IdOfDevice, "") : "")).Distinct().ToList();
        return c => c.WithEngine(e => e with { IgnoredDevices = [.. ignored] });
    }

    private Func<ServiceConfig, ServiceConfig> PutDevices(JsonObject extras, JsonArray list)
    {
        var changes = list.Select(d => PutDevice(extras, d as JsonObject ?? throw new BadHttpRequestException("A device is to be an object."))).ToList();
        var kept = list.OfType<JsonObject>().Select(d => RestErrors.Device(new JsonReader(d, "device").Text(ConfigJson.IdOfDevice, ""))).ToHashSet();
        return c =>
        {
            c = c.Engine.Devices.Where(d => !kept.Contains(d.Id)).Aggregate(c, (x, d) => x.RemoveDevice(d.Id));
            return changes.Aggregate(c, (x, change) => change(x));
        };
    }

    /// <param name="partial">What isn't sent of an existing device isn't touched.</param>
    private Func<ServiceConfig, ServiceConfig> PutDevice(JsonObject extras, JsonObject json, bool partial = false)
    {
        var named = DeviceIdText.TryParse(json[ConfigJson.IdOfDevice] is JsonValue v && v.TryGetValue<string>(out var id) ? id : "", out var known, out _);
        var there = named && (known == engine.Self || store.Current.Engine.Device(known) is not null)
            ? ConfigJson.Device(store.Current.Engine.Device(known) ?? Self, Extra(extras, SyncthingOptions.Devices, known.ToString())) : null;
        json = Over(json, there, partial, SyncthingOptions.Device, extras);
        var device = ConfigJson.ToDevice(json);
        Remember(extras, SyncthingOptions.Devices, device.Id.ToString(), json);
        // This device's own entry carries its name.
        return device.Id == engine.Self ? c => device.Name.Length == 0 ? c : c.WithEngine(e => e with { Name = device.Name }) : c => c.PutDevice(device);
    }

    /// <summary>A posted object with what is not sent: of a new one the template's, of an existing one what stays.</summary>
    private static JsonObject Over(JsonObject json, JsonObject? there, bool partial, string scope, JsonObject extras)
    {
        json = json.DeepClone().AsObject();
        if (there is null || partial)
            return Merged(there ?? Defaults.Template(extras, scope), json);
        SyncthingOptions.PreserveOmitted(scope, json, there);
        return json;
    }

    private async Task<Func<ServiceConfig, ServiceConfig>> RemoveDevice(JsonObject extras, string id)
    {
        await Task.CompletedTask;
        var device = RestErrors.Device(id);
        if (store.Current.Engine.Device(device) is null)
            throw new NotFoundException($"There is no device {device}.");
        (extras[SyncthingOptions.Devices] as JsonObject)?.Remove(device.ToString());
        return c => c.RemoveDevice(device);
    }

    private Func<ServiceConfig, ServiceConfig> PutFolders(JsonObject extras, JsonArray list)
    {
        var changes = list.Select(f => PutFolder(extras, f as JsonObject ?? throw new BadHttpRequestException("A folder is to be an object."))).ToList();
        var kept = list.OfType<JsonObject>().Select(f => new JsonReader(f, "folder").Text("id", "")).ToHashSet();
        return c =>
        {
            c = c.Engine.Folders.Where(f => !kept.Contains(f.Id.Value)).Aggregate(c, (x, f) => x.RemoveFolder(f.Id));
            return changes.Aggregate(c, (x, change) => change(x));
        };
    }

    /// <param name="partial">What isn't sent of an existing folder isn't touched.</param>
    private Func<ServiceConfig, ServiceConfig> PutFolder(JsonObject extras, JsonObject json, bool partial = false)
    {
        var there = store.Current.Engine.Folder(new FolderId(json["id"] is JsonValue v && v.TryGetValue<string>(out var id) ? id : ""));
        json = Over(json, there is null ? null : ConfigJson.Folder(there, engine.Self, Extra(extras, SyncthingOptions.Folders, there.Id.Value)), partial, SyncthingOptions.Folder, extras);
        var folder = ConfigJson.ToFolder(json, engine.Self, there);
        if (!Path.IsPathRooted(folder.Path))
            throw new BadHttpRequestException($"The path '{folder.Path}' of folder '{folder.Id}' is relative; give the whole path.");
        if (there is null)
            MakeRoot(folder.Path);
        Remember(extras, SyncthingOptions.Folders, folder.Id.Value, json);
        return c => c.PutFolder(folder);
    }

    /// <summary>A new folder's directory may be made here; a known folder's never is: it may be a disk that is not mounted.</summary>
    private static void MakeRoot(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadHttpRequestException($"The directory '{path}' can't be made: {e.Message}");
        }
    }

    private async Task<Func<ServiceConfig, ServiceConfig>> RemoveFolder(JsonObject extras, string id)
    {
        await Task.CompletedTask;
        var folder = RestErrors.FolderIdOf(id);
        if (store.Current.Engine.Folder(folder) is null)
            throw RestErrors.NoFolder(id);
        (extras[SyncthingOptions.Folders] as JsonObject)?.Remove(id);
        return c => c.RemoveFolder(folder);
    }

    private static JsonObject Merged(JsonObject there, JsonObject change)
    {
        RestJson.Merge(there, change);
        return there;
    }

    private static JsonObject Named(JsonObject json, string field, string id)
    {
        json[field] = id;
        return json;
    }

    private static JsonObject? Extra(JsonObject extras, string kind, string id) => (extras[kind] as JsonObject)?[id] as JsonObject;

    private static void Remember(JsonObject extras, string kind, string id, JsonObject json)
    {
        if (extras[kind] is not JsonObject all)
            extras[kind] = all = [];
        all[id] = ConfigChanges.Unsecret(json.DeepClone());
    }
}
