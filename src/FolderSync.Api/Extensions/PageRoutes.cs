using FolderSync.Api.Access;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Contracts;

namespace FolderSync.Api.Extensions;

/// <summary>/rest/foldersync/page: links that open the page, for programs with the API key; and the key itself, for who is on the page.</summary>
internal sealed class PageRoutes(PageLinks links, ApiKey key, LoginService login, ILogger<PageRoutes> log) : IExtensionRoutes
{
    public void Map(RouteGroupBuilder api)
    {
        api.MapPost("/page/link", (Delegate)LinkAsync).WithRequestBody<PageLinkRequest>().Produces<PageLink>()
            .WithSummary("Makes a link that opens the page once, within a few minutes. Only with the API key.");
        api.MapPost("/page/key", (Delegate)KeyAsync).WithRequestBody<PageKeyRequest>().Produces<PageKey>()
            .WithSummary("The API key, after a confirmation: the password where one is set, otherwise confirm: true.");
    }

    private async Task<IResult> LinkAsync(HttpContext context)
    {
        var body = context.Request.ContentLength is 0 ? new PageLinkRequest(null, null) : await JsonResults.BodyAsync(context, JsonResults.Json.PageLinkRequest);
        return JsonResults.Of(new PageLink(links.Create(body.View ?? "", body.Print ?? false), links.AreInUse), JsonResults.Json.PageLink);
    }

    private async Task<IResult> KeyAsync(HttpContext context)
    {
        var body = await JsonResults.BodyAsync(context, JsonResults.Json.PageKeyRequest);
        if (SecretAccess.IsAllowed(context))
            return JsonResults.Of(new PageKey(key.Text), JsonResults.Json.PageKey);
        if (login.IsPasswordSet)
        {
            var result = await login.CheckPasswordAsync(context, body.Password ?? "");
            if (!result.Succeeded)
            {
                await AccessMiddleware.RefuseLoginAsync(context, result);
                return Results.Empty;
            }
        }
        else if (body.Confirm != true)
        {
            throw new BadHttpRequestException("Confirm that the API key is to be shown: {\"confirm\": true}.");
        }
        Log.KeyShown(log, context.Connection.RemoteIpAddress);
        return JsonResults.Of(new PageKey(key.Text), JsonResults.Json.PageKey);
    }
}
