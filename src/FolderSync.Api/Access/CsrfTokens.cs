using System.Security.Cryptography;

namespace FolderSync.Api.Access;

/// <summary>
/// CSRF tokens: each page gets one and sends it back as a header with every request, which no foreign page can do. Bounded: the oldest token is
/// dropped, and its page fetches another. Thread-safe.
/// </summary>
internal sealed class CsrfTokens
{
    private const int MaxTokens = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public string Issue()
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (_lock)
        {
            if (_order.Count >= MaxTokens)
                _tokens.Remove(_order.Dequeue());
            _tokens.Add(token);
            _order.Enqueue(token);
        }
        return token;
    }

    public bool IsValid(string token)
    {
        lock (_lock)
            return token.Length > 0 && _tokens.Contains(token);
    }
}
