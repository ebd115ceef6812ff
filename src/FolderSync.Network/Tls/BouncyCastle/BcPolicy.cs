using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Network.Identity;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using X86 = System.Runtime.Intrinsics.X86;

namespace FolderSync.Network.Tls.BouncyCastle;

/// <summary>What client and server share: cipher suites, groups, signature schemes, certificates.</summary>
internal static class BcPolicy
{
    /// <summary>BouncyCastle uses hardware AES-GCM on x86 only; elsewhere ChaCha20 is several times faster.</summary>
    public static readonly int[] Suites = X86.Aes.IsSupported && X86.Pclmulqdq.IsSupported
        ? [CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_CHACHA20_POLY1305_SHA256, CipherSuite.TLS_AES_256_GCM_SHA384]
        : [CipherSuite.TLS_CHACHA20_POLY1305_SHA256, CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_AES_256_GCM_SHA384];

    public static readonly int[] Groups = [NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1, NamedGroup.secp521r1];

    public static readonly ProtocolName Bep = ProtocolName.AsUtf8Encoding("bep/1.0");

    public static List<SignatureAndHashAlgorithm> SignatureAlgorithms() =>
    [
        .. new[]
        {
            SignatureScheme.ed25519, SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384, SignatureScheme.ecdsa_secp521r1_sha512,
            SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
        }.Select(SignatureScheme.GetSignatureAndHashAlgorithm),
    ];

    public static TlsCredentialedSigner Credentials(DeviceIdentity identity, BcCrypto crypto, TlsContext context, byte[] requestContext)
    {
        var entry = new CertificateEntry(new BcTlsCertificate(crypto, identity.CertificateDer), null);
        var algorithm = SignatureScheme.GetSignatureAndHashAlgorithm(SchemeFor(identity.Key));
        return new BcDefaultTlsCredentialedSigner(
            new TlsCryptoParameters(context), crypto, identity.Key, new Certificate(requestContext, [entry]), algorithm);
    }

    public static DeviceId IdentityOf(Certificate chain) => new(SHA256.HashData(((BcPeerCertificate)chain.GetCertificateAt(0)).Raw));

    public static string Describe(int suite) => "TLS1.3-" + suite switch
    {
        CipherSuite.TLS_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite.TLS_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        _ => "TLS_CHACHA20_POLY1305_SHA256",
    };

    private static int SchemeFor(AsymmetricKeyParameter key) => KeyMaterial.KindOf(key) switch
    {
        "ECDSA P-256" => SignatureScheme.ecdsa_secp256r1_sha256,
        "ECDSA P-384" => SignatureScheme.ecdsa_secp384r1_sha384,
        "ECDSA P-521" => SignatureScheme.ecdsa_secp521r1_sha512,
        "Ed25519" => SignatureScheme.ed25519,
        _ => SignatureScheme.rsa_pss_rsae_sha256,
    };
}

/// <summary>BouncyCastle's primitives. Keeps the received bytes of peers' certificates.</summary>
internal sealed class BcCrypto() : BcTlsCrypto(KeyMaterial.NewRandom())
{
    public override TlsCertificate CreateCertificate(short type, byte[] encoding) =>
        type == CertificateType.X509 ? new BcPeerCertificate(this, encoding) : throw new TlsFatalAlert(AlertDescription.unsupported_certificate);
}

/// <summary>A peer's certificate. Its identity is the hash of the received bytes, which parsing and re-encoding could alter.</summary>
internal sealed class BcPeerCertificate(BcTlsCrypto crypto, byte[] encoding) : BcTlsCertificate(crypto, encoding)
{
    public byte[] Raw { get; } = encoding;

    // Unusual certificates are fine: the hash is the identity and the key is proved, whatever its declared usage.
    protected override bool SupportsKeyUsage(int keyUsageBits) => true;
}
