using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// Three devices, one folder, and what people and computers do to it: all from one seed. At the end every line is joined and the oracle is
/// asked: all devices equal, nothing goes on, and no content lost that a person wrote and nobody who had it overwrote or deleted.
/// </summary>
internal sealed class SimulatedHistory
{
    private static readonly string[] Names = ["a", "b", "c", "d/a", "d/b", "d/e/a", "d/e/b", "g/a", "g"];
    private static readonly string[] Directories = ["d", "d/e", "g", "a"];

    private readonly Random _random;
    private readonly int _operations;
    private readonly SimulatedTime _time;
    private readonly SimulatedPump _pump;
    private readonly SimulatedNetwork _network = new();
    private readonly List<SimulatedDevice> _devices = [];
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _released = new(StringComparer.Ordinal);
    private readonly StringBuilder _trace = new();

    /// <summary>Names are spelled in small letters and in capitals, and a device may be unable to hold two spellings of one.</summary>
    private readonly bool _respells;
    private int _next;

    /// <param name="exactTimers">Timers ring on time: the stream of histories that seeds found before they did not.</param>
    /// <param name="hasLongVectors">Every file comes with a version of so many devices that the next edits stand at the limit.</param>
    public SimulatedHistory(int seed, int operations = 40, bool exactTimers = false, bool hasLongVectors = false)
    {
        _time = new SimulatedTime(exactTimers ? null : seed);
        _random = new Random(seed);
        _operations = operations;
        _pump = new SimulatedPump(_random);
        _respells = _random.Next(3) == 0;
        var versioning = new VersioningConfig(_random.Next(2) == 0 ? VersioningKind.TrashCan : VersioningKind.None);
        foreach (var name in (string[])["anna", "bert", "carl"])
            _devices.Add(new SimulatedDevice(name, _time, _pump, _network, _random, TimeSpan.FromSeconds(_random.Next(5) == 0 ? _random.Next(-100_000, 100_000) : 0)));
        foreach (var device in _devices)
        {
            device.Configure(_devices, f => f with { Versioning = versioning });
            device.Disks.Options = SomeDisk();
            if (hasLongVectors)
                device.Indexes.Recording = WithLongVector;
        }
        Say($"seed {seed}, versioning {versioning.Kind}, {string.Join("; ", _devices.Select(d => d.Disks.Options))}");
    }

    public IReadOnlyList<SimulatedDevice> Devices => _devices;

    /// <summary>What happened, for a person and for comparing two runs of one seed.</summary>
    public string Trace => _trace.ToString();

    /// <summary>Null when all held; else what did not.</summary>
    public string? Run()
    {
        foreach (var device in _devices)
        {
            if (_random.Next(3) == 0)
                UserEdits(device);
            device.Start();
        }
        RunFor(TimeSpan.FromSeconds(_random.Next(4)));
        for (var i = 0; i < _operations; i++)
        {
            Operate();
            if (_random.Next(3) == 0)
                RunSteps(_random.Next(400));
            else
                RunFor(TimeSpan.FromMilliseconds(_random.Next(3000)));
        }
        return Settle() ?? Verify();
    }

    /// <summary>A new file's, a counter or two below the limit or at it.</summary>
    private static FileEntry WithLongVector(FileEntry entry)
    {
        if (entry.Version.Counters.Length != 1)
            return entry;
        var others = Enumerable.Range(1, 997 + (entry.Name.Value.Length % 3)).Select(i => new Counter(new ShortId((ulong)i), 1));
        return entry with { Version = VersionVector.Of([.. others, .. entry.Version.Counters]) };
    }

    /// <summary>Mostly what Linux has; sometimes without what other systems lack.</summary>
    private MemoryDiskOptions SomeDisk() => new()
    {
        CaseInsensitive = _random.Next(_respells ? 2 : 6) == 0,
        CaseUnrecognized = _random.Next(2) == 0,
        SpelledInodes = _random.Next(2) == 0,
        Exchange = _random.Next(4) != 0,
        SyncAll = _random.Next(4) != 0,
        ChangeTimes = _random.Next(5) != 0,
        Inodes = _random.Next(5) != 0,
    };

