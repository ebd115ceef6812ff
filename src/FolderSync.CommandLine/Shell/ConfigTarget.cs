using FolderSync.Client;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Core.Model;

namespace FolderSync.CommandLine.Shell;

/// <summary>Where commands change the configuration: in the running service, or in the file if none is running.</summary>
internal interface IConfigTarget : IDisposable
{
    /// <summary>The other devices, without this one.</summary>
    Task<IReadOnlyList<ConfiguredDevice>> DevicesAsync(CancellationToken cancellation);

    Task<IReadOnlyList<ConfiguredFolder>> FoldersAsync(CancellationToken cancellation);

    /// <param name="name">Null: unchanged.</param>
    /// <param name="addresses">Null: unchanged.</param>
    Task PutDeviceAsync(DeviceId id, string? name, IReadOnlyList<string>? addresses, CancellationToken cancellation);

    Task RemoveDeviceAsync(DeviceId id, CancellationToken cancellation);

    /// <param name="with">All devices to share it with.</param>
    Task PutFolderAsync(string id, string? label, string path, FolderType? type, IReadOnlyList<DeviceId> with, CancellationToken cancellation);

    Task RemoveFolderAsync(string id, CancellationToken cancellation);

    /// <summary>What the user should know about how the change was made.</summary>
    string? Note { get; }
}

internal static class ConfigTarget
{
    public static async Task<IConfigTarget> OpenAsync(CliContext context, HomeDirectory home, CancellationToken cancellation)
    {
        var self = context.Self(home);
        return await CliContext.ConnectAsync(home, cancellation) is { } client
            ? new ServiceTarget(client, self)
            : new FileTarget(ConfigFile.Open(home, self), home);
    }

    private sealed class ServiceTarget(ServiceClient client, DeviceId self) : IConfigTarget
    {
        public string? Note => null;

        public async Task<IReadOnlyList<ConfiguredDevice>> DevicesAsync(CancellationToken cancellation) =>
            [.. (await client.DevicesAsync(cancellation)).Where(d => d.DeviceId != self.ToString())];

        public async Task<IReadOnlyList<ConfiguredFolder>> FoldersAsync(CancellationToken cancellation) => await client.FoldersAsync(cancellation);

        public Task PutDeviceAsync(DeviceId id, string? name, IReadOnlyList<string>? addresses, CancellationToken cancellation) => client.PutDeviceAsync(
            new ConfiguredDevice { DeviceId = id.ToString(), Name = name, Addresses = addresses?.ToList() }, cancellation);

        public Task RemoveDeviceAsync(DeviceId id, CancellationToken cancellation) => client.RemoveDeviceAsync(id.ToString(), cancellation);

        public async Task PutFolderAsync(string id, string? label, string path, FolderType? type, IReadOnlyList<DeviceId> with, CancellationToken cancellation)
        {
            List<SharedWith> devices = [.. with.Select(d => new SharedWith { DeviceId = d.ToString() })];
            if ((await client.FoldersAsync(cancellation)).Any(f => f.Id == id))
                await client.ShareFolderAsync(id, devices, cancellation);
            else
                await client.PutFolderAsync(new ConfiguredFolder { Id = id, Label = label, Path = path, Type = NameOf(type), Devices = devices }, cancellation);
        }

        public Task RemoveFolderAsync(string id, CancellationToken cancellation) => client.RemoveFolderAsync(id, cancellation);

        public void Dispose() => client.Dispose();

        private static string NameOf(FolderType? type) => type switch
        {
            FolderType.SendOnly => "sendonly",
            FolderType.ReceiveOnly => "receiveonly",
            _ => "sendreceive",
        };
    }

    private sealed class FileTarget(ConfigFile file, HomeDirectory home) : IConfigTarget
    {
        public string Note => CliContext.RunsWithoutRest(home)
            ? $"FolderSync is running without the REST interface: this was written to '{home.ConfigFile}', which it reloads."
            : $"FolderSync is not running: this was written to '{home.ConfigFile}' and takes effect when it starts.";

        public Task<IReadOnlyList<ConfiguredDevice>> DevicesAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ConfiguredDevice>>(
            [.. file.Devices.Select(d => new ConfiguredDevice { DeviceId = d.Id.ToString(), Name = d.Name })]);

        public Task<IReadOnlyList<ConfiguredFolder>> FoldersAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ConfiguredFolder>>(
        [
            .. file.Folders.Select(f => new ConfiguredFolder
            {
                Id = f.Id.Value,
                Label = f.Label,
                Path = f.Path,
                Devices = [.. f.With.Select(d => new SharedWith { DeviceId = d.ToString() })],
            }),
        ]);

        public Task PutDeviceAsync(DeviceId id, string? name, IReadOnlyList<string>? addresses, CancellationToken cancellation) => file.PutDeviceAsync(id, name, addresses, cancellation);

        public Task RemoveDeviceAsync(DeviceId id, CancellationToken cancellation) => file.RemoveDeviceAsync(id, cancellation);

        public Task PutFolderAsync(string id, string? label, string path, FolderType? type, IReadOnlyList<DeviceId> with, CancellationToken cancellation) =>
            file.PutFolderAsync(new FolderId(id), label, path, type, with, cancellation);

        public Task RemoveFolderAsync(string id, CancellationToken cancellation) => file.RemoveFolderAsync(new FolderId(id), cancellation);

        public void Dispose() => file.Dispose();
    }
}
