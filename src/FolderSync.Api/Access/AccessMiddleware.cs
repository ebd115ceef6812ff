using System.Text;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Platform;

namespace FolderSync.Api.Access;

/// <summary>
/// Admits programs with the API key, and the page with its session and CSRF token. Refuses foreign Host names (DNS rebinding), foreign origins and
/// framing before it looks at anything else. <see cref="AccessRules"/> decides.
/// </summary>
internal sealed class AccessMiddleware(PageEndpoint page, ConfigStore config, DeviceId self, ApiKey key, PageSessions sessions, CsrfTokens tokens, LoginService login)
{
    public const string TokenCookie = "foldersync-token";
    public const string TokenHeader = "X-CSRF-Token";

    /// <summary>Makes links to the page.</summary>
    private const string KeyOnlyPath = "/rest/foldersync/page/link";

    private static readonly HashSet<string> LoginPaths = new(StringComparer.Ordinal)
    {
        "/login.html", "/login.js", "/login.css", "/" + PageLinks.File, "/open.js", "/style.css", "/icon.svg", "/theme.js", "/meta.js",
        LoginRoutes.Password, LoginRoutes.Link, LoginRoutes.LogOut,
    };

    private readonly bool _isLoopback = page.IsOnLoopback;
    private readonly string _short = self.Short.ToString();

    public bool IsOpenToNetwork => !_isLoopback && !login.IsPasswordSet;

    /// <summary>
    /// Sets the cookie with the page's CSRF token, under our name and under Syncthing's. Only who has a session or the key gets here: the token alone
    /// opens nothing.
    /// </summary>
    public void IssueCsrfToken(HttpContext context)
    {
        sessions.RenewCookie(context);
        var token = tokens.Issue();
        foreach (var name in (string[])[TokenCookie, "CSRF-Token-" + _short])
            context.Response.Cookies.Append(name, token, new CookieOptions { SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", IsEssential = true });
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        SetHeaders(context.Response.Headers);
        var (hasKey, hasWrongKey) = CheckApiKey(context.Request);
        var hasSession = sessions.Find(context) is not null;
        var isOurHost = IsOurHost(context.Request.Host.Host);
        if (!hasKey && !hasWrongKey && !hasSession && login.IsPasswordSet && (isOurHost || !_isLoopback) && ReadBasicCredentials(context.Request) is var (user, password))
        {
            var result = await login.CheckAsync(context, user, password);
            if (!result.Succeeded)
            {
                await RefuseLoginAsync(context, result);
                return;
            }
            if (result.Session is { } session)
                sessions.SetCookie(context, session, stay: false);
            hasSession = true;
        }
        var hasToken = HasToken(context.Request);
        var admission = AccessRules.Decide(new AccessFacts(
            Classify(context.Request), hasKey, hasWrongKey, _isLoopback, isOurHost, login.IsPasswordSet, hasSession, IsOurOrigin(context.Request), hasToken));
        if (admission is AccessDecision.LoginPage or AccessDecision.OpenPage)
            context.Response.Redirect(admission == AccessDecision.LoginPage ? "login.html" : PageLinks.File);
        else if (admission != AccessDecision.Granted)
            await RestErrors.Text(403, AccessRules.Explain(admission, context.Request.Host.Host)).ExecuteAsync(context);
        else
        {
            if (hasKey || hasSession)
                ConnectionSlots.Admit(context);
            if (hasKey)
                SecretAccess.Allow(context);
            await next(context);
        }
    }

    public static Task RefuseLoginAsync(HttpContext context, LoginResult result)
    {
        if (result.Wait <= TimeSpan.Zero)
            return RestErrors.Text(403, "The name or the password is wrong.").ExecuteAsync(context);
        var seconds = (int)Math.Ceiling(result.Wait.TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return RestErrors.Text(429, $"There were too many wrong passwords. Try again in {seconds} s.").ExecuteAsync(context);
    }

    private static RequestKind Classify(HttpRequest request) => Classify(request.Path) is var kind && kind == RequestKind.FrontPage && !IsRead(request) ? RequestKind.File : kind;

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private static RequestKind Classify(PathString path) =>
        path == "/rest/noauth/health" ? RequestKind.Health
        : LoginPaths.Contains(path.Value ?? "") ? RequestKind.Login
        : path.StartsWithSegments(KeyOnlyPath) ? RequestKind.KeyOnly
        : path.StartsWithSegments("/rest") ? RequestKind.Rest
        : path == "/" || path == "/index.html" ? RequestKind.FrontPage
        : RequestKind.File;

    private (bool IsRight, bool IsWrong) CheckApiKey(HttpRequest request)
    {
        var given = request.Headers["X-API-Key"].ToString();
        var authorization = request.Headers.Authorization.ToString();
        if (given.Length == 0 && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            given = authorization["Bearer ".Length..];
        if (given.Length == 0)
            return (false, authorization.Length > 0 && !(login.IsPasswordSet && IsBasic(authorization)));
        var isRight = key.Is(given);
        return (isRight, !isRight);
    }

    private static bool IsBasic(string authorization) => authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase);

    private static (string User, string Password)? ReadBasicCredentials(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!IsBasic(authorization))
            return null;
        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization["Basic ".Length..].Trim(), bytes, out var length))
            return ("", "");
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
    }

    private bool IsOurHost(string host) =>
        PageEndpoint.IsLoopback(host) || config.Current.Page.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool IsOurOrigin(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site && site is not ("same-origin" or "none"))
            // Following a link or a bookmark is not a request of the other site's scripts.
            return HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && !request.Path.StartsWithSegments("/rest");
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == request.Host.Value);
    }

    /// <remarks>
    /// A foreign page can neither read a token nor send this header. The cookie only brings the token to the page and isn't checked: all ports of a
    /// host share cookies, so another service on this computer may have replaced it.
    /// </remarks>
    private bool HasToken(HttpRequest request) =>
        tokens.IsValid(request.Headers[TokenHeader].ToString()) || tokens.IsValid(request.Headers["X-CSRF-Token-" + _short].ToString());

    private void SetHeaders(IHeaderDictionary headers)
    {
        headers["X-Syncthing-Version"] = ProgramVersion.Tag;
        headers["X-Syncthing-ID"] = self.ToString();
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
    }
}
