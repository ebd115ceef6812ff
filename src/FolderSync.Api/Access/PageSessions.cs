using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Platform;

namespace FolderSync.Api.Access;

/// <summary>
/// The sessions of browsers, by their cookie. With a password they are opened by a login, without one by a link; such a session is for one user of
/// this computer: all ports of a host share cookies, so another user's server might get to see it.
/// </summary>
internal sealed class PageSessions(PageEndpoint page, ConfigStore config, DeviceId self, SessionStore sessions)
{
    /// <summary>Syncthing's name with the short device ID: all ports of a host share cookies, so each device needs a name of its own.</summary>
    public string Cookie { get; } = "sessionid-" + self.Short;

    public SessionKind? Find(HttpContext context) =>
        sessions.Find(context.Request.Cookies[Cookie], CredentialOf(config.Current.Page), () => ConnectionSlots.UserOf(context));

    /// <returns>The token for the cookie.</returns>
    public string OpenForPassword(string hash, bool stay) => sessions.Open(KindOf(stay), OfPassword(hash));

    public void OpenForLink(HttpContext context)
    {
        var token = sessions.Open(SessionKind.Link, CredentialOf(config.Current.Page), ConnectionSlots.UserOf(context));
        SetCookie(context, token, SessionKind.Link);
    }

    public void SetCookie(HttpContext context, string token, bool stay) => SetCookie(context, token, KindOf(stay));

    /// <summary>The browser forgets a cookie when its time is over: that of a session which is prolonged is sent again.</summary>
    public void RenewCookie(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is { } token && Find(context) == SessionKind.Link)
            SetCookie(context, token, SessionKind.Link);
    }

    public void End(HttpContext context)
    {
        sessions.Close(context.Request.Cookies[Cookie]);
        context.Response.Cookies.Delete(Cookie, Options(context, null));
    }

    /// <summary>
    /// Whoever took the password away or changed the API key on the page may stay there; all other sessions end. A new password must be entered.
    /// </summary>
    public void Keep(HttpContext context, PageConfig was, PageConfig now)
    {
        var user = ConnectionSlots.UserOf(context);
        if (page.IsOnLoopback && now.PasswordHash.Length == 0 && LocalUser.MayBeOwner(user) && CredentialOf(was) != CredentialOf(now))
            sessions.Rebind(context.Request.Cookies[Cookie], CredentialOf(was), CredentialOf(now), user);
    }

    private string CredentialOf(PageConfig settings) =>
        settings.PasswordHash.Length > 0 ? OfPassword(settings.PasswordHash) : "key " + page.KeyWith(settings);

    private static string OfPassword(string hash) => "password " + hash;

    private static SessionKind KindOf(bool stay) => stay ? SessionKind.Stay : SessionKind.Login;

    private void SetCookie(HttpContext context, string token, SessionKind kind) =>
        context.Response.Cookies.Append(Cookie, token, Options(context, kind == SessionKind.Login ? null : SessionStore.LifeOf(kind)));

    private static CookieOptions Options(HttpContext context, TimeSpan? age) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", IsEssential = true, MaxAge = age };
}
