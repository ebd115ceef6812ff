using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Host.Config;

namespace FolderSync.Host.Service;

/// <summary>The page's own certificate, kept in the home; made where it is missing. A person may put another one there.</summary>
internal static class HttpsCertificate
{
    private const int ValidDays = 820;
    private const int RenewDays = 30;

    public static X509Certificate2 LoadOrMake(HomeDirectory home)
    {
        var (certificate, key) = (Path.Combine(home.Path, "https-cert.pem"), Path.Combine(home.Path, "https-key.pem"));
        if (!File.Exists(certificate) || !File.Exists(key) || IsOursAndEnds(certificate))
            Make(certificate, key);
        using var loaded = X509Certificate2.CreateFromPemFile(certificate, key);
        // Schannel takes no key that lives in memory only.
        return X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>One that was made here and holds no longer; another's is never replaced.</summary>
    private static bool IsOursAndEnds(string file)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
        return certificate.Subject == certificate.Issuer && certificate.NotAfter - certificate.NotBefore == TimeSpan.FromDays(ValidDays + 1) &&
            certificate.NotAfter < TimeProvider.System.GetUtcNow().AddDays(RenewDays);
    }

    private static void Make(string certificate, string key)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Dns.GetHostName()}", ecdsa, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(Dns.GetHostName());
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(ValidDays));
        DurableFile.Write(key, ecdsa.ExportPkcs8PrivateKeyPem() + "\n");
        DurableFile.Write(certificate, made.ExportCertificatePem() + "\n");
    }
}
