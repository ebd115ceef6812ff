using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Core.Model;
using Arm = System.Runtime.Intrinsics.Arm;
using X86 = System.Runtime.Intrinsics.X86;

namespace FolderSync.Network.Tls;

/// <summary>TLS by .NET's SslStream, that is OpenSSL on Linux.</summary>
internal sealed class SslStreamTls(DeviceIdentity identity) : ITlsStack
{
    private static readonly SslApplicationProtocol s_bep = new("bep/1.0");
    private static readonly CipherSuitesPolicy? s_suites = OperatingSystem.IsLinux() ? PreferredSuites() : null;

    // Offline: else building the context may fetch what the certificate's AIA extension names.
    private readonly SslStreamCertificateContext _own = SslStreamCertificateContext.Create(identity.CertificateWithKey, null, offline: true);

    public string Name => TlsStacks.SslStream;

    public Task<TlsSession> ServerAsync(Stream raw, CancellationToken cancellation)
    {
        var peer = new PeerCertificate();
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _own,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [s_bep],
            AllowRenegotiation = false,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = ChainPolicy(),
            RemoteCertificateValidationCallback = peer.Take,
            CipherSuitesPolicy = s_suites,
        };
        return HandshakeAsync(raw, peer, (tls, token) => tls.AuthenticateAsServerAsync(options, token), cancellation);
    }

    public Task<TlsSession> ClientAsync(Stream raw, CancellationToken cancellation)
    {
        var peer = new PeerCertificate();
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "",
            ClientCertificateContext = _own,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [s_bep],
            AllowRenegotiation = false,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = ChainPolicy(),
            RemoteCertificateValidationCallback = peer.Take,
            CipherSuitesPolicy = s_suites,
        };
        return HandshakeAsync(raw, peer, (tls, token) => tls.AuthenticateAsClientAsync(options, token), cancellation);
    }

    private static async Task<TlsSession> HandshakeAsync(
        Stream raw, PeerCertificate peer, Func<SslStream, CancellationToken, Task> authenticate, CancellationToken cancellation)
    {
        var tls = new ClosingSslStream(raw);
        try
        {
            await authenticate(tls, cancellation).ConfigureAwait(false);
            if (peer.Id is not { } id)
                throw new TransportException(TlsFailure.NoCertificate);
            if (tls.NegotiatedApplicationProtocol != s_bep)
                throw new TransportException(TlsFailure.NoBep);
            return new TlsSession(tls, id, $"TLS1.3-{tls.NegotiatedCipherSuite}");
        }
        catch (Exception e)
        {
            // A refusal's alert gets its time to arrive; a cancelled handshake ends at once.
            if (e is not OperationCanceledException)
                await raw.DisposeAsync().ConfigureAwait(false);
            tls.Dispose();
            if (!TlsFailure.IsHandshakeFault(e))
                throw;
            throw TlsFailure.ToTransportException(e, peer.WasMissing);
        }
    }

    /// <summary>No root is trusted, nothing is fetched, every flaw is forgiven: the device ID decides, later and elsewhere.</summary>
    private static X509ChainPolicy ChainPolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    [SupportedOSPlatform("linux")]
    private static CipherSuitesPolicy PreferredSuites()
    {
        var (aes128, aes256, chacha) = (TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256);
        return X86.Aes.IsSupported || Arm.Aes.IsSupported ? new([aes128, chacha, aes256]) : new([chacha, aes128, aes256]);
    }

    private sealed class PeerCertificate
    {
        public DeviceId? Id { get; private set; }

        public bool WasMissing { get; private set; }

        public bool Take(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            WasMissing = certificate is null;
            Id = certificate is null ? null : new DeviceId(SHA256.HashData(certificate.GetRawCertData()));
            return !WasMissing;
        }
    }

    /// <summary>Says close_notify when it is disposed of, without letting a peer that doesn't read delay the end for long.</summary>
    private sealed class ClosingSslStream(Stream raw) : SslStream(raw, leaveInnerStreamOpen: false)
    {
        public override async ValueTask DisposeAsync()
        {
            try
            {
                await ShutdownAsync().WaitAsync(TlsStacks.CloseNotifyPatience).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or TimeoutException or InvalidOperationException or NotSupportedException or CryptographicException)
            {
                // The connection is broken, or a write is under way: it ends without the farewell.
            }

            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
