using FolderSync.Configuration.Home;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;

namespace FolderSync.Configuration.Store;

/// <summary>A folder as config.yaml has it.</summary>
/// <param name="With">The devices it is shared with.</param>
public sealed record FolderInFile(FolderId Id, string Label, string Path, IReadOnlyList<DeviceId> With);

/// <summary>A device as config.yaml has it.</summary>
public sealed record DeviceInFile(DeviceId Id, string Name);

/// <summary>config.yaml in the hands of a program that is not the service: what commands read in it, and change where no service runs.</summary>
public sealed class ConfigFile : IDisposable
{
    private readonly ConfigStore _store;

    private ConfigFile(ConfigStore store) => _store = store;

    /// <summary>This device's.</summary>
    public string Name => _store.Current.Engine.Name;

    public IReadOnlyList<FolderInFile> Folders => [.. _store.Current.Engine.Folders.Select(f => new FolderInFile(f.Id, f.Label, f.Path, f.Devices))];

    public IReadOnlyList<DeviceInFile> Devices => [.. _store.Current.Engine.Devices.Select(d => new DeviceInFile(d.Id, d.Name))];

    /// <param name="self">Needed for changes; null where it is only read.</param>
    /// <exception cref="Yaml.ConfigException">Neither the file nor a copy of it is good.</exception>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static ConfigFile Open(HomeDirectory home, DeviceId? self = null) => new(ConfigStore.Open(home, self));

    /// <param name="name">Null: as it is.</param>
    /// <param name="addresses">Null: as they are.</param>
    public Task PutDeviceAsync(DeviceId id, string? name, IReadOnlyList<string>? addresses, CancellationToken cancellation) => _store.UpdateAsync(c =>
    {
        var device = c.Engine.Device(id) ?? new DeviceConfig { Id = id };
        return c.PutDevice(device with { Name = name ?? device.Name, Addresses = addresses is null ? device.Addresses : [.. addresses] });
    }, cancellation);

    public Task RemoveDeviceAsync(DeviceId id, CancellationToken cancellation) => _store.UpdateAsync(c => c.RemoveDevice(id), cancellation);

    /// <summary>Adds the folder, or shares the one that is there with these devices.</summary>
    /// <param name="label">Of a new one.</param>
    /// <param name="path">Of a new one.</param>
    /// <param name="type">Of a new one; null: send and receive.</param>
    public Task PutFolderAsync(FolderId id, string? label, string path, FolderType? type, IReadOnlyList<DeviceId> with, CancellationToken cancellation) => _store.UpdateAsync(c =>
    {
        var folder = c.Engine.Folder(id) ?? new FolderConfig { Id = id, Path = path, Label = label ?? "", Type = type ?? FolderType.SendReceive };
        return c.PutFolder(folder with { Devices = [.. with] });
    }, cancellation);

    public Task RemoveFolderAsync(FolderId id, CancellationToken cancellation) => _store.UpdateAsync(c => c.RemoveFolder(id), cancellation);

    /// <param name="hash">Empty: no password, and no user.</param>
    /// <param name="user">Null: as it is.</param>
    /// <returns>The user's name that is asked for from now on.</returns>
    public async Task<string> SetPasswordAsync(string hash, string? user, CancellationToken cancellation)
    {
        var now = await _store.UpdateAsync(c => c with { Page = c.Page with { PasswordHash = hash, User = hash.Length == 0 ? "" : user ?? c.Page.User } }, cancellation);
        return now.Page.User;
    }

    public void Dispose() => _store.Dispose();
}
