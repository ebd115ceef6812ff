using System.Text.Json.Nodes;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Index;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Refused items of one folder, until the devices announce them properly: a folder that lacks them must not look in sync, not even after a restart.
/// Bounded: some items of each device by name, the rest as a number. Thread-safe.
/// </summary>
internal sealed class RefusedItems(IStateStore state, FolderId folder)
{
    /// <summary>Of one device.</summary>
    private const int MaxNamed = 100;

    private readonly Lock _lock = new();
    private SortedDictionary<DeviceId, OfDevice>? _devices;

    private string Document => $"refused/{folder.Value}";

    /// <summary>
    /// The device's known names, if some of its refused items are unknown: then it has to be counted which known ones become proper. Otherwise
    /// null.
    /// </summary>
    public HashSet<string>? NamedBesideOthers(DeviceId device)
    {
        lock (_lock)
            return Devices().TryGetValue(device, out var its) && its.Unnamed > 0 ? [.. its.Named.Keys] : null;
    }

    /// <summary>Adds a batch's refusals and removes those that it resolves.</summary>
    /// <param name="settled">Names that are proper now and were refused before without being listed.</param>
    /// <returns>The number of the device's refused items, before and after.</returns>
    public (long Before, long After) Note(RemoteBatch batch, long settled)
    {
        lock (_lock)
        {
            var its = Devices().GetValueOrDefault(batch.Device);
            var before = its?.Count ?? 0;
            if (batch.IsFull)
                its = null;
            if (its is null && batch.RefusedInAll == 0)
            {
                if (before > 0 && _devices!.Remove(batch.Device))
                    Save();
                return (before, 0);
            }
            its ??= new OfDevice();
            var changed = its.Apply(batch, settled, MaxNamed) || batch.IsFull;
            if (its.Count > 0)
                _devices![batch.Device] = its;
            else
                _devices!.Remove(batch.Device);
            // Not for each change of the number: a flood must not cause endless writes.
            if (changed)
                Save();
            return (before, its.Count);
        }
    }

    /// <summary>The device's index is forgotten and will be announced again.</summary>
    public void Forget(DeviceId device)
    {
        lock (_lock)
        {
            if (Devices().Remove(device))
                Save();
        }
    }

    /// <summary>For the user: what was refused, from whom, and how to resolve it.</summary>
    /// <param name="name">A device's name; null for one that no longer shares the folder.</param>
    public IReadOnlyList<FileProblem> Problems(Func<DeviceId, string?> name)
    {
        List<(DeviceId Device, KeyValuePair<string, string>[] Named, long Unnamed)> all;
        lock (_lock)
            all = [.. Devices().Select(d => (d.Key, d.Value.Named.ToArray(), d.Value.Unnamed))];
        var problems = new List<FileProblem>();
        foreach (var (device, named, unnamed) in all)
        {
            if (name(device) is not { } who)
                continue;
            problems.AddRange(named.Select(n => new FileProblem(
                n.Key, $"{n.Value} {who} announced it that way, so it is not synced from there. Ask its user to fix that, or to update the program there.", Permanent: true)));
            if (unnamed > 0)
                problems.Add(new FileProblem("…", $"{unnamed:N0} more entries sent by {who} are not accepted. Ask its user to update the program there.", Permanent: true));
        }
        return problems;
    }

    private SortedDictionary<DeviceId, OfDevice> Devices() => _devices ??= Load();

    private SortedDictionary<DeviceId, OfDevice> Load()
    {
        var devices = new SortedDictionary<DeviceId, OfDevice>();
        if (state.GetDocument(Document) is not { } text || JsonNode.Parse(text) is not JsonObject json)
            return devices;
        foreach (var (id, value) in json)
        {
            if (value is not JsonObject stored || !DeviceIdText.TryParse(id, out var device, out _))
                continue;
            var its = new OfDevice { Unnamed = (long?)stored["unnamed"] ?? 0 };
            foreach (var (path, reason) in stored["named"] as JsonObject ?? [])
                its.Named[path] = (string?)reason ?? "";
            devices[device] = its;
        }
        return devices;
    }

    private void Save()
    {
        var json = new JsonObject();
        foreach (var (device, its) in _devices!)
        {
            var named = new JsonObject();
            foreach (var (path, reason) in its.Named)
                named[path] = reason;
            json[device.ToString()] = new JsonObject { ["unnamed"] = its.Unnamed, ["named"] = named };
        }
        state.PutDocument(Document, json.ToJsonString());
    }

    private sealed class OfDevice
    {
        /// <summary>Path → reason.</summary>
        public SortedDictionary<string, string> Named { get; } = new(StringComparer.Ordinal);

        public long Unnamed { get; set; }

        public long Count => Named.Count + Unnamed;

        /// <summary>True when the known names changed.</summary>
        public bool Apply(RemoteBatch batch, long settled, int mostNamed)
        {
            var changed = false;
            var hadUnnamed = Unnamed > 0;
            Unnamed = Math.Max(0, Unnamed - settled);
            var told = 0;
            var next = 0;
            for (var i = 0; i <= batch.Files.Count; i++)
            {
                for (; next < batch.Refused.Count && batch.Refused[next].Place <= i; next++)
                {
                    if (batch.Refused[next] is not { Name.Length: > 0 } refused)
                        continue;
                    told++;
                    changed |= Add(refused, mostNamed);
                }
                if (i < batch.Files.Count && Named.Count > 0)
                    changed |= Named.Remove(batch.Files[i].Name.Value);
            }
            Unnamed += batch.RefusedInAll - told;
            return changed || hadUnnamed != Unnamed > 0;
        }

        private bool Add(RefusedEntry refused, int mostNamed)
        {
            var path = refused.FileName?.Value ?? EntryLimits.Preview(refused.Name);
            if (Named.TryGetValue(path, out var known) && known == refused.Reason)
                return false;
            if (known is null && Named.Count >= mostNamed)
            {
                Unnamed++;
                return false;
            }
            Named[path] = refused.Reason;
            return true;
        }
    }
}
