namespace FolderSync.Api.Access;

/// <summary>The kinds of requests that admission tells apart.</summary>
internal enum RequestKind
{
    /// <summary>The health check: every client that uses the right Host name gets an answer.</summary>
    Health,

    /// <summary>The files and routes that somebody needs to log in, or to open the page by a link.</summary>
    Login,

    /// <summary>Only with the API key: what a session of the page must not do, such as make links that open more of them.</summary>
    KeyOnly,

    /// <summary>The page at "/": a client without a session is redirected to the page that says how to get one.</summary>
    FrontPage,

    /// <summary>Other files, QR codes and metrics: read only.</summary>
    File,

    Rest,
}

/// <summary>The facts about a request that decide its admission.</summary>
/// <param name="HasKey">The request carries the API key.</param>
/// <param name="HasWrongKey">The request carries a wrong value as its API key.</param>
/// <param name="HasSession">The request carries the cookie of a session: opened by a login if a password is set, otherwise by a link.</param>
/// <param name="OnLoopback">The web server is bound to a loopback address.</param>
/// <param name="IsOurHost">The Host header is one of this computer's names.</param>
/// <param name="IsOurOrigin">The browser doesn't say that the request comes from another site's page.</param>
/// <param name="HasToken">The request carries a CSRF token that one of our pages was given.</param>
internal readonly record struct AccessFacts(
    RequestKind Kind, bool HasKey, bool HasWrongKey, bool OnLoopback, bool IsOurHost, bool PasswordSet, bool HasSession, bool IsOurOrigin, bool HasToken);

internal enum AccessDecision
{
    Granted,
    ForeignHost,
    OpenToNetwork,
    WrongKey,
    KeyNeeded,
    LogIn,
    LoginPage,
    NotOpened,
    OpenPage,
    ForeignOrigin,
    NoToken,
}

/// <summary>Decides which requests are admitted.</summary>
internal static class AccessRules
{
    public static AccessDecision Decide(AccessFacts f)
    {
        if (f.HasKey)
            return AccessDecision.Granted;
        if (f.OnLoopback && !f.IsOurHost)
            return AccessDecision.ForeignHost;
        if (f.Kind == RequestKind.Health)
            return AccessDecision.Granted;
        if (!f.OnLoopback && !f.PasswordSet)
            return AccessDecision.OpenToNetwork;
        if (f.HasWrongKey)
            return AccessDecision.WrongKey;
        if (f.Kind == RequestKind.KeyOnly)
            return AccessDecision.KeyNeeded;
        if (f.Kind == RequestKind.Login)
            return f.IsOurOrigin ? AccessDecision.Granted : AccessDecision.ForeignOrigin;
        if (!f.HasSession)
            return Sessionless(f);
        if (f.Kind != RequestKind.Rest)
            return AccessDecision.Granted;
        return !f.IsOurOrigin ? AccessDecision.ForeignOrigin : f.HasToken ? AccessDecision.Granted : AccessDecision.NoToken;
    }

    private static AccessDecision Sessionless(AccessFacts f) => (f.PasswordSet, f.Kind == RequestKind.FrontPage) switch
    {
        (true, true) => AccessDecision.LoginPage,
        (true, false) => AccessDecision.LogIn,
        (false, true) => AccessDecision.OpenPage,
        (false, false) => AccessDecision.NotOpened,
    };

    /// <summary>The error text of a refused request: what happened and what to do.</summary>
    public static string Explain(AccessDecision admission, string host) => admission switch
    {
        AccessDecision.ForeignHost => $"This page is not called '{host}'. If you use a reverse proxy, add its name under page: allowed-hosts in config.yaml.",
        AccessDecision.OpenToNetwork => "This interface is reachable from the network and has no password: it only answers programs with the API key (X-API-Key). " +
            "Set a password with `foldersync password`, or open the page at 127.0.0.1 on the computer itself.",
        AccessDecision.WrongKey => "The API key is wrong. It is in config.yaml under page: api-key.",
        AccessDecision.KeyNeeded => "This needs the API key (X-API-Key); a session of the page is not enough.",
        AccessDecision.NotOpened => "Not authorized: open the page with `foldersync open` or from the tray, or send the API key as X-API-Key.",
        AccessDecision.LogIn => "Not logged in. Log in on the page, or send the API key as X-API-Key.",
        AccessDecision.ForeignOrigin => "This request comes from another site's page and is refused.",
        _ => "Not authorized: send the API key as X-API-Key, or use the page in a browser.",
    };
}