    private void Operate()
    {
        var device = _devices[_random.Next(_devices.Count)];
        switch (_random.Next(20))
        {
            case 0:
                var other = _devices[_random.Next(_devices.Count)];
                if (other == device)
                    break;
                if (_network.AreParted(device.Id, other.Id))
                    _network.Join(device.Id, other.Id);
                else
                    _network.Part(device.Id, other.Id);
                Say($"{device.Name}|{other.Name} {(_network.AreParted(device.Id, other.Id) ? "part" : "join")}");
                break;
            case 1 when device.IsRunning:
                Say($"{device.Name} stop");
                device.Stop();
                break;
            case 2 when device.IsRunning:
                Say($"{device.Name} kill");
                device.Kill();
                break;
            case 3 when device.IsRunning:
                Say($"{device.Name} crash");
                device.Crash();
                break;
            case 4 or 5 or 6 when !device.IsRunning:
                Say($"{device.Name} start");
                device.Start();
                break;
            case 7 when device.IsRunning:
                Say($"{device.Name} rescan");
                device.Rescan();
                break;
            default:
                UserEdits(device);
                break;
        }
    }

    private void UserEdits(SimulatedDevice device)
    {
        var user = device.User;
        var name = Spelled(Names[_random.Next(Names.Length)]);
        var touched = name;
        switch (_random.Next(10))
        {
            case 0:
                name = _random.Next(3) == 0 ? Spelled(Directories[_random.Next(Directories.Length)]) : name;
                touched = name;
                if (!user.Exists(name))
                    return;
                Release(user, name);
                user.Delete(name);
                Say($"{device.Name} delete {name}");
                break;
            case 1 or 2:
                var to = Spelled(Names[_random.Next(Names.Length)]);
                if (_random.Next(3) == 0)
                    (name, to) = (Spelled(Directories[_random.Next(Directories.Length)]), "moved" + _random.Next(3));
                if (_respells && _random.Next(3) == 0)
                    (name, to) = Respelled(user, _random.Next(2) == 0 ? name : Directories[_random.Next(Directories.Length)]);
                touched = name;
                var isSame = device.Disks.Options.CaseInsensitive && string.Equals(name, to, StringComparison.OrdinalIgnoreCase);
                if (!user.Exists(name) || to == name || to.StartsWith(name + "/", StringComparison.OrdinalIgnoreCase) || name.StartsWith(to + "/", StringComparison.OrdinalIgnoreCase) || !MakeParents(device, to))
                    return;
                if (!isSame)
                    Release(user, to);
                if (!isSame && user.Exists(to))
                    user.Delete(to);
                user.Rename(name, to);
                device.Notice(to);
                Say($"{device.Name} rename {name} to {to}");
                break;
            case 3:
                if (!user.Exists(name) || user.Stat(name).Kind != FileKind.File)
                    return;
                user.Chmod(name, _random.Next(2) == 0 ? 0x180u : 0x1A4u);
                Say($"{device.Name} chmod {name}");
                break;
            case 4:
                var directory = Spelled(Directories[_random.Next(Directories.Length)]);
                touched = directory;
                if (user.Exists(directory) || !MakeParents(device, directory))
                    return;
                user.MakeDirectory(directory);
                Say($"{device.Name} mkdir {directory}");
                break;
            case 5:
                if (!MakeParents(device, name))
                    return;
                Release(user, name);
                if (user.Exists(name))
                    user.Delete(name);
                user.Symlink(name, "target" + _random.Next(3));
                Say($"{device.Name} symlink {name}");
                break;
            default:
                if (!MakeParents(device, name))
                    return;
                Release(user, name);
                if (user.Exists(name) && user.Stat(name).Kind != FileKind.File)
                    user.Delete(name);
                var content = NewContent();
                user.WriteFile(name, content);
                Say($"{device.Name} write {name} = {content[..Math.Min(8, content.Length)]} ({content.Length})");
                break;
        }
        if (_random.Next(4) != 0)
            device.Notice(touched);
    }

    private string Spelled(string name)
    {
        if (!_respells || _random.Next(4) != 0)
            return name;
        var at = _random.Next(name.Length);
        return name[..at] + char.ToUpperInvariant(name[at]) + name[(at + 1)..];
    }

