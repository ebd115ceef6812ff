using FolderSync.Engine.Configuring;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// Draws the next operation from the seed's stream, looking at the devices, so that most operations are possible. It changes nothing. The order of
/// the draws determines a seed's history: one draw more or less changes all histories.
/// </summary>
internal sealed class HistoryDrawer(DrawStream draws, HistoryOptions options)
{
    private const int DevicesInTopology = 5;

    private static readonly string[] DeviceNames = ["anna", "bert", "carl", "dora", "emil", "fritz", "greta", "hans", "ida", "jakob"];
    private static readonly string[] Names = ["a", "b", "c", "d/a", "d/b", "d/e/a", "d/e/b", "g/a", "g"];
    private static readonly string[] Directories = ["d", "d/e", "g", "a"];

    private readonly TraitDrawer _traits = new(draws, options.Traits);
    private string[] _names = Names;
    private string[] _directories = Directories;
    private bool _respells;
    private int _writes;

    /// <summary>The history before its first step.</summary>
    public History DrawSetup(int seed)
    {
        _traits.DrawTraits();
        (_names, _directories) = ([.. Names, .. _traits.Names], [.. Directories, .. _traits.Directories]);
        _respells = draws.Next(3) == 0;
        var versioning = draws.Next(2) == 0 ? VersioningKind.TrashCan : VersioningKind.None;
        var devices = DeviceNames.Take(_traits.Has(Traits.Topologies) ? Math.Max(options.Devices, DevicesInTopology) : options.Devices).Select(n => new DeviceSetup(n) { SkewSeconds = draws.Next(5) == 0 ? draws.Next(-100_000, 100_000) : 0 }).ToList();
        return new History
        {
            Seed = seed,
            Versioning = versioning,
            ExactTimers = options.ExactTimers,
            LongVectors = options.LongVectors,
            Holds = _traits.Holds,
            Topology = _traits.Topology,
            Respells = _respells,
            Devices = [.. devices.Select(d => d with { Disk = _traits.WithForms(DrawDisk()) })],
            Steps = [],
        };
    }

    /// <summary>What stands there before the device's first start; null for nothing more.</summary>
    public Operation? DrawFirst(SimulatedDevice device) => _traits.DrawFirst(device);

    /// <summary>A user may have edited before the device's first start; null if not.</summary>
    public Operation? DrawFirstEdit(SimulatedDevice device) => draws.Next(3) == 0 ? DrawEdit(device) : null;

    public Pause DrawFirstPause() => new Pause.Time(1000 * draws.Next(4));

    public Operation DrawOperation(HistoryWorld world)
    {
        var device = world.Devices[draws.Next(world.Devices.Count)];
        if (_traits.Draw(world, device, () => _writes++) is { } special)
            return special;
        switch (draws.Next(20))
        {
            case 0:
                var other = world.Devices[draws.Next(world.Devices.Count)];
                if (other == device || !world.AreLinked(device, other))
                    return new Operation.Nothing();
                return world.Network.ArePartitioned(device.Id, other.Id) ? new Operation.Heal(device.Name, other.Name) : new Operation.Partition(device.Name, other.Name);
            case 1 when device.IsRunning:
                return new Operation.Stop(device.Name);
            case 2 when device.IsRunning:
                return new Operation.Kill(device.Name);
            case 3 when device.IsRunning:
                return new Operation.Crash(device.Name, draws.Position);
            case 4 or 5 or 6 when !device.IsRunning:
                return new Operation.Start(device.Name);
            case 7 when device.IsRunning:
                return new Operation.Rescan(device.Name);
            default:
                return DrawEdit(device);
        }
    }

    public Pause DrawPause() => draws.Next(3) == 0 ? new Pause.Callbacks(draws.Next(400)) : new Pause.Time(draws.Next(3000));

