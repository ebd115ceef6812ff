using System.Text.Json.Nodes;
using FolderSync.Engine;
using FolderSync.Host.Config;
using FolderSync.Host.Service;

namespace FolderSync.Host.Rest;

/// <summary>Syncthing's REST dialect over the engine: what each route does is in the class of its area.</summary>
internal static class RestApi
{
    public static void Map(WebApplication app)
    {
        var engine = app.Services.GetRequiredService<ISyncEngine>();
        var config = app.Services.GetRequiredService<ConfigStore>();
        var page = app.Services.GetRequiredService<RunningPage>();
        var events = new EventBuffers(engine.Events);
        app.Lifetime.ApplicationStopping.Register(events.Close);

        app.Use(new Gatekeeper(page, config).InvokeAsync);
        app.Use(Refusals.TranslateAsync);
        app.UseRouting();
        app.MapGet("/rest/noauth/health", () => RestJson.Of(new JsonObject { ["status"] = "OK" }));
        var rest = app.MapGroup("/rest");
        new SystemRoutes(engine, config, page, app.Lifetime).Map(rest);
        new ConfigRoutes(engine, config).Map(rest);
        new DatabaseRoutes(engine).Map(rest);
        new FolderRoutes(engine).Map(rest);
        new EventRoutes(events).Map(rest);
        Extensions.ExtensionRoutes.Map(rest, app.Services);
        rest.MapFallback((HttpContext context) =>
            Refusals.Text(404, $"FolderSync has no {context.Request.Method} {context.Request.Path}."));
        Web.StatusPage.Map(app, page);
        app.UseEndpoints(_ => { });
    }
}
