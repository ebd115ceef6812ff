using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Index;

namespace FolderSync.Simulator.Stores;

/// <summary>What survives a crash: the names in tree order, each with every device's entry, and an undo log of what is not durable.</summary>
internal sealed class MemoryFolderIndexStore(DeviceId self, Func<ulong> newIndexId)
{
    private readonly Dictionary<FileName, Row> _byName = [];
    private readonly List<Undo> _undurable = [];
    private readonly SortedDictionary<DeviceId, RemoteIndexState> _remotes = [];
    private readonly SortedDictionary<DeviceId, Counts> _need = [];
    private Undo? _recording;
    private (Counts Local, Counts Global, Counts ReceiveOnly)? _counts;

    public DeviceId Self => self;

    /// <summary>Changes what this device records, as if another history had created it.</summary>
    public Func<FileEntry, FileEntry>? Recording { get; init; }

    public ulong IndexId { get; private set; } = newIndexId();

    public long LocalSequence { get; private set; }

    /// <summary>Sorted by name.</summary>
    public List<Row> Rows { get; } = [];

    /// <summary>Every local commit, ascending by sequence; commits that are no longer a row's local entry are ignored.</summary>
    public List<(long Sequence, Row Row)> Announced { get; } = [];

    public IReadOnlyDictionary<DeviceId, RemoteIndexState> Remotes => _remotes;

    public int UndurableCommits => _undurable.Count;

    public Row? Find(FileName name) => _byName.GetValueOrDefault(name);

    public (Counts Local, Counts Global, Counts ReceiveOnly) Totals()
    {
        if (_counts is { } known)
            return known;
        Counts local = default, global = default, receiveOnly = default;
        foreach (var row in Rows)
        {
            if (row.Global is { IsInvalid: false } g)
                global += Counts.Of(g);
            if (row.Local is not { } l)
                continue;
            if (!l.Invalid && (l.LocalFlags & ~LocalFlags.ReceiveOnlyChanged) == 0)
                local += Counts.Of(l);
            if ((l.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0)
                receiveOnly += Counts.Of(l);
        }
        _counts = (local, global, receiveOnly);
        return _counts.Value;
    }

    public Counts NeedOf(DeviceId device)
    {
        if (_need.TryGetValue(device, out var need))
            return need;
        foreach (var row in Rows)
        {
            if (row.Global is { } global)
                need += Need.Of(row.Find(device), global);
        }
        return _need[device] = need;
    }

    public FileEntry PutLocal(FileEntry entry)
    {
        entry = (Recording?.Invoke(entry) ?? entry) with { Sequence = ++LocalSequence };
        var row = Put(self, entry.Name, entry)!;
        Announced.Add((entry.Sequence, row));
        if (Announced.Count > 64 + (2 * Rows.Count))
            Announced.RemoveAll(a => a.Row.Local?.Sequence != a.Sequence);
        return entry;
    }

    /// <summary>Sets or removes the device's entry of the name. Returns the name's row, or null if no device has the name any more.</summary>
    public Row? Put(DeviceId device, FileName name, FileEntry? entry)
    {
        _counts = null;
        _need.Clear();
        if (!_byName.TryGetValue(name, out var row))
        {
            if (entry is null)
                return null;
            row = new Row(name, self);
            _byName.Add(name, row);
            Rows.Insert(FirstAtOrBehind(name), row);
        }
        _recording?.Entries.Add((device, name, row.Find(device)));
        row.Set(device, entry);
        if (row.Versions.Count > 0)
            return row;
        _byName.Remove(name);
        Rows.RemoveAt(FirstAtOrBehind(name));
        return null;
    }

    public int FirstAtOrBehind(FileName name)
    {
        int low = 0, high = Rows.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Rows[middle].Name.CompareTo(name) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    public void SetRemote(DeviceId device, RemoteIndexState? state)
    {
        _recording?.Remotes.Add((device, _remotes.TryGetValue(device, out var old) ? old : null));
        if (state is { } it)
            _remotes[device] = it;
        else
            _remotes.Remove(device);
    }

    public void RenewIndexId() => IndexId = newIndexId();

    /// <summary>What a copy of its file has.</summary>
    public MemoryFolderIndexStore Copy()
    {
        var copy = new MemoryFolderIndexStore(self, newIndexId) { Recording = Recording, IndexId = IndexId, LocalSequence = LocalSequence };
        foreach (var row in Rows)
        {
            for (var i = 0; i < row.Versions.Count; i++)
                copy.Put(row.Versions[i], row.Name, row.Entries[i]);
        }
        foreach (var (device, state) in _remotes)
            copy.SetRemote(device, state);
        copy.Announced.AddRange(Rows.Where(r => r.Local is not null).OrderBy(r => r.Local!.Sequence).Select(r => (r.Local!.Sequence, copy.Find(r.Name)!)));
        return copy;
    }

    /// <summary>Runs a commit that a crash may lose.</summary>
    public void Undurably(Action commit)
    {
        _recording = new Undo([], []);
        commit();
        _undurable.Add(_recording);
        _recording = null;
    }

    /// <summary>Makes all commits so far durable.</summary>
    public void MakeDurable() => _undurable.Clear();

    public void LoseSuffix(int commits)
    {
        foreach (var undo in Enumerable.Reverse(_undurable).Take(commits))
        {
            foreach (var (device, name, entry) in Enumerable.Reverse(undo.Entries))
                Put(device, name, entry);
            foreach (var (device, state) in Enumerable.Reverse(undo.Remotes))
                SetRemote(device, state);
        }
        _undurable.Clear();
    }

    /// <summary>One name and each device's entry, in the order of device IDs.</summary>
    internal sealed class Row(FileName name, DeviceId self)
    {
        private readonly List<FileEntry> _entries = [];

        public FileName Name => name;

        public List<DeviceId> Versions { get; } = [];

        public IReadOnlyList<FileEntry> Entries => _entries;

        public FileEntry? Local { get; private set; }

        public FileEntry? Global { get; private set; }

        public bool IsNeeded => Global is not null && Need.IsNeeded(Local, Global);

        public FileEntry? Find(DeviceId device)
        {
            var at = Versions.BinarySearch(device);
            return at < 0 ? null : _entries[at];
        }

        public void Set(DeviceId device, FileEntry? entry)
        {
            var at = Versions.BinarySearch(device);
            if (at >= 0 && entry is not null)
            {
                _entries[at] = entry;
            }
            else if (at >= 0)
            {
                Versions.RemoveAt(at);
                _entries.RemoveAt(at);
            }
            else if (entry is not null)
            {
                Versions.Insert(~at, device);
                _entries.Insert(~at, entry);
            }
            if (device == self)
                Local = entry;
            Global = _entries.Count == 0 ? null : _entries[GlobalVersion.Choose(_entries, Versions.BinarySearch(self) is >= 0 and var own ? own : -1)];
        }
    }

    private sealed record Undo(List<(DeviceId Device, FileName Name, FileEntry? Entry)> Entries, List<(DeviceId Device, RemoteIndexState? State)> Remotes);
}
