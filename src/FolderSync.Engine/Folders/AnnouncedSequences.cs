using System.Text.Json.Serialization;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;

namespace FolderSync.Engine.Folders;

/// <summary>
/// How far a folder's index was announced to each device, by this computer. Recorded before it is sent, so a device that has more of it has that from
/// another computer, which has a copy of this index and counts on from the same sequence. Kept over restarts. Thread-safe.
/// </summary>
internal sealed partial class AnnouncedSequences(EngineParts parts, FolderId folder)
{
    private readonly StoredDocument<StoredSequences> _document = new(parts, $"announced/{folder.Value}", AnnouncedJson.Default.StoredSequences);
    private readonly Lock _lock = new();
    private SortedDictionary<DeviceId, long>? _highest;
    private ulong _indexId;

    /// <summary>Null where nothing is known.</summary>
    public long? To(DeviceId device, ulong indexId)
    {
        lock (_lock)
            return Of(indexId).TryGetValue(device, out var sequence) ? sequence : null;
    }

    /// <summary>The same for all devices, as it is now.</summary>
    public IReadOnlyDictionary<DeviceId, long> ToAll(ulong indexId)
    {
        lock (_lock)
            return new Dictionary<DeviceId, long>(Of(indexId));
    }

    /// <summary>Entries up to that sequence are about to be sent. Blocks.</summary>
    public void Record(DeviceId device, ulong indexId, long sequence)
    {
        lock (_lock)
        {
            var highest = Of(indexId);
            if (highest.TryGetValue(device, out var before) && before >= sequence)
                return;
            highest[device] = sequence;
            Store();
        }
    }

    private SortedDictionary<DeviceId, long> Of(ulong indexId)
    {
        _highest ??= Load();
        if (_indexId != indexId)
            (_highest, _indexId) = ([], indexId);
        return _highest;
    }

    private SortedDictionary<DeviceId, long> Load()
    {
        var highest = new SortedDictionary<DeviceId, long>();
        if (_document.Read() is not { } stored)
            return highest;
        _indexId = stored.Index;
        foreach (var (id, sequence) in stored.Devices)
        {
            if (DeviceIdText.TryParse(id, out var device, out _))
                highest[device] = sequence;
        }
        return highest;
    }

    /// <summary>Where that isn't kept, the index is sent once more after a restart.</summary>
    private void Store() => _document.Write(new StoredSequences(_indexId, _highest!.ToDictionary(h => h.Key.ToString(), h => h.Value)));

    internal sealed record StoredSequences(ulong Index, Dictionary<string, long> Devices);

    [JsonSerializable(typeof(StoredSequences))]
    private sealed partial class AnnouncedJson : JsonSerializerContext;
}
