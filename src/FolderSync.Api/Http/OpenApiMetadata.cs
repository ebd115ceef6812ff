namespace FolderSync.Api.Http;

/// <summary>The type of a route's JSON body, for the description. Unlike ASP.NET's own it does not refuse clients that name no content type.</summary>
internal sealed record RequestBodyType(Type Type);

internal static class OpenApiMetadata
{
    public static RouteHandlerBuilder WithRequestBody<T>(this RouteHandlerBuilder route) => route.WithMetadata(new RequestBodyType(typeof(T)));
}
