using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Core.Model;
using Arm = System.Runtime.Intrinsics.Arm;
using X86 = System.Runtime.Intrinsics.X86;

namespace FolderSync.Network.Tls;

/// <summary>TLS with .NET's SslStream, which is OpenSSL on Linux.</summary>
internal sealed class SslStreamTls(DeviceIdentity identity) : ITlsStack
{
    public const string StackName = "sslstream";

    private static readonly SslApplicationProtocol s_bep = new("bep/1.0");
    private static readonly CipherSuitesPolicy? s_suites = OperatingSystem.IsLinux() ? PreferredSuites() : null;

    // Offline: building the context could otherwise fetch what the certificate's AIA extension names.
    private readonly SslStreamCertificateContext _own = SslStreamCertificateContext.Create(identity.CertificateWithKey, null, offline: true);

    public string Name => StackName;

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
            // Give an alert time to arrive; end a cancelled handshake at once.
            if (e is not OperationCanceledException)
                await raw.DisposeAsync().ConfigureAwait(false);
            tls.Dispose();
            if (!TlsFailure.IsHandshakeFault(e))
                throw;
            throw TlsFailure.ToTransportException(e, peer.WasMissing);
        }
    }

    /// <summary>Trusts no root, fetches nothing and accepts every flaw: the device ID decides, later and elsewhere.</summary>
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

    /// <summary>
    /// Sends close_notify when disposed, without letting a peer that doesn't read delay the end for long. SSL_shutdown and SSL_free must not run
    /// concurrently with SSL_read or SSL_write (OpenSSL frees the same memory twice and the process dies), and the base class doesn't prevent that.
    /// So this cancels running operations first and awaits their end.
    /// </summary>
    private sealed class ClosingSslStream(Stream raw) : SslStream(raw, leaveInnerStreamOpen: false)
    {
        private readonly Lock _lock = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _still = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _underWay;
        private int _writing;
        private Task? _closing;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Begin(isWrite: false);
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
                return await base.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (IsCalledOff(cancellationToken))
            {
                throw Closed();
            }
            finally
            {
                End(isWrite: false);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Begin(isWrite: true);
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
                await base.WriteAsync(buffer, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (IsCalledOff(cancellationToken))
            {
                throw Closed();
            }
            finally
            {
                End(isWrite: true);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        /// <summary>Closes once, whoever calls first.</summary>
        public override ValueTask DisposeAsync()
        {
            lock (_lock)
            {
                if (_closing is null && _underWay == 0)
                    _still.TrySetResult();
                return new ValueTask(_closing ??= CloseAsync(_writing > 0));
            }
        }

        private async Task CloseAsync(bool isCutShort)
        {
            // Leave the first caller's lock.
            await Task.Yield();
            await _stop.CancelAsync().ConfigureAwait(false);
            try
            {
                await _still.Task.WaitAsync(CloseNotify.Timeout).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                isCutShort = true;
                await InnerStream.DisposeAsync().ConfigureAwait(false);
                await _still.Task.ConfigureAwait(false);
            }
            try
            {
                // After half a record the peer couldn't decode it.
                if (!isCutShort)
                    await ShutdownAsync().WaitAsync(CloseNotify.Timeout).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // The connection is broken: close it without close_notify. OpenSSL's own failures have a type that is internal to the runtime.
            }
            await base.DisposeAsync().ConfigureAwait(false);
        }

        private void Begin(bool isWrite)
        {
            lock (_lock)
            {
                if (_closing is not null)
                    throw Closed();
                _underWay++;
                if (isWrite)
                    _writing++;
            }
        }

        private void End(bool isWrite)
        {
            lock (_lock)
            {
                _underWay--;
                if (isWrite)
                    _writing--;
                if (_underWay == 0 && _closing is not null)
                    _still.TrySetResult();
            }
        }

        private bool IsCalledOff(CancellationToken caller) => _stop.IsCancellationRequested && !caller.IsCancellationRequested;

        private static ObjectDisposedException Closed() => new("The connection was closed on this side.", innerException: null);
    }
}
