using System.Text.Json;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Engine;
using FolderSync.Platform;

namespace FolderSync.Api.Access;

/// <summary>/rest/noauth/auth: logging in and out as in Syncthing, opening the page by a link, and what these pages need to know.</summary>
internal sealed class LoginRoutes(
    PageSessions sessions, LoginService login, LinkTokens tokens, PageLinks links, ConfigStore config, ISyncEngine engine, ProblemStore problems, ILogger<LoginRoutes> log)
{
    public const string Password = "/rest/noauth/auth/password";
    public const string Link = "/rest/noauth/auth/link";
    public const string LogOut = "/rest/noauth/auth/logout";

    public void Map(WebApplication app)
    {
        app.MapPost(Password, (Delegate)LogInAsync);
        app.MapPost(Link, (Delegate)OpenAsync);
        app.MapPost(LogOut, (HttpContext context) =>
        {
            sessions.End(context);
            return Results.NoContent();
        });
        app.MapGet("/meta.js", (HttpContext context) => Results.Text($"var metadata = {Metadata(context)};\n", "application/javascript; charset=utf-8"));
    }

    /// <summary>
    /// What a link's answer is. On Linux only the owner's programs can use it: others may read the link in the list of processes, and be first.
    /// </summary>
    internal static string? WhyNot(LinkState state, bool mayBeOwner) => (state, mayBeOwner) switch
    {
        (LinkState.Valid, true) => null,
        (LinkState.Valid, false) => "This link is for the user of this computer whom FolderSync belongs to, and this browser runs as another one.",
        (LinkState.Used, _) => "This link has been used: each opens the page once. If it was not you who opened it, change the API key or set a password; both end all sessions.",
        (LinkState.Expired, _) => "This link has expired: it works for a few minutes only.",
        _ => "This link is not valid, or no longer.",
    };

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
        sessions.End(context);
        sessions.SetCookie(context, result.Session!, stay);
        return Results.NoContent();
    }

    private async Task<IResult> OpenAsync(HttpContext context)
    {
        var token = (await JsonResults.BodyAsync(context, JsonResults.Json.LinkRequest)).Token ?? "";
        if (!links.AreInUse)
            return RestErrors.Text(403, "Links don't open the page here: a password is set.");
        // A browser that has the page open needs no further session, and a link that it opens twice does no harm.
        if (sessions.Find(context) is not null)
        {
            tokens.Redeem(token);
            return Results.NoContent();
        }
        var user = ConnectionSlots.UserOf(context);
        var mayBeOwner = LocalUser.MayBeOwner(user);
        // A stranger doesn't use it up.
        var state = mayBeOwner ? tokens.Redeem(token) : tokens.StateOf(token);
        if (WhyNot(state, mayBeOwner) is { } why)
        {
            if (state == LinkState.Valid)
                Report(user!.Value);
            return RestErrors.Text(403, why);
        }
        sessions.OpenForLink(context);
        return Results.NoContent();
    }

    private void Report(uint user)
    {
        Log.LinkOfAnotherUser(log, user);
        problems.Add("warning", $"Another user of this computer (number {user}) tried to open FolderSync's page with a link that was made for you. It was refused.");
    }

    /// <summary>On one line, and so escaped that it can stand in a script.</summary>
    private string Metadata(HttpContext context)
    {
        var (hasSession, hasKey) = (sessions.Find(context) is not null, SecretAccess.IsAllowed(context));
        var metadata = new PageMetadata(
            DeviceId: engine.Self.ToString(),
            DeviceIdShort: engine.Self.Short.ToString(),
            Authenticated: hasSession || hasKey,
            AsksForUser: config.Current.Page.User.Length > 0,
            CanLogOut: hasSession,
            AsksForPassword: hasKey ? null : login.IsPasswordSet);
        return JsonSerializer.Serialize(metadata, JsonResults.Json.PageMetadata);
    }
}
