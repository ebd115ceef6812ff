namespace FolderSync.Network.Tcp;

/// <summary>Limits and deadlines of TLS over TCP. The defaults are for production; tests shorten them.</summary>
public sealed record TlsTcpOptions
{
    /// <summary>For name resolution and the TCP connection together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the accepted or established TCP connection to the end of the TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Head start of each resolved address over the next one.</summary>
    public TimeSpan ConnectStagger { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Concurrent incoming handshakes; beyond it the oldest one is dropped for the newest.</summary>
    public int MaxHandshakes { get; init; } = 64;

    /// <summary>Concurrent incoming handshakes of one remote address (IPv6: one /64); beyond it new ones are refused.</summary>
    public int MaxHandshakesPerRemote { get; init; } = 16;
}
