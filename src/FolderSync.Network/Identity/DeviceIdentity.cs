using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Core.Model;
using FolderSync.Network.Identity;
using Org.BouncyCastle.Crypto;

namespace FolderSync.Network;

/// <summary>This device's certificate and private key; the certificate's SHA-256 is its device ID.</summary>
public sealed class DeviceIdentity
{
    private readonly Lazy<X509Certificate2> _certificateWithKey;

    private DeviceIdentity(byte[] certificateDer, AsymmetricKeyParameter key)
    {
        KeyKind = KeyMaterial.KindOf(key);
        KeyMaterial.CheckPair(certificateDer, key);
        CertificateDer = certificateDer;
        Key = key;
        DeviceId = new DeviceId(SHA256.HashData(certificateDer));
        _certificateWithKey = new Lazy<X509Certificate2>(LoadForSslStream);
    }

    public DeviceId DeviceId { get; }

    /// <summary>Such as "ECDSA P-256", "RSA 3072", "Ed25519".</summary>
    public string KeyKind { get; }

    /// <summary>.NET's SslStream can't load an Ed25519 key; BouncyCastle's TLS can.</summary>
    public bool WorksWithSslStream => KeyKind != "Ed25519";

    /// <summary>The certificate as it is sent to peers.</summary>
    public ReadOnlyMemory<byte> Certificate => CertificateDer;

    internal byte[] CertificateDer { get; }

    internal AsymmetricKeyParameter Key { get; }

    /// <summary>For SslStream. Lives as long as the process; not for Ed25519.</summary>
    internal X509Certificate2 CertificateWithKey => _certificateWithKey.Value;

    /// <summary>A new ECDSA P-256 identity.</summary>
    /// <param name="clock">For the certificate's start date; peers ignore it.</param>
    public static DeviceIdentity Create(TimeProvider? clock = null)
    {
        var (certificate, key) = KeyMaterial.Create((clock ?? TimeProvider.System).GetUtcNow());
        return new DeviceIdentity(certificate, key);
    }

    /// <param name="certPem">A PEM text with a CERTIFICATE block; the first one counts.</param>
    /// <param name="keyPem">PKCS#8, SEC 1 ("EC PRIVATE KEY") or PKCS#1, without a password: ECDSA P-256, P-384, P-521, RSA or Ed25519.</param>
    /// <exception cref="InvalidDataException">Names the invalid one of the two, and why.</exception>
    public static DeviceIdentity Load(string certPem, string keyPem) =>
        new(KeyMaterial.ReadCertificate(certPem), KeyMaterial.ReadKey(keyPem));

    /// <summary>Reads cert.pem and key.pem of a home directory; null when it has neither.</summary>
    /// <exception cref="InvalidDataException">One of the two is missing or invalid.</exception>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static LoadedIdentity? LoadOrNull(string directory) => IdentityFiles.LoadOrNull(directory);

    /// <summary>Writes cert.pem and key.pem durably, readable only by this user from the first byte on.</summary>
    /// <param name="directory">Created with mode 0700 if missing.</param>
    /// <exception cref="IOException">Also thrown when an identity exists: a device ID is never overwritten.</exception>
    /// <exception cref="UnauthorizedAccessException"/>
    public Task SaveAsync(string directory, CancellationToken cancellation = default) => IdentityFiles.SaveAsync(this, directory, cancellation);

    internal string CertificatePem() => PemEncoding.WriteString("CERTIFICATE", CertificateDer) + "\n";

    internal string KeyPem() => PemEncoding.WriteString("PRIVATE KEY", KeyMaterial.ToPkcs8(Key)) + "\n";

    private X509Certificate2 LoadForSslStream()
    {
        if (!WorksWithSslStream)
            throw new NotSupportedException("An Ed25519 identity needs the BouncyCastle TLS stack.");

        using var certificate = X509CertificateLoader.LoadCertificate(CertificateDer);
        var pkcs8 = KeyMaterial.ToPkcs8(Key);
        X509Certificate2 joined;
        if (KeyKind.StartsWith("RSA", StringComparison.Ordinal))
        {
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
            joined = certificate.CopyWithPrivateKey(rsa);
        }
        else
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
            joined = certificate.CopyWithPrivateKey(ecdsa);
        }

        CryptographicOperations.ZeroMemory(pkcs8);
        if (!OperatingSystem.IsWindows())
            return joined;

        // Schannel doesn't take an ephemeral key; a PKCS#12 round trip makes a persisted one.
        using (joined)
            return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pfx), password: null);
    }
}

/// <summary>An identity as read from disk.</summary>
/// <param name="Warnings">Sentences about permissions that are too loose; empty when there are none.</param>
public sealed record LoadedIdentity(DeviceIdentity Identity, IReadOnlyList<string> Warnings);
