using FolderSync.Api.Access;
using FolderSync.Api.Events;
using FolderSync.Api.Extensions;
using FolderSync.Api.Http;
using FolderSync.Api.Rest;
using FolderSync.Api.Service;
using FolderSync.Api.Web;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Engine;

namespace FolderSync.Api;

/// <summary>Syncthing's REST API over the engine; each area has a class with its routes.</summary>
internal sealed class RestApi(
    AccessMiddleware gate, LoginRoutes login, MetricsRoute metrics, ServiceEvents events, EventBuffers buffers, AccessWarnings warnings, ConnectionSlots connections,
    IEnumerable<IRoutes> areas)
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<ConnectionSlots>().AddSingleton<ServiceShutdown>().AddSingleton<RecentErrors>().AddSingleton<StoredOptions>();
        AddAccess(services);
        services.AddSingleton(s => new EventBuffers(s.GetRequiredService<ISyncEngine>().Events));
        services.AddSingleton(s => new FolderEvents(s.GetRequiredService<ISyncEngine>(), s.GetRequiredService<EventBuffers>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ConfigChanges>().AddSingleton<ConfigRoutes>();
        services.AddSingleton(s => new ServiceEvents(s.GetRequiredService<ISyncEngine>(), s.GetRequiredService<ConfigStore>(), () => RestJson.Compact(s.GetRequiredService<ConfigRoutes>().Whole())));
        services.AddSingleton(s => new AccessWarnings(
            s.GetRequiredService<PageEndpoint>(), s.GetRequiredService<ConfigStore>(), () => s.GetRequiredService<AccessMiddleware>().IsOpenToNetwork,
            s.GetRequiredService<ILoggerFactory>().CreateLogger("FolderSync.Access")));
        AddRoutes(services);
        // Reports invalid query parameters like every other error.
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
    }

    private static void AddAccess(IServiceCollection services)
    {
        services.AddSingleton<SessionStore>().AddSingleton<CsrfTokens>().AddSingleton<LoginService>().AddSingleton<ApiKey>().AddSingleton<LinkTokens>();
        services.AddSingleton(s => new PageLinks(s.GetRequiredService<PageEndpoint>(), s.GetRequiredService<ConfigStore>(), s.GetRequiredService<LinkTokens>()));
        services.AddSingleton(s => new PageSessions(
            s.GetRequiredService<PageEndpoint>(), s.GetRequiredService<ConfigStore>(), s.GetRequiredService<ISyncEngine>().Self, s.GetRequiredService<SessionStore>()));
        services.AddSingleton(s => new AccessMiddleware(
            s.GetRequiredService<PageEndpoint>(), s.GetRequiredService<ConfigStore>(), s.GetRequiredService<ISyncEngine>().Self, s.GetRequiredService<ApiKey>(),
            s.GetRequiredService<PageSessions>(), s.GetRequiredService<CsrfTokens>(), s.GetRequiredService<LoginService>()));
    }

    private static void AddRoutes(IServiceCollection services)
    {
        services.AddSingleton<RestApi>().AddSingleton<LoginRoutes>().AddSingleton<MetricsRoute>();
        services.AddSingleton<IRoutes, SystemRoutes>()
            .AddSingleton<IRoutes>(s => s.GetRequiredService<ConfigRoutes>())
            .AddSingleton<IRoutes, GuiRoutes>()
            .AddSingleton<IRoutes, DatabaseRoutes>()
            .AddSingleton<IRoutes, FolderRoutes>()
            .AddSingleton<IRoutes, EventRoutes>()
            .AddSingleton<IRoutes>(s => new LogRoutes(
                s.GetRequiredService<LogBuffer>(), s.GetRequiredService<RecentErrors>(), s.GetRequiredService<ISyncEngine>().State,
                s.GetRequiredService<ILoggerFactory>().CreateLogger("FolderSync.Api.Rest.Client")))
            .AddSingleton<IRoutes, ExtensionRoutes>()
            .AddSingleton<IRoutes, SettingsRoutes>();
        ExtensionRoutes.Add(services);
    }

    public void Map(WebApplication app)
    {
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            events.Stop();
            buffers.Close();
        });
        app.Use(connections.RunAsync);
        app.Use(gate.InvokeAsync);
        app.Use(RestErrors.TranslateAsync);
        app.Use(RequestPath.CheckAsync);
        app.UseRouting();
        app.MapGet("/rest/noauth/health", () => RestJson.Of(new Health("OK"), RestJson.Types.Health));
        login.Map(app);
        var rest = app.MapGroup("/rest");
        foreach (var area in areas)
            area.Map(rest);
        DirectoryRoutes.Map(rest);
        ServiceRoutes.Map(app, rest);
        metrics.Map(app);
        UnsupportedRoutes.Map(rest);
        StatusPage.Map(app, gate);
        app.MapFallback("{**path}", (HttpContext context) => RestErrors.Text(404, $"There is nothing at {context.Request.Path}."));
        app.UseEndpoints(_ => { });

        events.Start(app.Lifetime);
        warnings.Start();
    }
}