    /// <summary>A name as it stands there, and the same with its last letter in the other case.</summary>
    private static (string Name, string To) Respelled(MemoryUser user, string name)
    {
        var standing = user.Tree("", IsInternal).FirstOrDefault(i => string.Equals(i.Path, name, StringComparison.OrdinalIgnoreCase))?.Path ?? name;
        var last = standing[^1];
        return (standing, standing[..^1] + (char.IsUpper(last) ? char.ToLowerInvariant(last) : char.ToUpperInvariant(last)));
    }

    private string NewContent()
    {
        var content = $"<{_next++:0000}>".PadRight(_random.Next(12) == 0 ? (128 << 10) + _random.Next(200_000) : 7 + _random.Next(30), '.');
        _written.Add(content);
        return content;
    }

    /// <summary>What a person who had it overwrites or deletes is no longer owed to anybody.</summary>
    private void Release(MemoryUser user, string name)
    {
        if (!user.Exists(name))
            return;
        foreach (var item in user.Tree(name))
            ReleaseContent(item.Content);
        if (user.Stat(name).Kind == FileKind.File)
            ReleaseContent(user.ReadAll(name));
    }

    private void ReleaseContent(byte[] content) => _released.Add(Encoding.UTF8.GetString(content));

    private bool MakeParents(SimulatedDevice device, string name)
    {
        for (var i = name.IndexOf('/'); i > 0; i = name.IndexOf('/', i + 1))
        {
            var parent = name[..i];
            if (device.User.Exists(parent) && device.User.Stat(parent).Kind != FileKind.Directory)
                return false;
            if (!device.User.Exists(parent))
                device.User.MakeDirectory(parent);
            device.Notice(parent);
        }
        return true;
    }

    private string? Settle()
    {
        foreach (var a in _devices)
        {
            foreach (var b in _devices)
                _network.Join(a.Id, b.Id);
        }
        RunFor(TimeSpan.FromSeconds(1));
        foreach (var device in _devices)
        {
            if (device.IsRunning)
                device.Rescan();
            else
                device.Start();
        }
        Say("settle");
        var before = "";
        for (var i = 0; i < 80; i++)
        {
            RunFor(TimeSpan.FromSeconds(i < 10 ? 5 : 120));
            // One that was still stopping when all was joined.
            foreach (var device in _devices)
                device.Start();
            if (_devices.SelectMany(d => d.Escaped).FirstOrDefault() is { } bug)
                return $"A loop ended with {bug}";
            var now = string.Join('\n', _devices.Select(Describe));
            if (now == before && _devices.All(IsSettled) && AreEqual())
                return null;
            before = now;
        }
        return "The devices do not come to rest:\n" + before + "\n" + string.Join("\n", _devices.Select(TreeOf)) + "\n" + string.Join("\n", _devices.Select(Unsettled));
    }

    /// <summary>What a device lacks, or has otherwise than its index says is global; of long vectors the counters of this history alone.</summary>
    private static string Unsettled(SimulatedDevice device)
    {
        var text = new StringBuilder();
        if (device.Engine?.Index(SimulatedDevice.Folder) is not { } index)
            return "";
        foreach (var local in index.LocalSince(0, 10_000))
        {
            if (index.FindGlobal(local.Name) is not { } global || (Need.IsNeeded(local, global) is false && local.SameContent(global)))
                continue;
            text.AppendLine(device.Name + " has " + local.Name);
            foreach (var (who, entry) in index.Versions(local.Name, withBlocks: true))
            {
                var own = string.Join(",", entry.Version.Counters.Where(c => c.Device.Value > 1000).Select(c => $"{c.Device}:{c.Value}"));
                text.AppendLine($"  {who.Short} {(entry.Deleted ? "deleted" : entry.Type)} {entry.LocalFlags} {entry.Version.Counters.Length}: {own} {entry.Modified} by {entry.ModifiedBy} #{entry.Sequence}");
            }
        }
        return text.ToString();
    }

    private bool IsSettled(SimulatedDevice device) =>
        device.Engine?.Folder(SimulatedDevice.Folder) is { State: FolderState.Idle, LastScan: not null } folder &&
        device.Engine.Devices.All(d => d.Connected) &&
        (folder.Counts.Need.Items == 0 || (MayLack(device) && folder.Counts.Need.Items <= folder.PullProblems.Count + Lacking(device).Count));

