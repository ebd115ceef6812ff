using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Api.Extensions;
using FolderSync.Api.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FolderSync.Api;

/// <summary>The socket of the page and the REST API.</summary>
/// <param name="Socket">A bound, listening socket; the server takes ownership.</param>
/// <param name="Certificate">Null for plain HTTP.</param>
public sealed record ApiListener(Socket Socket, X509Certificate2? Certificate);

/// <summary>The process's service container with the web server in it; hides ASP.NET from the host.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiServer(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    internal IEndpointRouteBuilder Routes => _app;

    /// <param name="listener">Null if the page and the REST API are switched off.</param>
    /// <param name="services">Registers the services that the routes need and the process's other services.</param>
    public static ApiServer Build(string contentRoot, ApiListener? listener, Action<ILoggingBuilder> logging, Action<IServiceCollection> services)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "foldersync", ContentRootPath = contentRoot });
        logging(builder.Logging);
        if (listener is not null)
        {
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, listener));
            builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => listener.Socket);
        }
        else
        {
            builder.Services.AddSingleton<IServer, NullServer>();
        }
        builder.Services.AddRoutingCore();
        OpenApi.Add(builder.Services);
        RestApi.AddServices(builder.Services);
        services(builder.Services);

        var app = builder.Build();
        app.Services.GetRequiredService<RestApi>().Map(app);
        return new ApiServer(app);
    }

    public Task StartAsync(CancellationToken cancellation) => _app.StartAsync(cancellation);

    /// <summary>Waits until the token or <see cref="Service.ServiceShutdown"/> asks for the shutdown and everything has stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Listen(KestrelServerOptions kestrel, ApiListener listener)
    {
        kestrel.AddServerHeader = false;
        RestLimits.Set(kestrel.Limits);
        kestrel.Listen((IPEndPoint)listener.Socket.LocalEndPoint!, listen =>
        {
            var slots = kestrel.ApplicationServices.GetRequiredService<ConnectionSlots>();
            listen.Use(next => connection => slots.RunAsync(connection, next));
            listen.Protocols = listener.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (listener.Certificate is { } certificate)
                listen.UseHttps(certificate);
        });
    }
}
