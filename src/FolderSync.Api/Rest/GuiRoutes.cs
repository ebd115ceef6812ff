using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;

namespace FolderSync.Api.Rest;

/// <summary>/rest/config's smaller parts: the page's own settings, templates for new folders and devices, what FolderSync only keeps.</summary>
internal sealed class GuiRoutes(ConfigStore store, ConfigChanges changes, RunningPage running) : IRoutes
{
    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/config/gui", () => RestJson.Of(ConfigJson.Gui(store.Current.Page, changes.Extras()["gui"] as JsonObject)));
        rest.MapPut("/config/gui", ConfigChanges.Handler(c => ChangeGuiAsync(c, replace: true)));
        rest.MapPatch("/config/gui", ConfigChanges.Handler(c => ChangeGuiAsync(c, replace: false)));
        rest.MapGet("/config/restart-required", () => RestJson.Of(new JsonObject { ["requiresRestart"] = NeedsRestart }));
        foreach (var path in (string[])["/config/insync", "/system/config/insync"])
            rest.MapGet(path, () => RestJson.Of(new JsonObject { ["configInSync"] = !NeedsRestart }));
        rest.MapGet("/config/ldap", () => RestJson.Of(Defaults.Ldap(changes.Extras())));
        rest.MapMethods("/config/ldap", ["PUT", "PATCH"], ConfigChanges.Handler(ChangeLdapAsync));
        foreach (var kind in (string[])["folder", "device", "ignores"])
        {
            rest.MapGet($"/config/defaults/{kind}", () => RestJson.Of(Defaults.Template(changes.Extras(), kind)));
            rest.MapPut($"/config/defaults/{kind}", ConfigChanges.Handler(c => ChangeTemplateAsync(c, kind, replace: true)));
            if (kind != "ignores")
                rest.MapPatch($"/config/defaults/{kind}", ConfigChanges.Handler(c => ChangeTemplateAsync(c, kind, replace: false)));
        }
    }

    /// <summary>What a client posted for the page.</summary>
    public static Func<ServiceConfig, ServiceConfig> Change(JsonObject extras, JsonObject json, bool replace)
    {
        var present = extras["gui"]?.DeepClone() as JsonObject ?? [];
        var gui = replace ? json.DeepClone().AsObject() : present;
        if (replace)
            SyncthingOptions.KeepUnsent(SyncthingOptions.Gui, gui, present);
        else
            RestJson.Merge(gui, json);
        extras["gui"] = ConfigChanges.Unsecret(gui);
        var apply = ConfigJson.ToGui(json);
        return c => c with { Page = apply(c.Page) };
    }

    /// <summary>The command line's address holds whatever the file says.</summary>
    private bool NeedsRestart => ConfigSchema.Page.Changed(running.Page, store.Current.Page)
        .Any(o => o.Effect == OptionEffect.ServiceRestarts && !(running.FromCommandLine && o.Key == ConfigSchema.Address));

    private async Task<IResult> ChangeGuiAsync(HttpContext context, bool replace)
    {
        var body = await ConfigChanges.Body(context);
        return await changes.ChangeAsync(extras => Task.FromResult(Change(extras, body, replace)));
    }

    private async Task<IResult> ChangeLdapAsync(HttpContext context)
    {
        var body = await ConfigChanges.Body(context);
        if (new JsonReader(body, "ldap").Text("address", "").Length > 0)
            throw new BadHttpRequestException("FolderSync can't log in by LDAP. Set a password under gui.", StatusCodes.Status501NotImplemented);
        ConfigJson.Check(SyncthingOptions.Ldap, body, "ldap");
        return await changes.ChangeAsync(extras =>
        {
            var ldap = context.Request.Method == "PUT" ? [] : extras["ldap"]?.DeepClone() as JsonObject ?? [];
            RestJson.Merge(ldap, body);
            extras["ldap"] = ldap;
            return Task.FromResult<Func<ServiceConfig, ServiceConfig>>(c => c);
        });
    }

    private async Task<IResult> ChangeTemplateAsync(HttpContext context, string kind, bool replace)
    {
        var body = await ConfigChanges.Body(context);
        if (kind == "ignores")
            _ = new JsonReader(body, "ignores").Texts("lines");
        return await changes.ChangeAsync(extras =>
        {
            var all = extras["defaults"] as JsonObject ?? [];
            var present = all[kind]?.DeepClone() as JsonObject ?? [];
            var template = replace ? body.DeepClone().AsObject() : present;
            if (replace)
                SyncthingOptions.KeepUnsent(kind, template, present);
            else
                RestJson.Merge(template, body);
            if (kind != "ignores")
                Check(kind, template);
            all[kind] = template;
            if (all.Parent is null)
                extras["defaults"] = all;
            return Task.FromResult<Func<ServiceConfig, ServiceConfig>>(c => c);
        });
    }

    /// <summary>What of the templates that are set a client doesn't know stays.</summary>
    public static void KeepUnsent(JsonObject sent, JsonObject? present)
    {
        foreach (var (kind, template) in present ?? [])
        {
            if (!sent.ContainsKey(kind))
                sent[kind] = template?.DeepClone();
            else if (sent[kind] is JsonObject inner && template is JsonObject there)
                SyncthingOptions.KeepUnsent(kind, inner, there);
        }
    }

    /// <summary>What of a whole configuration FolderSync only keeps, and what new folders and devices begin with.</summary>
    public static void CheckUnlisted(JsonObject config)
    {
        var reader = new JsonReader(config, "config");
        if (reader.Object("ldap") is { } ldap)
            ConfigJson.Check(SyncthingOptions.Ldap, ldap, "ldap");
        var defaults = reader.Object("defaults") is { } given ? new JsonReader(given, "defaults") : null;
        foreach (var scope in (string[])[SyncthingOptions.Folder, SyncthingOptions.Device])
        {
            if (defaults?.Object(scope) is { } template)
                Check(scope, template);
        }
    }

    /// <summary>What every new folder or device would be refused for is refused here.</summary>
    private static void Check(string kind, JsonObject template)
    {
        var whole = (kind == "folder" ? Defaults.Folder() : Defaults.Device()).DeepClone().AsObject();
        RestJson.Merge(whole, template);
        if (kind == "folder")
        {
            (whole["id"], whole["path"]) = ("template", "/template");
            ConfigJson.ToFolder(whole, default);
        }
        else
        {
            whole["deviceID"] = new Core.Model.DeviceId([.. Enumerable.Repeat((byte)1, 32)]).ToString();
            ConfigJson.ToDevice(whole);
        }
    }
}
