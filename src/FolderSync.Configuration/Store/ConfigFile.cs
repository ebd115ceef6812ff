using FolderSync.Configuration.Home;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;

namespace FolderSync.Configuration.Store;

/// <summary>A folder in config.yaml.</summary>
/// <param name="With">The devices it is shared with.</param>
public sealed record ConfigFileFolder(FolderId Id, string Label, string Path, IReadOnlyList<DeviceId> With);

/// <summary>A device in config.yaml.</summary>
public sealed record ConfigFileDevice(DeviceId Id, string Name);

/// <summary>config.yaml as used by programs other than the service: commands read it, and change it when no service is running.</summary>
public sealed class ConfigFile : IDisposable
{
    private readonly ConfigStore _store;

    private ConfigFile(ConfigStore store) => _store = store;

    /// <summary>This device's name.</summary>
    public string Name => _store.Current.Engine.Name;

    public IReadOnlyList<ConfigFileFolder> Folders => [.. _store.Current.Engine.Folders.Select(f => new ConfigFileFolder(f.Id, f.Label, f.Path, f.Devices))];

    public IReadOnlyList<ConfigFileDevice> Devices => [.. _store.Current.Engine.Devices.Select(d => new ConfigFileDevice(d.Id, d.Name))];

    /// <param name="self">Needed for changes; null for reading only.</param>
    /// <exception cref="Yaml.ConfigException">Neither the file nor a backup of it is valid.</exception>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static ConfigFile Open(HomeDirectory home, DeviceId? self = null) => new(ConfigStore.Open(home, self));

    /// <param name="name">Null: unchanged.</param>
    /// <param name="addresses">Null: unchanged.</param>
    public Task PutDeviceAsync(DeviceId id, string? name, IReadOnlyList<string>? addresses, CancellationToken cancellation) => _store.UpdateAsync(c =>
    {
        var device = c.Engine.Device(id) ?? new DeviceConfig { Id = id };
        return c.PutDevice(device with { Name = name ?? device.Name, Addresses = addresses is null ? device.Addresses : [.. addresses] });
    }, cancellation);

    public Task RemoveDeviceAsync(DeviceId id, CancellationToken cancellation) => _store.UpdateAsync(c => c.RemoveDevice(id), cancellation);

    /// <summary>Adds the folder, or shares an existing one with these devices.</summary>
    /// <param name="label">For a new folder.</param>
    /// <param name="path">For a new folder.</param>
    /// <param name="type">For a new folder; null: send and receive.</param>
    public Task PutFolderAsync(FolderId id, string? label, string path, FolderType? type, IReadOnlyList<DeviceId> with, CancellationToken cancellation) => _store.UpdateAsync(c =>
    {
        var folder = c.Engine.Folder(id) ?? new FolderConfig { Id = id, Path = path, Label = label ?? "", Type = type ?? FolderType.SendReceive };
        return c.PutFolder(folder with { Devices = [.. with] });
    }, cancellation);

    public Task RemoveFolderAsync(FolderId id, CancellationToken cancellation) => _store.UpdateAsync(c => c.RemoveFolder(id), cancellation);

    /// <param name="hash">Empty: no password and no user.</param>
    /// <param name="user">Null: unchanged.</param>
    /// <returns>The user name required from now on.</returns>
    public async Task<string> SetPasswordAsync(string hash, string? user, CancellationToken cancellation)
    {
        var now = await _store.UpdateAsync(c => c with { Page = c.Page with { PasswordHash = hash, User = hash.Length == 0 ? "" : user ?? c.Page.User } }, cancellation);
        return now.Page.User;
    }

    public void Dispose() => _store.Dispose();
}
