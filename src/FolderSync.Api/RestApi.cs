using System.Text.Json.Nodes;
using FolderSync.Api.Access;
using FolderSync.Api.Events;
using FolderSync.Api.Extensions;
using FolderSync.Api.Http;
using FolderSync.Api.Rest;
using FolderSync.Api.Service;
using FolderSync.Api.Web;
using FolderSync.Configuration.Store;
using FolderSync.Engine;
using FolderSync.Network.Discovery;

namespace FolderSync.Api;

/// <summary>Syncthing's REST dialect over the engine: what each route does is in the class of its area.</summary>
internal static class RestApi
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<Sessions>().AddSingleton<PageTokens>().AddSingleton<LoginGate>().AddSingleton<ServiceEnd>().AddSingleton<RecentErrors>().AddSingleton<StoredOptions>();
        services.AddSingleton(s => new EventBuffers(s.GetRequiredService<ISyncEngine>().Events));
        services.AddSingleton(s => new FolderEvents(s.GetRequiredService<ISyncEngine>(), s.GetRequiredService<EventBuffers>(), s.GetRequiredService<TimeProvider>()));
        // A query that can't be read is told of, as every other mistake.
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
    }

    public static void Map(WebApplication app)
    {
        T The<T>() where T : notnull => app.Services.GetRequiredService<T>();
        var (engine, config, page) = (The<ISyncEngine>(), The<ConfigStore>(), The<RunningPage>());
        var loggers = The<ILoggerFactory>();
        var gate = new Gatekeeper(page, config, engine.Self, The<Sessions>(), The<PageTokens>(), The<LoginGate>());
        var changes = new ConfigChanges(engine, config, The<StoredOptions>());
        var configured = new ConfigRoutes(engine, config, changes);
        var events = new ServiceEvents(engine, config, configured.Whole);
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            events.Stop();
            The<EventBuffers>().Close();
        });
        _ = The<EventBuffers>();
        _ = The<RecentErrors>();

        app.Use(gate.InvokeAsync);
        app.Use(Refusals.TranslateAsync);
        app.Use(RequestPath.CheckAsync);
        app.UseRouting();
        app.MapGet("/rest/noauth/health", () => RestJson.Of(new JsonObject { ["status"] = "OK" }));
        new LoginRoutes(gate, The<LoginGate>(), config, engine).Map(app);
        var rest = app.MapGroup("/rest");
        new SystemRoutes(engine, config, page, events, The<ServiceEnd>(), The<DeviceDiscovery>(), The<StoredOptions>()).Map(rest);
        configured.Map(rest);
        new GuiRoutes(config, changes, page).Map(rest);
        new DatabaseRoutes(engine).Map(rest);
        new FolderRoutes(engine).Map(rest);
        new EventRoutes(The<EventBuffers>()).Map(rest);
        new LogRoutes(The<LogBook>(), The<RecentErrors>(), engine.State, loggers.CreateLogger("FolderSync.Api.Rest.Client")).Map(rest);
        DirectoryRoutes.Map(rest);
        ServiceRoutes.Map(app, rest);
        new MetricsRoute(engine).Map(app);
        AbsentRoutes.Map(rest);
        ExtensionRoutes.Map(rest, app.Services);
        new SettingsRoutes(config, changes).Map(rest);
        StatusPage.Map(app, gate);
        app.MapFallback("{**path}", (HttpContext context) => Refusals.Text(404, $"There is nothing at {context.Request.Path}."));
        app.UseEndpoints(_ => { });

        events.Start(app.Lifetime);
        new AccessWarnings(page, config, () => gate.IsOpenToNetwork, loggers.CreateLogger("FolderSync.Access")).Start();
    }
}
