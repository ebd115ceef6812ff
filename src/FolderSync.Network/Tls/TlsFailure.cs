using System.Security.Authentication;

namespace FolderSync.Network.Tls;

/// <summary>Sentences for what goes wrong in a handshake.</summary>
internal static class TlsFailure
{
    public const string NoBep = "The other side doesn't speak the synchronization protocol (no common ALPN protocol \"bep/1.0\").";
    public const string NoCertificate = "The other side showed no certificate.";
    public const string Ended = "The connection was closed during the TLS handshake. The other side may not know this device, or may be no synchronization program at all.";

    public static bool IsHandshakeFault(Exception e) => e is AuthenticationException or IOException or InvalidOperationException or NotSupportedException or TransportException;

    public static TransportException ToTransportException(Exception e, bool certificateMissing)
    {
        if (e is TransportException known)
            return known;
        if (certificateMissing)
            return new TransportException(NoCertificate, e);
        var inmost = e.GetBaseException();
        if (e is IOException && inmost is IOException or System.Net.Sockets.SocketException)
            return new TransportException(Ended, e);
        var detail = inmost.Message;
        if (detail.Contains("no application protocol", StringComparison.OrdinalIgnoreCase) || detail.Contains("NO_APPLICATION_PROTOCOL", StringComparison.OrdinalIgnoreCase))
            return new TransportException(NoBep, e);
        if (detail.Contains("protocol version", StringComparison.OrdinalIgnoreCase) || detail.Contains("unsupported protocol", StringComparison.OrdinalIgnoreCase))
            return new TransportException("The other side doesn't offer TLS 1.3. Its program is too old; update it there.", e);
        return new TransportException($"The TLS handshake failed: {detail}", e);
    }
}
