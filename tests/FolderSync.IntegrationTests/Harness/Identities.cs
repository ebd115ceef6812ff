using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Core.Model;

namespace FolderSync.IntegrationTests.Harness;

public enum KeyKind
{
    /// <summary>FolderSync's default.</summary>
    P256,

    /// <summary>Syncthing 1's default.</summary>
    P384,

    /// <summary>Syncthing 2's default.</summary>
    Ed25519,
}

/// <summary>Creates device identities: cert.pem and key.pem, which FolderSync and Syncthing both read from their home.</summary>
internal static class Identities
{
    /// <param name="home">Created with access for its owner only.</param>
    public static async Task<DeviceId> MakeAsync(string home, KeyKind kind)
    {
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (certificate, key) = (Path.Combine(home, "cert.pem"), Path.Combine(home, "key.pem"));
        if (kind == KeyKind.Ed25519)
            await MakeEd25519Async(certificate, key);
        else
            MakeEcdsa(certificate, key, kind == KeyKind.P256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var pem = File.ReadAllText(certificate);
        var der = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
        return new DeviceId(SHA256.HashData(der));
    }

    private static void MakeEcdsa(string certificate, string key, ECCurve curve)
    {
        using var pair = ECDsa.Create(curve);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("syncthing");
        var request = new CertificateRequest("CN=syncthing", pair, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        File.WriteAllText(certificate, made.ExportCertificatePem() + "\n");
        File.WriteAllText(key, pair.ExportECPrivateKeyPem() + "\n");
    }

    /// <summary>.NET has no Ed25519 keys.</summary>
    private static async Task MakeEd25519Async(string certificate, string key)
    {
        var made = await ChildProcess.RunAsync("openssl",
            ["req", "-x509", "-newkey", "ed25519", "-noenc", "-days", "3650", "-subj", "/CN=syncthing", "-addext", "subjectAltName=DNS:syncthing",
             "-keyout", key, "-out", certificate]);
        if (made.ExitCode != 0)
            throw new InvalidOperationException("openssl made no Ed25519 certificate: " + made.All);
    }
}
