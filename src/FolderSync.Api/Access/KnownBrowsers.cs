using System.Security.Cryptography;
using System.Text;

namespace FolderSync.Api.Access;

/// <summary>
/// Recognises a browser in which somebody has logged in since the service started. Its wrong passwords count for itself, not for its address, so that
/// whoever guesses from the same address doesn't lock it out. It is no credential: the password is needed all the same. Thread-safe.
/// </summary>
internal sealed class KnownBrowsers(string cookie)
{
    private const int NonceLength = 32;
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>What tells this browser from others; null if it isn't known.</summary>
    public string? Find(HttpContext context)
    {
        if (context.Request.Cookies[cookie] is not { Length: > NonceLength } token)
            return null;
        var nonce = token[..NonceLength];
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(nonce)), Encoding.UTF8.GetBytes(token)) ? nonce : null;
    }

    /// <summary>After a login with the right password.</summary>
    public void Remember(HttpContext context)
    {
        if (Find(context) is null)
            context.Response.Cookies.Append(cookie, Sign(RandomNumberGenerator.GetHexString(NonceLength, lowercase: true)), new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
                Path = "/",
                IsEssential = true,
                MaxAge = Life,
            });
    }

    private string Sign(string nonce) => nonce + Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(nonce)));
}
