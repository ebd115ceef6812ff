using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Engine;

namespace FolderSync.Api.Access;

/// <summary>The result of checking a name and a password.</summary>
/// <param name="Session">The new session's token; null if no session was opened.</param>
/// <param name="Wait">How long passwords from this address are refused unchecked; zero if this one was checked.</param>
internal readonly record struct LoginResult(bool Succeeded, string? Session, TimeSpan Wait);

/// <summary>Checks passwords: reports each attempt, delays an address after wrong ones, and limits the CPU time that hashing takes.</summary>
internal sealed class LoginService(ConfigStore config, ISyncEngine engine, SessionStore sessions, TimeProvider time, ILogger<LoginService> log) : IDisposable
{
    private const int AtOnce = 2;
    private const int MaxWaiting = 16;
    private const int MaxRemembered = 64;

    private readonly LoginBackoff _backoff = new(time);
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Credentials that were right, as a keyed hash, with the password hash they matched: clients send them with each request.</summary>
    private readonly ConcurrentDictionary<string, string> _right = new(StringComparer.Ordinal);
    private int _waiting;

    public bool IsPasswordSet => config.Current.Page.PasswordHash.Length > 0;

    /// <summary>Checks a login and opens a session.</summary>
    public Task<LoginResult> LogInAsync(HttpContext context, string user, string password, bool stay) => TryAsync(context, user, password, stay);

    /// <summary>Checks credentials that come with a request; opens a session the first time only.</summary>
    public Task<LoginResult> CheckAsync(HttpContext context, string user, string password) =>
        _right.TryGetValue(KeyOf(user, password), out var hash) && hash == config.Current.Page.PasswordHash && hash.Length > 0
            ? Task.FromResult(new LoginResult(true, null, TimeSpan.Zero))
            : TryAsync(context, user, password, stay: false);

    public void Dispose() => _slots.Dispose();

    private async Task<LoginResult> TryAsync(HttpContext context, string user, string password, bool stay)
    {
        var page = config.Current.Page;
        var from = ClientAddress.FromRequest(context, page);
        if (_backoff.RemainingDelay(from.Address) is { Ticks: > 0 } wait)
            return new LoginResult(false, null, wait);
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return new LoginResult(false, null, TimeSpan.FromSeconds(1));
        }
        bool right;
        try
        {
            await _slots.WaitAsync(context.RequestAborted);
            try
            {
                // Other attempts from this address may have failed while this one waited.
                if (_backoff.RemainingDelay(from.Address) is { Ticks: > 0 } late)
                    return new LoginResult(false, null, late);
                var matches = await Task.Run(() => Password.Verify(password, page.PasswordHash));
                right = matches & IsUser(user, page.User);
                if (right)
                    _backoff.RecordSuccess(from.Address);
                else
                    _backoff.RecordFailure(from.Address);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        ReportAttempt(from, user, right);
        if (!right)
            return new LoginResult(false, null, TimeSpan.Zero);
        if (_right.Count >= MaxRemembered)
            _right.Clear();
        _right[KeyOf(user, password)] = page.PasswordHash;
        return new LoginResult(true, sessions.Open(page.PasswordHash, stay), TimeSpan.Zero);
    }

    private void ReportAttempt(ClientAddress from, string user, bool right)
    {
        var shown = user.Length > 100 ? user[..100] : user;
        if (right)
            Log.LoggedIn(log, shown, from.Address);
        else
            Log.WrongLogin(log, shown, from.Address);
        engine.Events.Publish(new ServiceEvent.LoginAttempted(from.Address.ToString(), shown, right, from.Proxy?.ToString()));
    }

    /// <summary>If no name is configured, only the password counts.</summary>
    private static bool IsUser(string given, string wanted) =>
        wanted.Length == 0 || CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));

    private string KeyOf(string user, string password) => Convert.ToHexString(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(user + "\0" + password)));
}

/// <summary>The address that a request comes from.</summary>
/// <param name="Proxy">The reverse proxy that forwarded it, if any.</param>
internal readonly record struct ClientAddress(IPAddress Address, IPAddress? Proxy)
{
    /// <summary>
    /// Believes a proxy only if one is configured and it is on this computer, and only the last address it names: the client can write whatever it
    /// likes before that.
    /// </summary>
    public static ClientAddress FromRequest(HttpContext context, PageConfig page)
    {
        var remote = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (page.AllowedHosts.IsEmpty || !IPAddress.IsLoopback(remote) || context.Request.Headers["X-Forwarded-For"].ToString() is not { Length: > 0 } forwarded)
            return new ClientAddress(remote, null);
        return IPAddress.TryParse(forwarded.Split(',')[^1].Trim(), out var client) ? new ClientAddress(client, remote) : new ClientAddress(remote, null);
    }
}
