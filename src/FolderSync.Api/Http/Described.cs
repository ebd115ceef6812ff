namespace FolderSync.Api.Http;

/// <summary>The type of a route's JSON body, for the description. Unlike ASP.NET's own it does not refuse clients that name no content type.</summary>
internal sealed record BodyOf(Type Type);

internal static class Described
{
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route) => route.WithMetadata(new BodyOf(typeof(T)));
}
