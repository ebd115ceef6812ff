using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace FolderSync.Host.Config;

/// <summary>Windows gives a new directory the rights of the one above it: outside the user's profile everybody could read the private key.</summary>
[SupportedOSPlatform("windows")]
internal static class OwnerOnlyDirectory
{
    /// <summary>Makes the directory, for this user, the system and administrators only; one that is there keeps its rights.</summary>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static void Make(string path)
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