    /// <summary>Mostly Linux' capabilities; sometimes without those that other systems lack.</summary>
    private MemoryDiskOptions DrawDisk() => new()
    {
        CaseInsensitive = draws.Next(_respells ? 2 : 6) == 0,
        CaseUnrecognized = draws.Next(2) == 0,
        SpelledInodes = draws.Next(2) == 0,
        Exchange = draws.Next(4) != 0,
        SyncAll = draws.Next(4) != 0,
        ChangeTimes = draws.Next(5) != 0,
        Inodes = draws.Next(5) != 0,
    };

    private Operation DrawEdit(SimulatedDevice device)
    {
        var user = device.User;
        var name = Spelled(_names[draws.Next(_names.Length)]);
        switch (draws.Next(10))
        {
            case 0:
                name = draws.Next(3) == 0 ? Spelled(_directories[draws.Next(_directories.Length)]) : name;
                return user.Exists(name) ? Noticed(new Operation.Delete(device.Name, name)) : new Operation.Nothing();
            case 1 or 2:
                return DrawRename(device, name);
            case 3:
                return user.Exists(name) && user.Stat(name).Kind == FileKind.File
                    ? Noticed(new Operation.Chmod(device.Name, name, draws.Next(2) == 0 ? 0x180u : 0x1A4u))
                    : new Operation.Nothing();
            case 4:
                name = Spelled(_directories[draws.Next(_directories.Length)]);
                if (user.Exists(name))
                    return new Operation.Nothing();
                return WhereParents(device, name) ?? Noticed(new Operation.MakeDirectory(device.Name, name));
            case 5:
                return WhereParents(device, name) ?? Noticed(new Operation.Symlink(device.Name, name, "target" + draws.Next(3)));
            default:
                return WhereParents(device, name) ?? Noticed(new Operation.Write(device.Name, name, _writes++, DrawLength()));
        }
    }

    private Operation DrawRename(SimulatedDevice device, string name)
    {
        var user = device.User;
        var to = Spelled(_names[draws.Next(_names.Length)]);
        if (draws.Next(3) == 0)
            (name, to) = (Spelled(_directories[draws.Next(_directories.Length)]), "moved" + draws.Next(3));
        if (_respells && draws.Next(3) == 0)
            (name, to) = Respelled(user, draws.Next(2) == 0 ? name : _directories[draws.Next(_directories.Length)]);
        if (!user.Exists(name) || !Edits.MayRename(name, to))
            return new Operation.Nothing();
        return WhereParents(device, to) ?? Noticed(new Operation.Rename(device.Name, name, to));
    }

    private int DrawLength() => draws.Next(12) == 0 ? (128 << 10) + draws.Next(200_000) : Operation.Write.MinLength + draws.Next(30);

    private Operation.Edit Noticed(Operation.Edit edit) => edit with { IsNoticed = draws.Next(4) != 0 };

    /// <summary>Null if the name's parents can be created; otherwise the whole effect: the existing parents are read.</summary>
    private static Operation? WhereParents(SimulatedDevice device, string name) =>
        Edits.ParentsInTheWay(device.User, name) is { } existing ? new Operation.Notice(device.Name, existing) : null;

    private string Spelled(string name)
    {
        name = _traits.InForm(name);
        if (!_respells || draws.Next(4) != 0)
            return name;
        var at = draws.Next(name.Length);
        return name[..at] + char.ToUpperInvariant(name[at]) + name[(at + 1)..];
    }

    /// <summary>An existing name, and the same name with its last letter in the other case.</summary>
    private static (string Name, string To) Respelled(MemoryUser user, string name)
    {
        var standing = user.Tree("", Oracle.IsInternal).FirstOrDefault(i => string.Equals(i.Path, name, StringComparison.OrdinalIgnoreCase))?.Path ?? name;
        var last = standing[^1];
        return (standing, standing[..^1] + (char.IsUpper(last) ? char.ToLowerInvariant(last) : char.ToUpperInvariant(last)));
    }
}
