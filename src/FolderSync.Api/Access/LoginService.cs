using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Engine;
using FolderSync.Platform;

namespace FolderSync.Api.Access;

/// <summary>The result of checking a name and a password.</summary>
/// <param name="Session">The new session's token; null if no session was opened.</param>
/// <param name="Wait">How long passwords from this address are refused unchecked; zero if this one was checked.</param>
internal readonly record struct LoginResult(bool Succeeded, string? Session, TimeSpan Wait);

/// <summary>Checks passwords: reports each attempt, delays whoever sends wrong ones, and limits the CPU time that hashing takes.</summary>
internal sealed class LoginService(ConfigStore config, ISyncEngine engine, PageSessions sessions, TimeProvider time, ILogger<LoginService> log) : IDisposable
{
    private const int AtOnce = 2;
    private const int MaxWaiting = 16;
    private const int MaxRemembered = 64;

    /// <summary>Lines about wrong passwords in a minute; after that their number.</summary>
    private const int MaxWrongLines = 10;

    private readonly LoginBackoff _backoff = new(time);
    private readonly KnownBrowsers _browsers = new($"foldersync-browser-{engine.Self.Short}");
    private readonly HashingQueue _others = new();

    /// <summary>Of users of this computer and known browsers: however many others log in, they get their turn.</summary>
    private readonly HashingQueue _nearby = new();
    private readonly LogThrottle _wrongLines = new(time, omitted => Log.MoreWrongLogins(log, omitted), MaxWrongLines);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Credentials that were right, as a keyed hash, with the password hash they matched: clients send them with each request.</summary>
    private readonly ConcurrentDictionary<string, string> _right = new(StringComparer.Ordinal);

    public bool IsPasswordSet => config.Current.Page.PasswordHash.Length > 0;

    /// <summary>Checks a login and opens a session.</summary>
    public Task<LoginResult> LogInAsync(HttpContext context, string user, string password, bool stay) => TryAsync(context, From(context), user, password, stay);

    /// <summary>Checks the password again of somebody who is logged in, like a login, but opens no session.</summary>
    public Task<LoginResult> CheckPasswordAsync(HttpContext context, string password) => TryAsync(context, From(context), config.Current.Page.User, password, stay: false, session: false);

    /// <summary>Checks credentials that come with a request; opens a session the first time only.</summary>
    public Task<LoginResult> CheckAsync(HttpContext context, string user, string password)
    {
        var from = From(context);
        return _right.TryGetValue(KeyOf(from, user, password), out var hash) && hash == config.Current.Page.PasswordHash && hash.Length > 0
            ? Task.FromResult(new LoginResult(true, null, TimeSpan.Zero))
            : TryAsync(context, from, user, password, stay: false);
    }

    public void Dispose()
    {
        _others.Turns.Dispose();
        _nearby.Turns.Dispose();
        _wrongLines.Dispose();
    }

    private ClientAddress From(HttpContext context)
    {
        var address = ClientAddress.FromRequest(context, config.Current.Page);
        return _browsers.Find(context) is { } browser ? address with { Key = ClientAddress.KeyOfBrowser(browser) } : address;
    }

    private async Task<LoginResult> TryAsync(HttpContext context, ClientAddress from, string user, string password, bool stay, bool session = true)
    {
        var page = config.Current.Page;
        if (_backoff.RemainingDelay(from.Key) is { Ticks: > 0 } wait)
            return new LoginResult(false, null, wait);
        var queue = from.IsNearby ? _nearby : _others;
        if (!queue.TryEnter())
            return new LoginResult(false, null, TimeSpan.FromSeconds(1));
        bool right;
        try
        {
            await queue.Turns.WaitAsync(context.RequestAborted);
            try
            {
                // Other attempts from this address may have failed while this one waited.
                if (_backoff.RemainingDelay(from.Key) is { Ticks: > 0 } late)
                    return new LoginResult(false, null, late);
                var matches = await Task.Run(() => Password.Verify(password, page.PasswordHash));
                right = matches & IsUser(user, page.User);
                if (right)
                    _backoff.RecordSuccess(from.Key);
                else
                    _backoff.RecordFailure(from.Key);
            }
            finally
            {
                queue.Turns.Release();
            }
        }
        finally
        {
            queue.Leave();
        }
        ReportAttempt(from, user, right);
        if (!right)
            return new LoginResult(false, null, TimeSpan.Zero);
        if (_right.Count >= MaxRemembered)
            _right.Clear();
        _browsers.Remember(context);
        _right[KeyOf(from, user, password)] = page.PasswordHash;
        return new LoginResult(true, session ? sessions.OpenForPassword(page.PasswordHash, stay) : null, TimeSpan.Zero);
    }

    private void ReportAttempt(ClientAddress from, string user, bool right)
    {
        var shown = user.Length > 100 ? user[..100] : user;
        if (right)
            Log.LoggedIn(log, shown, from.Address);
        else if (_wrongLines.TryPass())
            Log.WrongLogin(log, shown, from.Address);
        engine.Events.Publish(new ServiceEvent.LoginAttempted(from.Address.ToString(), shown, right, from.Proxy?.ToString()));
    }

    /// <summary>If no name is configured, only the password counts.</summary>
    private static bool IsUser(string given, string wanted) =>
        wanted.Length == 0 || CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));

    /// <summary>With where they came from: others must not be able to guess by them without being delayed.</summary>
    private string KeyOf(ClientAddress from, string user, string password) =>
        Convert.ToHexString(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"{from.Key}\0{user}\0{password}")));

    /// <summary>Hashing takes CPU time on purpose: a few at once, a few waiting.</summary>
    private sealed class HashingQueue
    {
        private int _entered;

        public SemaphoreSlim Turns { get; } = new(AtOnce);

        public bool TryEnter()
        {
            if (Interlocked.Increment(ref _entered) <= MaxWaiting)
                return true;
            Leave();
            return false;
        }

        public void Leave() => Interlocked.Decrement(ref _entered);
    }
}
