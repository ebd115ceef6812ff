using System.Net;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using FolderSync.Api;
using FolderSync.Api.Service;
using FolderSync.CommandLine.Commands;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Host.Service;
using FolderSync.Platform;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Xunit;

namespace FolderSync.Host.Tests;

/// <summary>Compares the OpenAPI document with the service's routes, in both directions.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("foldersync-openapi-").FullName;
    private ApiServer _app = null!;
    private JsonObject _document = null!;

    public async Task InitializeAsync()
    {
        var home = new HomeDirectory(_home);
        var ready = await HomeSetup.EnsureAsync(home, "test", CancellationToken.None);
        var config = ConfigStore.Open(home, ready.Identity.DeviceId);
        var ports = new ReservedPorts(ReservedPort.TryReserve(IPAddress.Loopback, 0, out _)!, null);
        var options = new ServeOptions(home, ConfigOverrides.None, true, LogLevel.Warning);
        _app = Composition.Build(options, config, ready.Identity, new PageEndpoint(config.Current.Page, "http://127.0.0.1/", false), ports);
        // As in the program: reflection must not describe a type that the generated code lacks.
        var resolvers = _app.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions.TypeInfoResolverChain;
        foreach (var reflecting in resolvers.OfType<DefaultJsonTypeInfoResolver>().ToList())
            resolvers.Remove(reflecting);
        var document = await _app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("foldersync").GetOpenApiDocumentAsync();
        _document = JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!.AsObject();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public void Every_route_is_described_and_every_description_is_a_route()
    {
        var mapped = _app.Routes.DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/rest/foldersync", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"))
            .Order().ToList();
        Assert.True(mapped.Count > 25);
        Assert.Equal(mapped, Operations().Select(o => o.Name).Order());
    }

    [Fact]
    public void Every_operation_says_what_it_does_and_what_it_answers()
    {
        Assert.StartsWith("3.1", (string)_document["openapi"]!, StringComparison.Ordinal);
        foreach (var (name, operation) in Operations())
        {
            Assert.True(((string?)operation["summary"])?.EndsWith('.') == true, name);
            Assert.True(operation["responses"]!["200"] is not null, name);
            if (name.StartsWith("GET", StringComparison.Ordinal))
                Assert.True(operation["responses"]!["200"]!["content"]!.AsObject().Single().Value!["schema"] is not null, name);
        }
    }

    /// <summary>A typed response has all its fields and no others: a client can be generated from the document.</summary>
    [Fact]
    public void Answers_are_described_strictly()
    {
        var schemas = _document["components"]!["schemas"]!.AsObject();
        foreach (var name in (string[])["FolderRow", "DeviceRow", "NeedItem", "VersionItem", "ChangeItem", "DoctorCheck"])
        {
            var schema = schemas[name]!;
            Assert.Equal(schema["properties"]!.AsObject().Select(p => p.Key).Order(), schema["required"]!.AsArray().Select(r => (string)r!).Order());
            Assert.False((bool)schema["additionalProperties"]!);
        }
    }

    /// <summary>
    /// Checks all routes, not only the described ones: ASP.NET would create a missing handler by reflection, which fails in a native program at the
    /// first request.
    /// </summary>
    [Fact]
    public void Every_handler_was_made_when_the_program_was_compiled()
    {
        var routes = _app.Routes.DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.True(routes.Count > 100);
        Assert.Empty(routes.Where(r => r.RequestDelegate!.Method.Module.Assembly != typeof(ApiServer).Assembly).Select(r => $"{r.DisplayName} by {r.RequestDelegate!.Method.DeclaringType}"));
    }

    private IEnumerable<(string Name, JsonObject Operation)> Operations() =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value!.AsObject());
}
