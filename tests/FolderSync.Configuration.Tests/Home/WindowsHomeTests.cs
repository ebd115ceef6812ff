using System.Runtime.Versioning;
using System.Security.Principal;
using FolderSync.Configuration.Home;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Configuration.Tests.Home;

[SupportedOSPlatform("windows")]
public sealed class WindowsHomeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-windows-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [WindowsFact]
    public void A_new_home_is_for_its_owner_only()
    {
        var home = new HomeDirectory(Path.Combine(_directory, "above", "home"));
        home.Create();
        home.Create();
        Assert.True(Directory.Exists(home.Path));
        var security = new DirectoryInfo(home.Path).GetAccessControl();
        var everybody = new SecurityIdentifier(WellKnownSidType.WorldSid, null);
        var users = new SecurityIdentifier(WellKnownSidType.BuiltinUsersSid, null);
        foreach (System.Security.AccessControl.FileSystemAccessRule rule in security.GetAccessRules(true, true, typeof(SecurityIdentifier)))
            Assert.False(rule.IdentityReference.Equals(everybody) || rule.IdentityReference.Equals(users), $"{rule.IdentityReference} has {rule.FileSystemRights}.");
    }
}
