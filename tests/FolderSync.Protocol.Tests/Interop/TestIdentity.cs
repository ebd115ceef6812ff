using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Core.Model;

namespace FolderSync.Protocol.Tests.Interop;

/// <summary>A test device: a self-signed P-256 certificate, and TLS with it.</summary>
internal sealed class TestIdentity : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public TestIdentity()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=syncthing", key, HashAlgorithmName.SHA256);
        _certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(79));
        Id = new DeviceId(SHA256.HashData(_certificate.RawData));
    }

    public DeviceId Id { get; }

    public async Task<Stream> DialAsync(int port, CancellationToken cancellation)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, cancellation);
        client.NoDelay = true;
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "syncthing",
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [new SslApplicationProtocol("bep/1.0")],
                ClientCertificateContext = SslStreamCertificateContext.Create(_certificate, null, offline: true),
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                AllowTlsResume = false,
            },
            cancellation);
        return tls;
    }

    public void Dispose() => _certificate.Dispose();
}
