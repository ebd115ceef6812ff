using System.Security.Authentication;
using Org.BouncyCastle.Tls;

namespace FolderSync.Network.Tls;

/// <summary>Sentences for handshake failures.</summary>
internal static class TlsFailure
{
    public const string NoBep = "The other side doesn't speak the synchronization protocol (no common ALPN protocol \"bep/1.0\").";
    public const string NoCertificate = "The other side sent no certificate.";
    public const string Ended =
        "The connection was closed during the TLS handshake. The other side may not know this device, or may not be a synchronization program.";
    private const string TooOld = "The other side doesn't offer TLS 1.3. Its program is too old; update it there.";
    private const string CertificateRefused = "The other side refused this device's certificate.";

    public static bool IsHandshakeFault(Exception e) =>
        e is AuthenticationException or IOException or InvalidOperationException or NotSupportedException or ObjectDisposedException or TransportException;

    public static TransportException ToTransportException(Exception e, bool certificateMissing = false) => e switch
    {
        TransportException known => known,
        _ when certificateMissing => new TransportException(NoCertificate, e),
        TlsFatalAlert raised => new TransportException(Describe(raised.AlertDescription, raised.Message), e),
        TlsFatalAlertReceived received => new TransportException(DescribeReceived(received.AlertDescription), e),
        IOException when e.GetBaseException() is IOException or System.Net.Sockets.SocketException => new TransportException(Ended, e),
        _ => new TransportException(DescribeText(e.GetBaseException().Message), e),
    };

    private static string Describe(short alert, string otherwise) => alert switch
    {
        AlertDescription.no_application_protocol => NoBep,
        AlertDescription.protocol_version => TooOld,
        AlertDescription.certificate_required => NoCertificate,
        _ => $"The TLS handshake failed: {otherwise}",
    };

    private static string DescribeReceived(short alert) => alert switch
    {
        AlertDescription.bad_certificate or AlertDescription.certificate_required or AlertDescription.certificate_unknown
            or AlertDescription.unsupported_certificate or AlertDescription.certificate_expired or AlertDescription.unknown_ca => CertificateRefused,
        _ => Describe(alert, $"the other side ended it with the alert {AlertDescription.GetName(alert)}"),
    };

    /// <summary>OpenSSL names the alert only in its text.</summary>
    private static string DescribeText(string text)
    {
        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Has("application protocol") || Has("application_protocol"))
            return NoBep;
        if (Has("protocol version") || Has("unsupported protocol") || Has("wrong version"))
            return TooOld;
        return Has("alert") && Has("certificate") ? CertificateRefused : $"The TLS handshake failed: {text}";
    }
}
