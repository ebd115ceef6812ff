using System.Security.Cryptography;
using System.Text;

namespace FolderSync.Api.Access;

/// <summary>What became of a link.</summary>
internal enum LinkState
{
    /// <summary>There is none with this token, or not any more.</summary>
    Unknown,

    Valid,
    Used,
    Expired,
}

/// <summary>
/// The tokens of the links that open the page: each works once and for a short time. Bounded; only their hashes are kept, also of those that have
/// ended, for a while, to say what became of them. Thread-safe.
/// </summary>
internal sealed class LinkTokens(TimeProvider time)
{
    private const int TokenBytes = 32;
    private const int MaxTokens = 64;

    private readonly Lock _lock = new();
    private readonly List<Token> _tokens = [];

    public string Issue(TimeSpan life)
    {
        var text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (_lock)
        {
            if (_tokens.Count >= MaxTokens)
                _tokens.RemoveAt(0);
            _tokens.Add(new Token(HashOf(text), time.GetTimestamp(), life));
        }
        return text;
    }

    /// <summary>Without using it up.</summary>
    public LinkState StateOf(string text)
    {
        lock (_lock)
            return Find(text) is { } token ? StateOf(token) : LinkState.Unknown;
    }

    /// <summary>Uses it up. Of several callers with one token one gets <see cref="LinkState.Valid"/>.</summary>
    public LinkState Redeem(string text)
    {
        lock (_lock)
        {
            if (Find(text) is not { } token)
                return LinkState.Unknown;
            var state = StateOf(token);
            token.IsUsed |= state == LinkState.Valid;
            return state;
        }
    }

    /// <summary>By the monotonic clock: setting the clock must not prolong it.</summary>
    private LinkState StateOf(Token token) =>
        token.IsUsed ? LinkState.Used : time.GetElapsedTime(token.Issued) < token.Life ? LinkState.Valid : LinkState.Expired;

    /// <summary>Compares with each, in constant time.</summary>
    private Token? Find(string text)
    {
        var hash = HashOf(text);
        Token? found = null;
        foreach (var token in _tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(token.Hash, hash))
                found = token;
        }
        return found;
    }

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private sealed class Token(byte[] hash, long issued, TimeSpan life)
    {
        public byte[] Hash => hash;

        public long Issued => issued;

        public TimeSpan Life => life;

        public bool IsUsed { get; set; }
    }
}
