using FolderSync.Core.Model;

namespace FolderSync.Engine.Peers;

/// <summary>Devices asked for a full index because theirs had a gap. Outlives their connections. Thread-safe.</summary>
internal sealed class FullIndexRequests
{
    private readonly Lock _lock = new();
    private readonly HashSet<(FolderId, DeviceId)> _pending = [];
    private readonly HashSet<(FolderId, DeviceId, ulong)> _requested = [];

    /// <summary>True while the device should send its full index.</summary>
    public bool IsPending(FolderId folder, DeviceId device)
    {
        lock (_lock)
            return _pending.Contains((folder, device));
    }

    /// <summary>True the first time for an index ID: the caller reconnects to get the full index.</summary>
    public bool TryRequestFullIndex(FolderId folder, DeviceId device, ulong indexId)
    {
        lock (_lock)
            return _requested.Add((folder, device, indexId)) && _pending.Add((folder, device));
    }

    public void OnFullIndexReceived(FolderId folder, DeviceId device)
    {
        lock (_lock)
            _pending.Remove((folder, device));
    }
}
