using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>The change of the counts by a commit.</summary>
internal sealed class IndexTotals
{
    public Counts Global { get; set; }

    public Counts Local { get; set; }

    public Counts ReceiveOnly { get; set; }

    /// <summary>By slot: how much the device's need differs from that of a device without entries, and how many entries it has.</summary>
    public Dictionary<int, (Counts Correction, long Entries)> Devices { get; } = [];

    public void Add(int slot, int sign, Counts correction)
    {
        var (known, entries) = Devices.GetValueOrDefault(slot);
        Devices[slot] = (sign > 0 ? known + correction : known - correction, entries + sign);
    }

    public IndexState AddTo(IndexState state)
    {
        foreach (var row in state.Devices)
        {
            if (Devices.TryGetValue(row.Slot, out var change) && change != default)
                state = state.With(row with { Entries = row.Entries + change.Entries, NeedCorrection = row.NeedCorrection + change.Correction });
        }
        return state with { Global = state.Global + Global, Local = state.Local + Local, ReceiveOnly = state.ReceiveOnly + ReceiveOnly };
    }
}

/// <summary>Maps devices to slots. A slot is never reused, so a reader of an older snapshot finds its devices.</summary>
internal sealed class DeviceSlots
{
    private volatile Dictionary<int, DeviceId> _devices = [];

    public DeviceId this[int slot] => _devices.TryGetValue(slot, out var device)
        ? device
        : throw new IndexDamagedException($"A record of the index names the device {slot}, which it does not know.");

    public void Add(int slot, DeviceId device) => _devices = new Dictionary<int, DeviceId>(_devices) { [slot] = device };
}
