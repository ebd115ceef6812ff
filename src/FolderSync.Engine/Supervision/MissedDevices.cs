using FolderSync.Core.Model;

namespace FolderSync.Engine.Supervision;

/// <summary>
/// Devices whose announcements didn't all get into the index, although the next ones would. Once the folder runs again, their connections start
/// over from what the index really has. Thread-safe.
/// </summary>
internal sealed class MissedDevices
{
    private readonly Lock _lock = new();
    private readonly SortedSet<DeviceId> _devices = [];

    public void Add(DeviceId device)
    {
        lock (_lock)
            _devices.Add(device);
    }

    public IReadOnlyList<DeviceId> Take()
    {
        lock (_lock)
        {
            List<DeviceId> taken = [.. _devices];
            _devices.Clear();
            return taken;
        }
    }
}
