using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FolderSync.Api.Service;
using FolderSync.Index;

namespace FolderSync.Api.Access;

/// <summary>How long a session lasts.</summary>
internal enum SessionKind
{
    /// <summary>A login: until the browser is closed, at most a day.</summary>
    Login,

    /// <summary>A login of a user who chose to stay logged in: 30 days.</summary>
    Stay,

    /// <summary>Opened by a link: a year from its last use on.</summary>
    Link,
}

/// <summary>
/// The page's sessions, kept over restarts. Bounded: the oldest is dropped. A session is valid for the credential it was opened with (the password,
/// or the API key that made the link), and ends when that changes. Thread-safe.
/// </summary>
internal sealed class SessionStore(IStateStore state, TimeProvider time, ILogger<SessionStore> log)
{
    private const int MaxSessions = 100;
    private const string Document = "page-sessions";

    /// <summary>A session is prolonged, and written, once a day only.</summary>
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();

    /// <summary>Keyed by the token's hash, so that neither the file nor a memory dump contains usable tokens.</summary>
    private Dictionary<string, PageSession>? _sessions;

    public static TimeSpan LifeOf(SessionKind kind) => kind switch
    {
        SessionKind.Login => TimeSpan.FromDays(1),
        SessionKind.Stay => TimeSpan.FromDays(30),
        _ => TimeSpan.FromDays(365),
    };

    /// <param name="credential">What the session stands on.</param>
    /// <param name="user">The user of this computer whom it is for; null for any.</param>
    /// <returns>The token for the cookie.</returns>
    public string Open(SessionKind kind, string credential, uint? user = null)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        lock (_lock)
        {
            var (sessions, now) = (Loaded(), time.GetUtcNow());
            foreach (var (key, _) in sessions.Where(s => s.Value.Until <= now).ToList())
                sessions.Remove(key);
            if (sessions.Count >= MaxSessions)
                sessions.Remove(sessions.MinBy(s => s.Value.Until - LifeOf(s.Value.Kind)).Key);
            sessions[HashOf(token)] = new PageSession(kind, HashOf(credential), user, now + LifeOf(kind));
            Save(sessions);
        }
        return token;
    }

    /// <returns>The session's kind, or null if it isn't open.</returns>
    /// <param name="credential">What holds now.</param>
    /// <param name="user">The user of this computer who asks, looked up if the session is for one.</param>
    public SessionKind? Find(string? token, string credential, Func<uint?> user)
    {
        if (string.IsNullOrEmpty(token))
            return null;
        var key = HashOf(token);
        PageSession? session;
        lock (_lock)
        {
            if (!Loaded().TryGetValue(key, out session))
                return null;
        }
        if (session.Until <= time.GetUtcNow() || session.Credential != HashOf(credential) || (session.User is { } owner && user() != owner))
            return null;
        Renew(key, session);
        return session.Kind;
    }

    /// <summary>Lets a session go on as one that was opened by a link, for the new credential.</summary>
    /// <param name="was">The session must be valid for this.</param>
    public void Rebind(string? token, string was, string now, uint? user)
    {
        if (string.IsNullOrEmpty(token))
            return;
        var key = HashOf(token);
        lock (_lock)
        {
            var sessions = Loaded();
            if (!sessions.TryGetValue(key, out var session) || session.Until <= time.GetUtcNow() || session.Credential != HashOf(was))
                return;
            sessions[key] = new PageSession(SessionKind.Link, HashOf(now), user, time.GetUtcNow() + LifeOf(SessionKind.Link));
            Save(sessions);
        }
    }

    public void Close(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return;
        lock (_lock)
        {
            if (Loaded().Remove(HashOf(token)))
                Save(_sessions!);
        }
    }

    private void Renew(string key, PageSession session)
    {
        var until = time.GetUtcNow() + LifeOf(SessionKind.Link);
        if (session.Kind != SessionKind.Link || until - session.Until < RenewalInterval)
            return;
        lock (_lock)
        {
            // It may have been closed or changed meanwhile.
            if (!Loaded().TryGetValue(key, out var present) || present != session)
                return;
            _sessions![key] = session with { Until = until };
            Save(_sessions);
        }
    }

    private Dictionary<string, PageSession> Loaded()
    {
        if (_sessions is not null)
            return _sessions;
        try
        {
            _sessions = state.GetDocument(Document) is { } json ? JsonSerializer.Deserialize(json, SessionJson.Default.DictionaryStringPageSession) : null;
        }
        catch (JsonException)
        {
            // Damaged: everybody opens the page anew.
        }
        return _sessions ??= new Dictionary<string, PageSession>(StringComparer.Ordinal);
    }

    private void Save(Dictionary<string, PageSession> sessions)
    {
        try
        {
            state.PutDocument(Document, JsonSerializer.Serialize(sessions, SessionJson.Default.DictionaryStringPageSession));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SessionsNotKept(log, e.Message);
        }
    }

    private static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <param name="Credential">Its hash.</param>
internal sealed record PageSession(SessionKind Kind, string Credential, uint? User, DateTimeOffset Until);

[JsonSerializable(typeof(Dictionary<string, PageSession>))]
internal sealed partial class SessionJson : JsonSerializerContext;
