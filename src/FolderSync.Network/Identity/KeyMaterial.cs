using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace FolderSync.Network.Identity;

/// <summary>Creates and reads keys and certificates. Uses BouncyCastle throughout, so that every platform supports every key type.</summary>
internal static class KeyMaterial
{
    private static readonly Dictionary<string, string> s_curves = new()
    {
        [SecObjectIdentifiers.SecP256r1.Id] = "ECDSA P-256",
        [SecObjectIdentifiers.SecP384r1.Id] = "ECDSA P-384",
        [SecObjectIdentifiers.SecP521r1.Id] = "ECDSA P-521",
    };

    public static SecureRandom NewRandom() => new(new CryptoApiRandomGenerator());

    /// <summary>A new P-256 key with a self-signed certificate as other devices expect it: CN and SAN "syncthing", valid for 20 years.</summary>
    public static (byte[] CertificateDer, AsymmetricKeyParameter Key) Create(DateTimeOffset now)
    {
        var random = NewRandom();
        var generator = new ECKeyPairGenerator();
        generator.Init(new ECKeyGenerationParameters(SecObjectIdentifiers.SecP256r1, random));
        var pair = generator.GenerateKeyPair();

        var name = new X509Name("CN=syncthing");
        var day = now.UtcDateTime.Date;
        var certificate = new X509V3CertificateGenerator();
        certificate.SetSerialNumber(new BigInteger(63, random).Add(BigInteger.One));
        certificate.SetIssuerDN(name);
        certificate.SetSubjectDN(name);
        certificate.SetNotBefore(day.AddDays(-1));
        certificate.SetNotAfter(day.AddYears(20));
        certificate.SetPublicKey(pair.Public);
        certificate.AddExtension(X509Extensions.KeyUsage, true, new KeyUsage(KeyUsage.DigitalSignature));
        certificate.AddExtension(X509Extensions.ExtendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeID.id_kp_serverAuth, KeyPurposeID.id_kp_clientAuth));
        certificate.AddExtension(X509Extensions.BasicConstraints, true, new BasicConstraints(false));
        certificate.AddExtension(X509Extensions.SubjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.DnsName, "syncthing")));
        return (certificate.Generate(new Asn1SignatureFactory("SHA256withECDSA", pair.Private, random)).GetEncoded(), pair.Private);
    }

    /// <summary>The DER bytes of the first certificate in a PEM text, verbatim.</summary>
    /// <exception cref="InvalidDataException"/>
    public static byte[] ReadCertificate(string pem)
    {
        var text = pem.AsSpan();
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (text[fields.Label] is "CERTIFICATE")
                return Convert.FromBase64String(text[fields.Base64Data].ToString());
            text = text[fields.Location.End..];
        }

        throw new InvalidDataException("The certificate file holds no PEM block \"CERTIFICATE\". Restore cert.pem from a backup.");
    }

    /// <summary>The first private key of a PEM text: PKCS#8, SEC 1 or PKCS#1.</summary>
    /// <exception cref="InvalidDataException"/>
    public static AsymmetricKeyParameter ReadKey(string pem)
    {
        try
        {
            using var reader = new PemReader(new StringReader(pem));
            while (reader.ReadObject() is { } found)
            {
                if (found is AsymmetricCipherKeyPair pair)
                    return pair.Private;
                if (found is AsymmetricKeyParameter { IsPrivate: true } key)
                    return key;
            }
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or GeneralSecurityException)
        {
            var why = pem.Contains("ENCRYPTED", StringComparison.Ordinal) ? "it is encrypted with a password; a device key has none" : "it can't be read";
            throw new InvalidDataException($"The key file is invalid: {why}. Restore key.pem from a backup.", e);
        }

        throw new InvalidDataException("The key file holds no PEM private key. Restore key.pem from a backup.");
    }

    /// <summary>The name of the key's type, such as "ECDSA P-384". Rejects types that TLS can't use.</summary>
    /// <exception cref="InvalidDataException">For other kinds.</exception>
    public static string KindOf(AsymmetricKeyParameter key) => key switch
    {
        ECPrivateKeyParameters ec when ec.PublicKeyParamSet is { } curve && s_curves.TryGetValue(curve.Id, out var name) => name,
        RsaPrivateCrtKeyParameters rsa => $"RSA {rsa.Modulus.BitLength}",
        Ed25519PrivateKeyParameters => "Ed25519",
        _ => throw new InvalidDataException("The key is of a kind that can't be used; use ECDSA P-256, P-384 or P-521, RSA or Ed25519."),
    };

    /// <exception cref="InvalidDataException">The certificate can't be read or belongs to another key.</exception>
    public static void CheckPair(byte[] certificateDer, AsymmetricKeyParameter key)
    {
        AsymmetricKeyParameter shown;
        try
        {
            shown = new X509Certificate(certificateDer).GetPublicKey();
        }
        catch (Exception e) when (e is GeneralSecurityException or IOException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException("The certificate can't be read. Restore cert.pem from a backup.", e);
        }

        if (!shown.Equals(PublicOf(key)))
            throw new InvalidDataException("Certificate and key don't belong together. Restore both from the same backup.");
    }

    public static byte[] ToPkcs8(AsymmetricKeyParameter key) => PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetDerEncoded();

    private static AsymmetricKeyParameter PublicOf(AsymmetricKeyParameter key) => key switch
    {
        ECPrivateKeyParameters ec => new ECPublicKeyParameters(ec.AlgorithmName, ec.Parameters.G.Multiply(ec.D), ec.PublicKeyParamSet),
        RsaPrivateCrtKeyParameters rsa => new RsaKeyParameters(false, rsa.Modulus, rsa.PublicExponent),
        Ed25519PrivateKeyParameters ed => ed.GeneratePublicKey(),
        _ => throw new InvalidDataException("The key is of a kind that can't be used."),
    };
}
