using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Peers;

/// <summary>What all peers share: the configuration, the folders, budgets, and whatever outlives a connection. Thread-safe.</summary>
/// <param name="folders">A configured folder, or null.</param>
internal sealed class PeerContext(EngineParts parts, EventLog events, SharedResources shared, Func<FolderId, IFolderEndpoint?> folders)
{
    /// <summary>What is answered to each device whatever the others leave unread.</summary>
    private const long ServedShare = 2 << 20;

    private EngineConfig _config = new();

    public EngineParts Parts => parts;

    public EventLog Events => events;

    public SharedIdentities Identities => shared.Identities;

    /// <summary>Bytes requested from peers and not yet written.</summary>
    public SharedBudget FetchBytes => shared.FetchBytes;

    /// <summary>Bytes of peers' requests that are being answered, until they are written to the connection.</summary>
    public SharedBudget RequestBytes { get; } = new(64 << 20, ServedShare);

    public FullIndexRequests FullIndexes { get; } = new();

    public FolderOffers Offers { get; } = new(parts, events);

    public EngineConfig Config => Volatile.Read(ref _config);

    public void Apply(EngineConfig config)
    {
        Volatile.Write(ref _config, config);
        RequestBytes.Capacity = config.MaxRequestBytes;
    }

    public IFolderEndpoint? FolderSharedWith(FolderId folder, DeviceId device) =>
        folders(folder) is { } endpoint && endpoint.Config.Devices.Contains(device) ? endpoint : null;

    public IReadOnlyList<IFolderEndpoint> FoldersSharedWith(DeviceId device) =>
        [.. Config.Folders.Where(f => f.Devices.Contains(device)).Select(f => folders(f.Id)).OfType<IFolderEndpoint>()];

    /// <summary>A peer's connection or sharing changed: folders look for work and sources.</summary>
    public void OnPeerChanged(DeviceId device)
    {
        foreach (var folder in FoldersSharedWith(device))
            folder.OnSourcesChanged();
    }
}
