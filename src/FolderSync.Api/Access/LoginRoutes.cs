using System.Text.Json;
using FolderSync.Api.Http;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Engine;

namespace FolderSync.Api.Access;

/// <summary>/rest/noauth/auth: logging in and out as in Syncthing, and what the login page needs to know.</summary>
internal sealed class LoginRoutes(AccessMiddleware gate, LoginService login, ConfigStore config, ISyncEngine engine)
{
    public void Map(WebApplication app)
    {
        app.MapPost("/rest/noauth/auth/password", (Delegate)LogInAsync);
        app.MapPost("/rest/noauth/auth/logout", (HttpContext context) =>
        {
            gate.EndSession(context);
            return Results.NoContent();
        });
        app.MapGet("/meta.js", (HttpContext context) => Results.Text($"var metadata = {Metadata(context)};\n", "application/javascript; charset=utf-8"));
    }

    private async Task<IResult> LogInAsync(HttpContext context)
    {
        var body = await JsonResults.BodyAsync(context, RestJson.Types.LoginRequest);
        if (!login.IsPasswordSet)
            return RestErrors.Text(403, "No password is set, so there is no login.");
        var stay = body.StayLoggedIn ?? false;
        var result = await login.LogInAsync(context, body.Username ?? "", body.Password ?? "", stay);
        if (!result.Succeeded)
        {
            await AccessMiddleware.RefuseLoginAsync(context, result);
            return Results.Empty;
        }
        // Closes the session that this browser had before.
        gate.EndSession(context);
        gate.SetSessionCookie(context, result.Session!, stay);
        return Results.NoContent();
    }

    /// <summary>On one line, and so escaped that it can stand in a script.</summary>
    private string Metadata(HttpContext context)
    {
        var metadata = new PageMetadata(
            DeviceId: engine.Self.ToString(),
            DeviceIdShort: engine.Self.Short.ToString(),
            Authenticated: !login.IsPasswordSet || gate.HasSession(context),
            AsksForUser: config.Current.Page.User.Length > 0,
            CanLogOut: login.IsPasswordSet);
        return JsonSerializer.Serialize(metadata, JsonResults.Json.PageMetadata);
    }
}
