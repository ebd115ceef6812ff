using System.Text.Json.Nodes;
using FolderSync.Api.Access;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;

namespace FolderSync.Api.Rest;

/// <summary>/rest/config's smaller parts: the page's own settings, templates for new folders and devices, what FolderSync only keeps.</summary>
internal sealed class GuiRoutes(ConfigStore store, ConfigChanges changes, PageEndpoint running, PageSessions sessions) : IRoutes
{
    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/config/gui", () => RestJson.Of(Gui()));
        rest.MapPut("/config/gui", ConfigChanges.Handler(c => ChangeGuiAsync(c, replace: true)));
        rest.MapPatch("/config/gui", ConfigChanges.Handler(c => ChangeGuiAsync(c, replace: false)));
        rest.MapGet("/config/restart-required", () => RestJson.Of(new RestartRequired(NeedsRestart), RestJson.Types.RestartRequired));
        foreach (var path in (string[])["/config/insync", "/system/config/insync"])
            rest.MapGet(path, () => RestJson.Of(new InSyncAnswer(!NeedsRestart), RestJson.Types.InSyncAnswer));
        rest.MapGet("/config/ldap", () => RestJson.Of(Defaults.Ldap(changes.Extras())));
        rest.MapMethods("/config/ldap", ["PUT", "PATCH"], ConfigChanges.Handler(ChangeLdapAsync));
        foreach (var kind in (string[])[SyncthingOptions.Folder, SyncthingOptions.Device, SyncthingOptions.Ignores])
        {
            rest.MapGet($"/config/defaults/{kind}", () => RestJson.Of(Defaults.Template(changes.Extras(), kind)));
            rest.MapPut($"/config/defaults/{kind}", ConfigChanges.Handler(c => ChangeTemplateAsync(c, kind, replace: true)));
            if (kind != SyncthingOptions.Ignores)
                rest.MapPatch($"/config/defaults/{kind}", ConfigChanges.Handler(c => ChangeTemplateAsync(c, kind, replace: false)));
        }
    }

    /// <summary>What a client posted for the page.</summary>
    public static Func<ServiceConfig, ServiceConfig> Change(JsonObject extras, JsonObject json, bool replace)
    {
        var present = extras[SyncthingOptions.Gui]?.DeepClone() as JsonObject ?? [];
        var gui = replace ? json.DeepClone().AsObject() : present;
        if (replace)
            SyncthingOptions.PreserveOmitted(SyncthingOptions.Gui, gui, present);
        else
            RestJson.Merge(gui, json);
        extras[SyncthingOptions.Gui] = ConfigChanges.Unsecret(gui);
        var apply = ConfigJson.ToGui(json);
        return c => c with { Page = apply(c.Page) };
    }

    /// <summary>The command line's address holds whatever the file says.</summary>
    private bool NeedsRestart => ConfigSchema.Page.Changed(running.Page, store.Current.Page)
        .Any(o => o.Effect == OptionEffect.ServiceRestarts && !(running.FromCommandLine && o.Key == ConfigSchema.Address));

    private async Task<IResult> ChangeGuiAsync(HttpContext context, bool replace)
    {
        var body = await RestJson.ObjectAsync(context.Request, Gui);
        var (was, now) = (store.Current.Page, store.Current.Page);
        var done = await changes.ChangeAsync(extras =>
        {
            var change = Change(extras, body, replace);
            return Task.FromResult<Func<ServiceConfig, ServiceConfig>>(c =>
            {
                var changed = change(c);
                (was, now) = (c.Page, changed.Page);
                return changed;
            });
        });
        sessions.Keep(context, was, now);
        return done;
    }

    private JsonObject Gui() => ConfigJson.Gui(store.Current.Page, changes.Extras()[SyncthingOptions.Gui] as JsonObject);

    private async Task<IResult> ChangeLdapAsync(HttpContext context)
    {
        var body = await RestJson.ObjectAsync(context.Request, () => Defaults.Ldap(changes.Extras()));
        if (new JsonReader(body, SyncthingOptions.Ldap).Text("address", "").Length > 0)
            throw new BadHttpRequestException("FolderSync can't log in by LDAP. Set a password under gui.", StatusCodes.Status501NotImplemented);
        ConfigJson.Check(SyncthingOptions.Ldap, body, "ldap");
        return await changes.ChangeAsync(extras =>
        {
            var ldap = context.Request.Method == "PUT" ? [] : extras[SyncthingOptions.Ldap]?.DeepClone() as JsonObject ?? [];
            RestJson.Merge(ldap, body);
            extras[SyncthingOptions.Ldap] = ldap;
            return Task.FromResult<Func<ServiceConfig, ServiceConfig>>(c => c);
        });
    }

    private async Task<IResult> ChangeTemplateAsync(HttpContext context, string kind, bool replace)
    {
        var body = await RestJson.ObjectAsync(context.Request, () => Defaults.Template(changes.Extras(), kind));
        if (kind == SyncthingOptions.Ignores)
            _ = new JsonReader(body, SyncthingOptions.Ignores).Texts("lines");
        return await changes.ChangeAsync(extras =>
        {
            var all = extras[SyncthingOptions.Defaults] as JsonObject ?? [];
            var present = all[kind]?.DeepClone() as JsonObject ?? [];
            var template = replace ? body.DeepClone().AsObject() : present;
            if (replace)
                SyncthingOptions.PreserveOmitted(kind, template, present);
            else
                RestJson.Merge(template, body);
            if (kind != SyncthingOptions.Ignores)
                Check(kind, template);
            all[kind] = template;
            if (all.Parent is null)
                extras[SyncthingOptions.Defaults] = all;
            return Task.FromResult<Func<ServiceConfig, ServiceConfig>>(c => c);
        });
    }

    /// <summary>What of the templates that are set a client doesn't know stays.</summary>
    public static void PreserveOmitted(JsonObject sent, JsonObject? present)
    {
        foreach (var (kind, template) in present ?? [])
        {
            if (!sent.ContainsKey(kind))
                sent[kind] = template?.DeepClone();
            else if (sent[kind] is JsonObject inner && template is JsonObject there)
                SyncthingOptions.PreserveOmitted(kind, inner, there);
        }
    }

    /// <summary>What of a whole configuration FolderSync only keeps, and what new folders and devices begin with.</summary>
    public static void CheckUnlisted(JsonObject config)
    {
        var reader = new JsonReader(config, "config");
        if (reader.Object(SyncthingOptions.Ldap) is { } ldap)
            ConfigJson.Check(SyncthingOptions.Ldap, ldap, "ldap");
        var defaults = reader.Object(SyncthingOptions.Defaults) is { } given ? new JsonReader(given, SyncthingOptions.Defaults) : null;
        foreach (var scope in (string[])[SyncthingOptions.Folder, SyncthingOptions.Device])
        {
            if (defaults?.Object(scope) is { } template)
                Check(scope, template);
        }
    }

    /// <summary>What every new folder or device would be refused for is refused here.</summary>
    private static void Check(string kind, JsonObject template)
    {
        if (kind == SyncthingOptions.Folder)
        {
            var whole = Defaults.Folder();
            RestJson.Merge(whole, template);
            RestJson.Merge(whole, RestJson.ObjectOf(new ConfiguredFolder { Id = "template", Path = "/template" }, RestJson.Types.ConfiguredFolder));
            ConfigJson.ToFolder(whole, default);
        }
        else
        {
            var whole = Defaults.Device();
            RestJson.Merge(whole, template);
            var someone = new Core.Model.DeviceId([.. Enumerable.Repeat((byte)1, 32)]).ToString();
            RestJson.Merge(whole, RestJson.ObjectOf(new ConfiguredDevice { DeviceId = someone }, RestJson.Types.ConfiguredDevice));
            ConfigJson.ToDevice(whole);
        }
    }
}
