using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Network.Identity;
using FolderSync.Network.Tcp;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.X509;

namespace FolderSync.Network.Tests;

/// <summary>Identities with every kind of key, created once.</summary>
internal static class Identities
{
    public static readonly string[] Kinds = ["P-256", "P-384", "P-521", "RSA-3072", "Ed25519"];

    private static readonly Dictionary<string, Lazy<DeviceIdentity>> s_cache = Kinds.ToDictionary(k => k, k => new Lazy<DeviceIdentity>(() => Make(k)));

    public static DeviceIdentity A { get; } = DeviceIdentity.Create();

    public static DeviceIdentity B { get; } = DeviceIdentity.Create();

    public static DeviceIdentity Of(string kind) => s_cache[kind].Value;

    /// <summary>A P-256 identity whose certificate <paramref name="change"/> modifies.</summary>
    public static DeviceIdentity Odd(Action<CertificateRequest> change, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=syncthing", key, HashAlgorithmName.SHA256);
        change(request);
        using var certificate = request.CreateSelfSigned(from, to);
        return DeviceIdentity.Load(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static DeviceIdentity Make(string kind)
    {
        if (kind == "Ed25519")
            return NewEd25519();
        if (kind.StartsWith("RSA", StringComparison.Ordinal))
        {
            using var rsa = RSA.Create(int.Parse(kind[4..]));
            using var signed = Sign(new CertificateRequest("CN=syncthing", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            return DeviceIdentity.Load(signed.ExportCertificatePem(), rsa.ExportRSAPrivateKeyPem());
        }

        using var ec = ECDsa.Create(kind switch { "P-256" => ECCurve.NamedCurves.nistP256, "P-384" => ECCurve.NamedCurves.nistP384, _ => ECCurve.NamedCurves.nistP521 });
        using var certificate = Sign(new CertificateRequest("CN=syncthing", ec, HashAlgorithmName.SHA256));
        return DeviceIdentity.Load(certificate.ExportCertificatePem(), ec.ExportECPrivateKeyPem());
    }

    private static X509Certificate2 Sign(CertificateRequest request) => request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));

    public static DeviceIdentity NewEd25519()
    {
        var random = KeyMaterial.NewRandom();
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(random));
        var pair = generator.GenerateKeyPair();
        var name = new X509Name("CN=syncthing");
        var certificate = new X509V3CertificateGenerator();
        certificate.SetSerialNumber(BigInteger.One);
        certificate.SetIssuerDN(name);
        certificate.SetSubjectDN(name);
        certificate.SetNotBefore(DateTime.UtcNow.AddDays(-1));
        certificate.SetNotAfter(DateTime.UtcNow.AddYears(1));
        certificate.SetPublicKey(pair.Public);
        certificate.AddExtension(X509Extensions.SubjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.DnsName, "syncthing")));
        var der = certificate.Generate(new Asn1SignatureFactory("Ed25519", pair.Private, random)).GetEncoded();
        return DeviceIdentity.Load(PemEncoding.WriteString("CERTIFICATE", der), PemEncoding.WriteString("PRIVATE KEY", KeyMaterial.ToPkcs8(pair.Private)));
    }
}

/// <summary>Both ends of one TCP connection on loopback.</summary>
internal sealed record Wire(Socket Left, Socket Right) : IDisposable
{
    public Stream LeftStream { get; } = new PeerSocketStream(Left);

    public Stream RightStream { get; } = new PeerSocketStream(Right);

    public static async Task<Wire> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var left = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connecting = left.ConnectAsync(listener.LocalEndPoint!);
        var right = await listener.AcceptAsync();
        await connecting;
        right.NoDelay = true;
        return new Wire(left, right);
    }

    public void Dispose()
    {
        Left.Dispose();
        Right.Dispose();
    }
}

/// <summary>TLS options of a peer that uses .NET's SslStream and follows its own policy.</summary>
internal static class UnknownPeer
{
    public static SslClientAuthenticationOptions Client(DeviceIdentity? identity, params string[] protocols) => new()
    {
        TargetHost = "",
        ClientCertificates = identity is null ? null : [identity.CertificateWithKey],
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
        ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(p => new SslApplicationProtocol(p))],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    public static SslServerAuthenticationOptions Server(DeviceIdentity identity, params string[] protocols) => new()
    {
        ServerCertificate = identity.CertificateWithKey,
        ClientCertificateRequired = true,
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
        ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(p => new SslApplicationProtocol(p))],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };
}
