using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Platform;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FolderSync.Api.Extensions;

/// <summary>The OpenAPI 3.1 document of /rest/foldersync, generated from the mapped routes and the types they return.</summary>
internal static class OpenApi
{
    private const string Document = "foldersync";

    public static void Add(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ExtensionJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, SyncthingJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(2, PlainJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(Document, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = route => route.RelativePath?.StartsWith("rest" + ExtensionRoutes.Prefix + "/", StringComparison.Ordinal) == true;
            options.AddDocumentTransformer((document, _, _) => Introduce(document));
            options.AddOperationTransformer(DescribeAsync);
            options.AddSchemaTransformer((schema, context, _) => Tighten(schema, context.JsonTypeInfo));
        });
    }

    public static void Map(RouteGroupBuilder api) => api.MapGet("/openapi.json", async (HttpContext context) =>
        {
            var provider = context.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document);
            var document = await provider.GetOpenApiDocumentAsync(context.RequestAborted);
            return Results.Text(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, context.RequestAborted), "application/json; charset=utf-8");
        })
        .Produces<JsonObject>().WithSummary("This document.");

    private static Task Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "FolderSync",
            Version = ProgramVersion.Number,
            Description = "FolderSync's extensions of Syncthing's REST interface. Everything else under /rest is as Syncthing documents it. " +
                "Errors are a status and a sentence in plain text.",
        };
        // Left out: the client knows the address.
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["apiKey"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-API-Key",
                Description = "In config.yaml under page: api-key.",
            },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("apiKey", document)] = [] }];
        return Task.CompletedTask;
    }

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.Tags?.Clear();
        operation.Responses ??= [];
        operation.Responses["4XX"] = new OpenApiResponse
        {
            Description = "Refused; the reason is a sentence.",
            Content = new Dictionary<string, OpenApiMediaType> { ["text/plain"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } } },
        };
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestBodyType>().FirstOrDefault() is not { } body)
            return;
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancellation) },
            },
        };
    }

    /// <summary>Responses always have all fields and no others; requests require only what has no default.</summary>
    private static Task Tighten(OpenApiSchema schema, JsonTypeInfo type)
    {
        if (type.Type.Namespace != typeof(FolderRow).Namespace || type.Kind != JsonTypeInfoKind.Object)
            return Task.CompletedTask;
        var isRequest = type.Type.Name.EndsWith("Request", StringComparison.Ordinal);
        schema.Required = type.Properties.Where(p => !isRequest || !p.IsGetNullable).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        schema.AdditionalPropertiesAllowed = isRequest;
        return Task.CompletedTask;
    }
}

/// <summary>Serializes the types of requests and responses that aren't contracts.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
internal sealed partial class PlainJson : JsonSerializerContext;
