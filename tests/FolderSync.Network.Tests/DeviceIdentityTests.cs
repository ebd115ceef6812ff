using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Network.Tests;

public sealed class DeviceIdentityTests : IDisposable
{
    private readonly string _home = Path.Combine(Path.GetTempPath(), "identity-" + Path.GetRandomFileName());

    public void Dispose()
    {
        if (Directory.Exists(_home))
            Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public void A_new_identity_is_what_other_devices_expect()
    {
        var identity = DeviceIdentity.Create();
        using var certificate = X509CertificateLoader.LoadCertificate(identity.Certificate.Span);
        Assert.Equal("CN=syncthing", certificate.Subject);
        Assert.Equal("CN=syncthing", certificate.Issuer);
        Assert.Equal(["syncthing"], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.Equal("ECDSA P-256", identity.KeyKind);
        Assert.True(certificate.NotBefore < DateTime.Now && certificate.NotAfter > DateTime.Now.AddYears(19));
        Assert.Equal(new DeviceId(SHA256.HashData(identity.Certificate.Span)), identity.DeviceId);
        Assert.NotEqual(identity.DeviceId, DeviceIdentity.Create().DeviceId);
        Assert.Equal(certificate.Thumbprint, identity.CertificateWithKey.Thumbprint);
        Assert.True(identity.CertificateWithKey.HasPrivateKey);
    }

    [Theory]
    [InlineData("P-256", "ECDSA P-256")]
    [InlineData("P-384", "ECDSA P-384")]
    [InlineData("P-521", "ECDSA P-521")]
    [InlineData("RSA-3072", "RSA 3072")]
    [InlineData("Ed25519", "Ed25519")]
    public async Task Every_kind_of_key_survives_the_disk(string kind, string name)
    {
        var identity = Identities.Of(kind);
        Assert.Equal(name, identity.KeyKind);
        await identity.SaveAsync(_home);
        var loaded = DeviceIdentity.LoadOrNull(_home)!;
        Assert.Empty(loaded.Warnings);
        Assert.Equal(identity.DeviceId, loaded.Identity.DeviceId);
        Assert.Equal(["cert.pem", "key.pem"], Directory.GetFiles(_home).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("UserRead, UserWrite", File.GetUnixFileMode(Path.Combine(_home, "key.pem")).ToString().Split(", ").Order().Aggregate((a, b) => $"{a}, {b}"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_home));
        }
    }

    [Fact]
    public void Keys_are_read_as_pkcs8_sec1_and_with_parameters_before_them()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA384).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var cert = "some text before\n" + certificate.ExportCertificatePem();
        string[] forms =
        [
            key.ExportPkcs8PrivateKeyPem(),
            key.ExportECPrivateKeyPem(),
            "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n" + key.ExportECPrivateKeyPem(),
        ];
        Assert.All(forms, form => Assert.Equal("ECDSA P-384", DeviceIdentity.Load(cert, form).KeyKind));
    }

    [Fact]
    public void What_is_of_no_use_says_why()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var strange = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        using var certificate = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var cert = certificate.ExportCertificatePem();
        var encrypted = key.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1));

        AssertSays("belong together", cert, other.ExportPkcs8PrivateKeyPem());
        AssertSays("password", cert, encrypted);
        AssertSays("kind", cert, strange.ExportPkcs8PrivateKeyPem());
        AssertSays("no PEM private key", cert, "");
        AssertSays("no PEM private key", cert, cert);
        AssertSays("CERTIFICATE", "", key.ExportPkcs8PrivateKeyPem());
        AssertSays("certificate can't be read", PemEncoding.WriteString("CERTIFICATE", [1, 2, 3]), key.ExportPkcs8PrivateKeyPem());
        AssertSays("can't be read", cert, PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3]));

        static void AssertSays(string part, string cert, string key) =>
            Assert.Contains(part, Assert.Throws<InvalidDataException>(() => DeviceIdentity.Load(cert, key)).Message);
    }

    [Fact]
    public async Task An_identity_is_never_overwritten_and_half_of_one_is_no_identity()
    {
        Assert.Null(DeviceIdentity.LoadOrNull(_home));
        await Identities.A.SaveAsync(_home);
        await Assert.ThrowsAsync<IOException>(() => Identities.B.SaveAsync(_home));
        Assert.Equal(Identities.A.DeviceId, DeviceIdentity.LoadOrNull(_home)!.Identity.DeviceId);

        File.Delete(Path.Combine(_home, "cert.pem"));
        Assert.Contains("cert.pem is missing", Assert.Throws<InvalidDataException>(() => DeviceIdentity.LoadOrNull(_home)).Message);
    }

    [SkippableFact]
    public async Task Loose_permissions_are_warned_of()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        await Identities.A.SaveAsync(_home);
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(Path.Combine(_home, "key.pem"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        File.SetUnixFileMode(_home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var warnings = DeviceIdentity.LoadOrNull(_home)!.Warnings;
        Assert.Equal(2, warnings.Count);
        Assert.Contains("chmod 600", warnings[0]);
        Assert.Contains("chmod 700", warnings[1]);
    }
}
