using System.Security.Cryptography;
using System.Text;

namespace FolderSync.Api.Access;

/// <summary>
/// The login sessions. Bounded: the oldest is dropped. A session is valid for the password it was opened with, and until the next restart.
/// Thread-safe.
/// </summary>
internal sealed class SessionStore(TimeProvider time)
{
    private const int MaxSessions = 100;

    /// <summary>The maximum lifetime of a session that ends with the browser.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromDays(1);

    /// <summary>The lifetime if the user chose to stay logged in.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();

    /// <summary>Keyed by the token's hash, so that a memory dump contains no usable tokens.</summary>
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <returns>The token for the cookie.</returns>
    public string Open(string passwordHash, bool stay)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var (key, _) in _sessions.Where(s => s.Value.Until <= now).ToList())
                _sessions.Remove(key);
            if (_sessions.Count >= MaxSessions)
                _sessions.Remove(_sessions.MinBy(s => s.Value.Since).Key);
            _sessions[KeyOf(token)] = new Session(passwordHash, now, now + (stay ? Long : Usual));
        }
        return token;
    }

    public bool IsOpen(string? token, string passwordHash)
    {
        if (string.IsNullOrEmpty(token))
            return false;
        lock (_lock)
            return _sessions.TryGetValue(KeyOf(token), out var session) && session.Until > time.GetUtcNow() && session.PasswordHash == passwordHash;
    }

    public void Close(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return;
        lock (_lock)
            _sessions.Remove(KeyOf(token));
    }

    private static string KeyOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private readonly record struct Session(string PasswordHash, DateTimeOffset Since, DateTimeOffset Until);
}
