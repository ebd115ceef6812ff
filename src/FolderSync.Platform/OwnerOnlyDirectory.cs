using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace FolderSync.Platform;

/// <summary>
/// Directories for their owner only. Windows inherits the parent's permissions: outside the user's profile everybody could read the private key.
/// </summary>
public static class OwnerOnlyDirectory
{
    public const UnixFileMode Mode = OwnerOnlyFile.Mode | UnixFileMode.UserExecute;

    /// <summary>Creates the directory, on Windows for this user, the system and administrators. An existing one keeps its permissions.</summary>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            MakeOnWindows(path);
        else
            Directory.CreateDirectory(path, Mode);
    }

    [SupportedOSPlatform("windows")]
    private static void MakeOnWindows(string path)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } above)
            Directory.CreateDirectory(above);
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        using var user = WindowsIdentity.GetCurrent();
        SecurityIdentifier?[] allowed =
        [
            user.User, new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null), new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null),
        ];
        foreach (var who in allowed)
        {
            if (who is not null)
                security.AddAccessRule(new FileSystemAccessRule(who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }
        new DirectoryInfo(path).Create(security);
    }
}
