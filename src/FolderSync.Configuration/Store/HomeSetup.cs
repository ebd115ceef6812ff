using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>A home that is ready: identity and configuration are there.</summary>
/// <param name="Made">One of them was made just now.</param>
public sealed record ReadyHome(DeviceIdentity Identity, IReadOnlyList<string> Warnings, bool Made)
{
    public DeviceId Device => Identity.DeviceId;
}

/// <summary>Makes what a home lacks; what is there is never touched.</summary>
public static class HomeSetup
{
    /// <summary>The device whose home it is; null where it is nobody's yet.</summary>
    /// <exception cref="InvalidDataException">The identity that is there is of no use.</exception>
    /// <exception cref="IOException"/>
    public static DeviceId? DeviceOf(HomeDirectory home) => Directory.Exists(home.Path) ? DeviceIdentity.LoadOrNull(home.Path)?.Identity.DeviceId : null;

    /// <param name="name">The new device's name; null for the computer's.</param>
    /// <exception cref="InvalidDataException">The identity that is there is of no use.</exception>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static async Task<ReadyHome> EnsureAsync(HomeDirectory home, string? name, CancellationToken cancellation)
    {
        home.Make();
        var loaded = DeviceIdentity.LoadOrNull(home.Path);
        var identity = loaded?.Identity ?? DeviceIdentity.Create();
        if (loaded is null)
            await identity.SaveAsync(home.Path, cancellation);
        // Where there was one before, the last good one is in force: an empty one in its place would forget every folder.
        var configured = File.Exists(home.ConfigFile) || loaded is not null && new ConfigBackups(home.ConfigBackups, TimeProvider.System).Texts().Any();
        if (!configured)
        {
            ConfigJsonSchema.WriteTo(home);
            DurableFile.Write(home.ConfigFile, NewConfig.Text(name ?? Environment.MachineName, NewConfig.ApiKey()));
        }
        return new ReadyHome(identity, loaded?.Warnings ?? [], loaded is null || !configured);
    }
}
