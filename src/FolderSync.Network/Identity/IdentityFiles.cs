using System.Runtime.Versioning;
using System.Text;
using FolderSync.Platform;

namespace FolderSync.Network.Identity;

/// <summary>cert.pem and key.pem in the home directory.</summary>
internal static class IdentityFiles
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static string CertificatePath(string directory) => Path.Combine(directory, "cert.pem");

    private static string KeyPath(string directory) => Path.Combine(directory, "key.pem");

    public static LoadedIdentity? LoadOrNull(string directory)
    {
        var certificatePath = CertificatePath(directory);
        var keyPath = KeyPath(directory);
        var (hasCertificate, hasKey) = (File.Exists(certificatePath), File.Exists(keyPath));
        if (!hasCertificate && !hasKey)
            return null;
        if (!hasCertificate || !hasKey)
        {
            var (missing, there) = hasKey ? (certificatePath, keyPath) : (keyPath, certificatePath);
            throw new InvalidDataException($"{missing} is missing while {there} is there. Restore it from a backup, or move the other away to get a new device ID.");
        }

        try
        {
            var identity = DeviceIdentity.Load(File.ReadAllText(certificatePath), File.ReadAllText(keyPath));
            return new LoadedIdentity(identity, OperatingSystem.IsWindows() ? [] : WarningsFor(directory, keyPath));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The identity in {directory} can't be loaded. {e.Message}", e);
        }
    }

    public static async Task SaveAsync(DeviceIdentity identity, string directory, CancellationToken cancellation)
    {
        OwnerOnlyDirectory.Create(directory);
        if (File.Exists(KeyPath(directory)) || File.Exists(CertificatePath(directory)))
            throw new IOException($"{directory} already has an identity. Move cert.pem and key.pem away first; whoever loses them loses the device ID.");

        // The key first: a certificate is useless if a crash loses its key.
        await WriteAsync(KeyPath(directory), identity.KeyPem(), cancellation).ConfigureAwait(false);
        await WriteAsync(CertificatePath(directory), identity.CertificatePem(), cancellation).ConfigureAwait(false);
        DurableName.SyncDirectory(directory);
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellation)
    {
        var temp = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnlyFile.Mode;
        try
        {
            await using (var file = new FileStream(temp, options))
            {
                await file.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temp, path);
        }
        catch
        {
            File.Delete(temp);
            throw;
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static List<string> WarningsFor(string directory, string keyPath)
    {
        List<string> warnings = [];
        if ((File.GetUnixFileMode(keyPath) & Others) != 0)
            warnings.Add($"Others on this computer may read the private key {keyPath}. Run: chmod 600 \"{keyPath}\"");
        if ((File.GetUnixFileMode(directory) & Others) != 0)
            warnings.Add($"Others on this computer may enter {directory}, which holds the private key. Run: chmod 700 \"{directory}\"");
        return warnings;
    }
}
