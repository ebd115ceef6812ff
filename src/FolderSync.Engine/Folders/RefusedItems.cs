using System.Text.Json.Nodes;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Index;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>
/// What the devices announced of one folder and can't be taken, until they announce it properly: a folder that lacks it must not look in
/// sync, after a restart neither. Bounded: of each device some by name, of the others their number. Thread-safe.
/// </summary>
internal sealed class RefusedItems(IStateStore state, FolderId folder)
{
    /// <summary>Of one device.</summary>
    private const int MostNamed = 100;

    private readonly Lock _lock = new();
    private SortedDictionary<DeviceId, OfDevice>? _devices;

    private string Document => $"refused/{folder.Value}";

    /// <summary>The names known of the device where it has refused items without one here, too: which of those become proper must be counted. Else null.</summary>
    public HashSet<string>? NamedBesideOthers(DeviceId device)
    {
        lock (_lock)
            return Devices().TryGetValue(device, out var its) && its.Unnamed > 0 ? [.. its.Named.Keys] : null;
    }

    /// <summary>Takes a batch's refusals in, and what it sets right off.</summary>
    /// <param name="settled">Names that are proper now and were refused before without being named here.</param>
    /// <returns>How many are refused of the device, before and after.</returns>
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
            var changed = its.Apply(batch, settled, MostNamed) || batch.IsFull;
            if (its.Count > 0)
                _devices![batch.Device] = its;
            else
                _devices!.Remove(batch.Device);
            // Not for each number: a flood must not write without end.
            if (changed)
                Save();
            return (before, its.Count);
        }
    }

    /// <summary>Its index is forgotten, and will be told anew.</summary>
    public void Forget(DeviceId device)
    {
        lock (_lock)
        {
            if (Devices().Remove(device))
                Save();
        }
    }

    /// <summary>For a person: what was refused, of whom, and what helps.</summary>
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
                n.Key, $"{n.Value} {who} announced it so, and it is not taken from there. Ask its user to put that right, or to update the program there.", Permanent: true)));
            if (unnamed > 0)
                problems.Add(new FileProblem("…", $"{unnamed:N0} more entries that {who} sent can't be taken. Ask its user to update the program there.", Permanent: true));
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
        /// <summary>Path → why.</summary>
        public SortedDictionary<string, string> Named { get; } = new(StringComparer.Ordinal);

        public long Unnamed { get; set; }

        public long Count => Named.Count + Unnamed;

        /// <summary>True when other names than before are known.</summary>
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
            var path = refused.FileName?.Value ?? EntryLimits.Shown(refused.Name);
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
