using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Index.Tests;

/// <summary>The index contract in its simplest form: computes every result from all entries.</summary>
internal sealed class NaiveIndex
{
    public Dictionary<(DeviceId Device, FileName Name), FileEntry> Entries { get; } = [];

    public Dictionary<DeviceId, (ulong IndexId, long Max)> Remotes { get; } = [];

    public long Sequence { get; private set; }

    private static DeviceId Self => Testing.Entries.Self;

    public IEnumerable<FileName> Names => Entries.Keys.Select(k => k.Name).Distinct().Order();

    public NaiveIndex Copy()
    {
        var copy = new NaiveIndex { Sequence = Sequence };
        foreach (var (key, entry) in Entries)
            copy.Entries.Add(key, entry);
        foreach (var (device, state) in Remotes)
            copy.Remotes.Add(device, state);
        return copy;
    }

    public void CommitLocal(IEnumerable<FileEntry> entries)
    {
        foreach (var e in entries)
            Entries[(Self, e.Name)] = e with { Sequence = ++Sequence };
    }

    public void Refresh(IEnumerable<FileEntry> entries)
    {
        foreach (var e in entries)
        {
            if (Entries.TryGetValue((Self, e.Name), out var known) && known.Version == e.Version)
                Entries[(Self, e.Name)] = known with { Disk = e.Disk, PreHashes = e.PreHashes };
        }
    }

    public void CommitRemote(DeviceId device, ulong indexId, IEnumerable<FileEntry> entries, bool reset)
    {
        if (reset || (Remotes.TryGetValue(device, out var old) && old.IndexId != indexId))
            Drop(device);
        var max = Remotes.TryGetValue(device, out var known) ? known.Max : 0;
        foreach (var e in entries)
        {
            Entries[(device, e.Name)] = e with { Invalid = e.IsInvalid, LocalFlags = LocalFlags.None, Disk = default, PreHashes = default };
            max = Math.Max(max, e.Sequence);
        }
        Remotes[device] = (indexId, max);
    }

    public void Drop(DeviceId device)
    {
        foreach (var key in Entries.Keys.Where(k => k.Device == device).ToList())
            Entries.Remove(key);
        Remotes.Remove(device);
    }

    public FileEntry? Find(DeviceId device, FileName name) => Entries.GetValueOrDefault((device, name));

    public List<(DeviceId Device, FileEntry Entry)> Versions(FileName name) =>
        Entries.Where(e => e.Key.Name == name).OrderBy(e => e.Key.Device).Select(e => (e.Key.Device, e.Value)).ToList();

    public FileEntry? Global(FileName name) => Versions(name) is { Count: > 0 } all ? all[GlobalVersion.Choose(all.ConvertAll(v => v.Entry), all.FindIndex(v => v.Device == Self))].Entry : null;

    public bool IsNeeded(DeviceId device, FileName name) => Need.IsNeeded(Find(device, name), Global(name)!);

    public Counts NeedOf(DeviceId device) => Sum(Names.Where(n => IsNeeded(device, n)).Select(n => Global(n)!));

    public Counts GlobalCounts() => Sum(Names.Select(n => Global(n)!).Where(g => !g.IsInvalid));

    public Counts LocalCounts() => Sum(Local.Where(e => !e.Invalid && (e.LocalFlags & ~LocalFlags.ReceiveOnlyChanged) == 0));

    public Counts ReceiveOnlyCounts() => Sum(Local.Where(e => (e.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0));

    /// <summary>This device's entries in tree order.</summary>
    public IEnumerable<FileEntry> Local => Entries.Where(e => e.Key.Device == Self).Select(e => e.Value).OrderBy(e => e.Name);

    private static Counts Sum(IEnumerable<FileEntry> entries) => entries.Aggregate(default(Counts), (sum, e) => sum + Counts.Of(e));
}
