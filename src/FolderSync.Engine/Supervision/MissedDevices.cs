using FolderSync.Core.Model;

namespace FolderSync.Engine.Supervision;

/// <summary>
/// Devices of which something did not get into the index, while what they announce next would. Once the folder runs again, their connections
/// begin anew from what the index really has. Thread-safe.
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
