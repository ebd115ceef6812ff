using System.Security.Cryptography;
using System.Text;

namespace FolderSync.Api.Access;

/// <summary>
/// Who is logged in. Bounded: the oldest gives way. A session holds for the password it was opened with; a restart ends all. Thread-safe.
/// </summary>
internal sealed class Sessions(TimeProvider time)
{
    private const int MaxSessions = 100;

    /// <summary>Until the browser is closed, and no longer than this.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromDays(1);

    /// <summary>On a person's own device, where they said so.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();

    /// <summary>By the token's hash: what is in memory opens nothing.</summary>
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
