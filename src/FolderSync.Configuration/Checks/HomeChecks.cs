using FolderSync.Configuration.Home;
using FolderSync.Core.Text;
using FolderSync.Network;

namespace FolderSync.Configuration.Checks;

/// <summary>Checks the home directory (it exists, is private and writable, has free space) and the identity in it.</summary>
public static class HomeChecks
{
    private const long LittleRoom = 200L << 20;

    public static IEnumerable<CheckResult> Of(HomeDirectory home)
    {
        if (!Directory.Exists(home.Path))
        {
            yield return CheckResult.Fail("home", $"There is no FolderSync in '{home}'.", $"`foldersync init --home {home}` creates one; or give another home with --home.");
            yield break;
        }
        yield return Permissions(home);
        yield return Writable(home);
        yield return Identity(home);
        var free = FolderChecks.FreeBytes(home.Path);
        if (free is < LittleRoom)
            yield return CheckResult.Fail("home-disk", $"Its disk has {HumanReadable.Bytes(free.Value)} left: indexes and state can't be written soon.", "Free some disk space.");
    }

    private static CheckResult Permissions(HomeDirectory home)
    {
        if (OperatingSystem.IsWindows())
            return CheckResult.Ok("home", $"'{home}' is there.");
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if ((File.GetUnixFileMode(home.Path) & Others) != 0)
            return CheckResult.Warn("home", $"Other users of this computer can look into '{home}'.", $"chmod 700 '{home}'");
        foreach (var name in (string[])["key.pem", "https-key.pem", "config.yaml", "runtime.json"])
        {
            var file = Path.Combine(home.Path, name);
            if (File.Exists(file) && (File.GetUnixFileMode(file) & Others) != 0)
                return CheckResult.Warn("home", $"Other users of this computer can read '{file}', which holds a secret.", $"chmod 600 '{file}'");
        }
        return CheckResult.Ok("home", $"'{home}' exists and is private.");
    }

    private static CheckResult Writable(HomeDirectory home)
    {
        var probe = Path.Combine(home.Path, $".doctor-{Environment.ProcessId}.tmp");
        try
        {
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return CheckResult.Ok("home-write", "It is writable.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Fail("home-write", $"It can't be written: {e.Message}", $"Run this as the user who owns it, or give it back to that user: chown -R USER '{home}'");
        }
    }

    private static CheckResult Identity(HomeDirectory home)
    {
        try
        {
            return DeviceIdentity.LoadOrNull(home.Path) is { } loaded
                ? loaded.Warnings.Count > 0 ? CheckResult.Warn("identity", string.Join(' ', loaded.Warnings), null) : CheckResult.Ok("identity", $"This device is {loaded.Identity.DeviceId.ToString()[..7]}; `foldersync id` prints its ID.")
                : CheckResult.Fail("identity", "There is no cert.pem and key.pem.", "Restore them from a backup to keep this device's identity; `foldersync init` creates new ones.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return CheckResult.Fail("identity", e.Message, "Restore cert.pem and key.pem from a backup to keep this device's identity.");
        }
    }
}
