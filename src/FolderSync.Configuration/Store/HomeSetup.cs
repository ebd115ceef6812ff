using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>A home directory with identity and configuration.</summary>
/// <param name="Created">One of them was just created.</param>
public sealed record HomeSetupResult(DeviceIdentity Identity, IReadOnlyList<string> Warnings, bool Created)
{
    public DeviceId Device => Identity.DeviceId;
}

/// <summary>Creates what a home directory lacks and never touches what exists.</summary>
public static class HomeSetup
{
    /// <summary>The device of the home directory; null when it has no identity yet.</summary>
    /// <exception cref="InvalidDataException">The existing identity is invalid.</exception>
    /// <exception cref="IOException"/>
    public static DeviceId? DeviceOf(HomeDirectory home) => Directory.Exists(home.Path) ? DeviceIdentity.LoadOrNull(home.Path)?.Identity.DeviceId : null;

    /// <param name="name">The new device's name; null for the computer's name.</param>
    /// <exception cref="InvalidDataException">The existing identity is invalid.</exception>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static async Task<HomeSetupResult> EnsureAsync(HomeDirectory home, string? name, CancellationToken cancellation)
    {
        home.Create();
        var loaded = DeviceIdentity.LoadOrNull(home.Path);
        var identity = loaded?.Identity ?? DeviceIdentity.Create();
        if (loaded is null)
            await identity.SaveAsync(home.Path, cancellation);
        // If there was one before, its last good text is in force: an empty one in its place would forget every folder.
        var configured = File.Exists(home.ConfigFile) || loaded is not null && new ConfigBackups(home.ConfigBackups, TimeProvider.System).Texts().Any();
        if (!configured)
        {
            ConfigJsonSchema.WriteTo(home);
            DurableFile.Write(home.ConfigFile, InitialConfig.Text(name ?? Environment.MachineName, InitialConfig.ApiKey()));
        }
        return new HomeSetupResult(identity, loaded?.Warnings ?? [], loaded is null || !configured);
    }
}