    /// <summary>Of two spellings it can have but one.</summary>
    private bool MayLack(SimulatedDevice device) => _respells && device.Disks.Options.CaseInsensitive;

    /// <summary>What others have and this device does not.</summary>
    private List<MemoryItem> Lacking(SimulatedDevice device)
    {
        var here = ItemsOf(device).Select(i => i.Path).ToHashSet(StringComparer.Ordinal);
        return [.. _devices.SelectMany(ItemsOf).DistinctBy(i => i.Path).Where(i => !here.Contains(i.Path))];
    }

    private static string Describe(SimulatedDevice device)
    {
        var folder = device.Engine?.Folder(SimulatedDevice.Folder);
        return folder is null
            ? $"{device.Name} has no folder"
            : $"{device.Name} {folder.State} {folder.Error} {folder.Counts} {string.Join(';', folder.PullProblems.Select(p => p.Name + ": " + p.Reason))} " +
              string.Join(';', folder.ScanProblems.Select(p => p.Path + ": " + p.Reason)) + " connected " + device.Engine!.Devices.Count(d => d.Connected);
    }

    private bool AreEqual()
    {
        if (_devices.Select(TreeOf).Distinct().Count() == 1)
            return true;
        // All is equal but what a disk can't hold beside another spelling, and of those it has one.
        var all = _devices.SelectMany(ItemsOf).Select(TextOf).Distinct().Count();
        return all == _devices.SelectMany(ItemsOf).DistinctBy(i => i.Path).Count() &&
               _devices.All(d => Lacking(d) is { Count: 0 } || (MayLack(d) && Lacking(d).All(l => StandsOtherwise(d, l.Path))));
    }

    private static bool StandsOtherwise(SimulatedDevice device, string path) =>
        ItemsOf(device).Any(i => i.Path != path && (string.Equals(i.Path, path, StringComparison.OrdinalIgnoreCase) ||
            (path.StartsWith(i.Path + "/", StringComparison.OrdinalIgnoreCase) && !path.StartsWith(i.Path + "/", StringComparison.Ordinal))));

    private static List<MemoryItem> ItemsOf(SimulatedDevice device) => device.User.Tree("", IsInternal);

    private static string TreeOf(SimulatedDevice device) => string.Join('\n', ItemsOf(device).Select(TextOf));

    private static string TextOf(MemoryItem item) => item.Kind == FileKind.File ? $"{item} {item.Modified}" : item.ToString();

    private static bool IsInternal(string path) => FileName.TryOf(path, out var name, out _) && InternalNames.IsInternal(name);

    private string? Verify()
    {
        if (_devices.SelectMany(d => d.Snapshot.ScanProblems).FirstOrDefault(p => p.Reason.Contains("counter", StringComparison.Ordinal)) is { } refused)
            return $"A device refused what another made: {refused.Path}: {refused.Reason}";
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var device in _devices)
        {
            foreach (var item in device.User.Tree("", p => p != ".stversions" && !p.StartsWith(".stversions/", StringComparison.Ordinal) && IsInternal(p)))
                held.Add(Encoding.UTF8.GetString(item.Content));
        }
        var lost = _written.Where(w => !_released.Contains(w) && !held.Contains(w)).Select(w => w[..6]).ToList();
        var tree = string.Join("\n", _devices.Select(TreeOf).Distinct());
        Say(tree);
        return lost.Count > 0 ? $"Lost: {string.Join(", ", lost)}\n{tree}" : null;
    }

    private void RunSteps(int steps)
    {
        while (steps-- > 0 && _pump.Step())
        {
            // The work is in the condition.
        }
    }

    private void RunFor(TimeSpan time)
    {
        var end = _time.Now + time.Ticks;
        for (var steps = 0L; ; steps++)
        {
            while (_pump.Step())
            {
                if (++steps > 2_000_000)
                    throw new InvalidOperationException("The devices never come to rest: a loop spins.\n" + string.Join('\n', _devices.Select(Describe)));
            }
            if (_time.NextDue is not { } due || due > end)
                break;
            _time.RunNext();
        }
        if (_time.Now < end)
            _time.Advance(TimeSpan.FromTicks(end - _time.Now));
    }

    private void Say(string what) => _trace.Append((_time.Now / TimeSpan.TicksPerMillisecond) % 100_000_000).Append(' ').AppendLine(what);
}
