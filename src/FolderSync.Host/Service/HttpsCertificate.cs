using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FolderSync.Configuration.Home;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>The page's certificate.</summary>
/// <param name="Warning">What is wrong with the certificate in the home directory and how to fix it, or null.</param>
internal sealed record PageCertificate(X509Certificate2 Certificate, string? Warning) : IDisposable
{
    public void Dispose() => Certificate.Dispose();
}

/// <summary>
/// The page's certificate, stored in the home directory and created if missing. The user may replace it with another one, which is never
/// overwritten: if it can't be used, the page uses a fallback pair of files beside it until it is fixed.
/// </summary>
internal static class HttpsCertificate
{
    private const int ValidDays = 820;
    private const int RenewDays = 30;

    public static PageCertificate LoadOrCreate(HomeDirectory home)
    {
        var files = new Pair(home, "https-cert.pem", "https-key.pem");
        try
        {
            if (!Exists(files.Certificate) && !Exists(files.Key))
                Make(files);
            var loaded = Load(files);
            if (!IsOursAndEnds(loaded))
                return new PageCertificate(loaded, WarningFor(loaded, files));
            loaded.Dispose();
            TryRenew(files);
            loaded = Load(files);
            return new PageCertificate(loaded, WarningFor(loaded, files));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return new PageCertificate(LoadOrCreateFallback(home), WhatToDo(files, e));
        }
    }

    private static void TryRenew(Pair files)
    {
        try
        {
            Make(files);
        }
        catch (IOException)
        {
            // Some days remain, and other starts will retry.
        }
    }

    private static string WhatToDo(Pair files, Exception e)
    {
        var missing = !Exists(files.Certificate) ? files.Certificate : !Exists(files.Key) ? files.Key : null;
        var why = missing is null ? e.Message : $"'{missing}' is missing.";
        return $"The page's certificate can't be used: {why} The page uses another one meanwhile, so browsers warn. Put a PEM certificate and its unencrypted key, "
            + $"readable by this user, into '{files.Certificate}' and '{files.Key}', or move both away to create new ones; then restart.";
    }

    /// <summary>An expired certificate is its owner's decision: the page works with it, and browsers warn.</summary>
    private static string? WarningFor(X509Certificate2 certificate, Pair files)
    {
        var now = TimeProvider.System.GetUtcNow();
        return certificate.NotAfter < now ? $"The page's certificate '{files.Certificate}' expired on {certificate.NotAfter:yyyy-MM-dd}: browsers refuse it. Put a new one there, or move it and its key away; then restart."
            : certificate.NotBefore > now ? $"The page's certificate '{files.Certificate}' is valid from {certificate.NotBefore:yyyy-MM-dd} only: browsers refuse it until then. Is this computer's clock right?"
            : null;
    }

    /// <summary>True for one that we created and that expires soon; a user's certificate is never replaced.</summary>
    private static bool IsOursAndEnds(X509Certificate2 certificate) =>
        certificate.Subject == certificate.Issuer && certificate.NotAfter - certificate.NotBefore == TimeSpan.FromDays(ValidDays + 1) &&
        certificate.NotAfter < TimeProvider.System.GetUtcNow().AddDays(RenewDays);

    /// <summary>It is stored, so that a browser has to accept it only once; if that fails, it is created for this run.</summary>
    private static X509Certificate2 LoadOrCreateFallback(HomeDirectory home)
    {
        var spare = new Pair(home, "https-spare-cert.pem", "https-spare-key.pem");
        try
        {
            if (Exists(spare.Certificate) && Exists(spare.Key) && Load(spare) is var loaded)
            {
                if (!IsOursAndEnds(loaded))
                    return loaded;
                loaded.Dispose();
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // These two files are FolderSync's own: recreate them.
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Sign(key);
        try
        {
            Write(spare, key, made);
        }
        catch (IOException)
        {
            // The home's disk is full or read-only.
        }
        return Usable(made);
    }

    private static X509Certificate2 Load(Pair files)
    {
        using var loaded = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        return Usable(loaded);
    }

    /// <summary>Schannel doesn't accept a key that lives only in memory.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

    /// <summary>Also true for a dangling link, a directory, or an unreadable file: we may replace none of them.</summary>
    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static void Make(Pair files)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Sign(key);
        Write(files, key, made);
    }

    private static X509Certificate2 Sign(ECDsa key)
    {
        var request = new CertificateRequest($"CN={Dns.GetHostName()}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(Dns.GetHostName());
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(ValidDays));
    }

    private static void Write(Pair files, ECDsa key, X509Certificate2 certificate)
    {
        DurableFile.Write(files.Key, key.ExportPkcs8PrivateKeyPem() + "\n");
        DurableFile.Write(files.Certificate, certificate.ExportCertificatePem() + "\n");
    }

    private readonly record struct Pair(string Certificate, string Key)
    {
        public Pair(HomeDirectory home, string certificate, string key)
            : this(Path.Combine(home.Path, certificate), Path.Combine(home.Path, key))
        {
        }
    }
}
