using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FolderSync.Host.Config;
using FolderSync.Host.Service;

namespace FolderSync.Host.Rest;

/// <summary>
/// Who may ask: programs with the API key; the page in a browser on this computer with its token. Foreign Host names (DNS rebinding),
/// foreign origins and framing are refused before anything else is looked at.
/// </summary>
internal sealed class Gatekeeper(RunningPage page, ConfigStore config)
{
    public const string TokenCookie = "foldersync-token";
    public const string TokenHeader = "X-CSRF-Token";
    private const int MaxTokens = 1000;

    private static readonly ConcurrentDictionary<string, DateTimeOffset> Tokens = new(StringComparer.Ordinal);

    private readonly bool _isLoopback = IsLoopback(HostOf(page.Page.Address));

    /// <summary>A token for a page that is being handed out.</summary>
    public static string NewToken()
    {
        if (Tokens.Count >= MaxTokens && Tokens.MinBy(t => t.Value) is { Key: { } oldest })
            Tokens.TryRemove(oldest, out _);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Tokens[token] = DateTimeOffset.UtcNow;
        return token;
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        SetHeaders(context.Response.Headers);
        if (WhyRefused(context) is var (status, why))
        {
            await Refusals.Text(status, why).ExecuteAsync(context);
            return;
        }
        await next(context);
    }

    private (int Status, string Why)? WhyRefused(HttpContext context)
    {
        var request = context.Request;
        var hasKey = HasKey(request);
        if (!hasKey && _isLoopback && !IsOurHost(request.Host.Host))
            return (403, $"This page is not called '{request.Host.Host}'. If a reverse proxy stands before it, name it under page: allowed-hosts in config.yaml.");
        if (request.Path == "/rest/noauth/health" || hasKey)
            return null;
        if (!_isLoopback)
            return (403, "This interface is reachable from the network and has no password: only programs with the API key (X-API-Key) are answered. Open the page at 127.0.0.1 on the computer itself.");
        if (!request.Path.StartsWithSegments("/rest"))
            return null;
        if (request.Headers.ContainsKey("X-API-Key") || request.Headers.ContainsKey("Authorization"))
            return (403, "The API key is wrong. It stands in config.yaml under page: api-key.");
        if (!IsOurOrigin(request) || !HasToken(request))
            return (403, "Not authorized: send the API key as X-API-Key, or use the page in a browser.");
        return null;
    }

    private bool HasKey(HttpRequest request)
    {
        var given = request.Headers["X-API-Key"].ToString();
        var authorization = request.Headers.Authorization.ToString();
        if (given.Length == 0 && authorization.StartsWith("Bearer ", StringComparison.Ordinal))
            given = authorization["Bearer ".Length..];
        var key = page.FromCommandLine ? page.Page.ApiKey : config.Current.Page.ApiKey.Length > 0 ? config.Current.Page.ApiKey : page.Page.ApiKey;
        return given.Length > 0 && key.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(key));
    }

    private bool IsOurHost(string host) =>
        IsLoopback(host) || config.Current.Page.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool IsOurOrigin(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site && site is not ("same-origin" or "none"))
            return false;
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == request.Host.Value);
    }

    /// <remarks>
    /// A foreign page can neither read a token nor send this header. The cookie only brings the token to the page: cookies are shared by
    /// all ports of a host, so that of another service on this computer may have taken its place since.
    /// </remarks>
    private static bool HasToken(HttpRequest request)
    {
        var sent = request.Headers[TokenHeader].ToString();
        return sent.Length > 0 && Tokens.ContainsKey(sent);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
    }

    private static string HostOf(string address) => ConfigAddress.TrySplit(address, out var host, out _) ? host : address;

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ||
        (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
