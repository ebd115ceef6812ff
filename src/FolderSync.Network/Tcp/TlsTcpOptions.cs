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

    /// <summary>
    /// Incoming connections at the same time that haven't sent their Hello. Beyond it, the remote with the most of them loses its oldest.
    /// </summary>
    public int MaxHandshakes { get; init; } = 128;

    /// <summary>
    /// Of these, those of one remote address (IPv6: one /64). Beyond it its oldest is dropped, never the newest: others behind the same address must
    /// get through.
    /// </summary>
    public int MaxHandshakesPerRemote { get; init; } = 48;

    /// <summary>Of these, those of devices that aren't configured, once their handshake is done.</summary>
    public int MaxUnknown { get; init; } = 32;

    /// <summary>The same for one remote address.</summary>
    public int MaxUnknownPerRemote { get; init; } = 16;

    /// <summary>Of these, those of one device, once their handshake is done.</summary>
    public int MaxPerDevice { get; init; } = 4;
}
