using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Engine;

namespace FolderSync.Api.Access;

/// <summary>What came of a name and a password.</summary>
/// <param name="Session">The new session's token; null where none was opened.</param>
/// <param name="Wait">Not looked at: so long nothing from there is.</param>
internal readonly record struct LoginResult(bool IsRight, string? Session, TimeSpan Wait);

/// <summary>Checks passwords: each attempt is told of, wrong ones make their address wait, and checking never takes more than a part of the computer.</summary>
internal sealed class LoginGate(ConfigStore config, ISyncEngine engine, Sessions sessions, TimeProvider time, ILogger<LoginGate> log) : IDisposable
{
    private const int AtOnce = 2;
    private const int MaxWaiting = 16;
    private const int MaxRemembered = 64;

    private readonly LoginBackoff _backoff = new(time);
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Credentials that were right, as a keyed hash, with the password hash they were right for: clients send them with each request.</summary>
    private readonly ConcurrentDictionary<string, string> _right = new(StringComparer.Ordinal);
    private int _waiting;

    public bool IsPasswordSet => config.Current.Page.PasswordHash.Length > 0;

    /// <summary>A login: opens a session.</summary>
    public Task<LoginResult> LogInAsync(HttpContext context, string user, string password, bool stay) => TryAsync(context, user, password, stay);

    /// <summary>Credentials that come with a request; a session is opened the first time only.</summary>
    public Task<LoginResult> CheckAsync(HttpContext context, string user, string password) =>
        _right.TryGetValue(KeyOf(user, password), out var hash) && hash == config.Current.Page.PasswordHash && hash.Length > 0
            ? Task.FromResult(new LoginResult(true, null, TimeSpan.Zero))
            : TryAsync(context, user, password, stay: false);

    public void Dispose() => _slots.Dispose();

    private async Task<LoginResult> TryAsync(HttpContext context, string user, string password, bool stay)
    {
        var page = config.Current.Page;
        var from = ClientAddress.Of(context, page);
        if (_backoff.WaitOf(from.Address) is { Ticks: > 0 } wait)
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
                // Others from there may have been wrong while this one waited.
                if (_backoff.WaitOf(from.Address) is { Ticks: > 0 } late)
                    return new LoginResult(false, null, late);
                var matches = await Task.Run(() => Password.Verify(password, page.PasswordHash));
                right = matches & IsUser(user, page.User);
                if (right)
                    _backoff.NoteRight(from.Address);
                else
                    _backoff.NoteWrong(from.Address);
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
        Tell(from, user, right);
        if (!right)
            return new LoginResult(false, null, TimeSpan.Zero);
        if (_right.Count >= MaxRemembered)
            _right.Clear();
        _right[KeyOf(user, password)] = page.PasswordHash;
        return new LoginResult(true, sessions.Open(page.PasswordHash, stay), TimeSpan.Zero);
    }

    private void Tell(ClientAddress from, string user, bool right)
    {
        var shown = user.Length > 100 ? user[..100] : user;
        if (right)
            Log.LoggedIn(log, shown, from.Address);
        else
            Log.WrongLogin(log, shown, from.Address);
        engine.Events.Publish(new ServiceEvent.LoginAttempted(from.Address.ToString(), shown, right, from.Proxy?.ToString()));
    }

    /// <summary>Where no name is configured, the password alone is asked.</summary>
    private static bool IsUser(string given, string wanted) =>
        wanted.Length == 0 || CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));

    private string KeyOf(string user, string password) => Convert.ToHexString(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(user + "\0" + password)));
}

/// <summary>Where a request comes from.</summary>
/// <param name="Proxy">The reverse proxy that brought it, if one.</param>
internal readonly record struct ClientAddress(IPAddress Address, IPAddress? Proxy)
{
    /// <summary>
    /// A proxy's word is taken only where one is configured and it is on this computer, and only the last address it names: those before it are
    /// whatever the client wrote.
    /// </summary>
    public static ClientAddress Of(HttpContext context, PageConfig page)
    {
        var remote = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (page.AllowedHosts.IsEmpty || !IPAddress.IsLoopback(remote) || context.Request.Headers["X-Forwarded-For"].ToString() is not { Length: > 0 } forwarded)
            return new ClientAddress(remote, null);
        return IPAddress.TryParse(forwarded.Split(',')[^1].Trim(), out var client) ? new ClientAddress(client, remote) : new ClientAddress(remote, null);
    }
}
