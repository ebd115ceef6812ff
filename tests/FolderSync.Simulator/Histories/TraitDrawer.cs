using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>Draws which traits a history has, and the operations that go with them.</summary>
/// <param name="asked">Exactly these; null: they are drawn.</param>
internal sealed class TraitDrawer(DrawStream draws, Traits? asked)
{
    public const string MountPoint = "m";

    private const long TicksOfDay = TimeSpan.TicksPerDay;
    private const int MaxJumpDays = 20 * 365;

    /// <summary>Without those that still show open faults (see docs/simulator.md): they are drawn only where they are asked for.</summary>
    private static readonly Traits[] Drawn = [Traits.Holds, Traits.Forms, Traits.Clocks, Traits.Specials];
    private static readonly Traits[] WithOperations = [Traits.Ignores, Traits.Roles, Traits.Holds, Traits.Floods, Traits.Mounts, Traits.Clocks, Traits.Specials];
    private static readonly string[] MountedNames = ["m/a", "m/b", "m/d/a"];
    private static readonly string[] AccentedNames = ["\u00fc", "\u00f6/a", "\u00f6/\u00e4"];
    private static readonly string[][] Patterns = [["/a"], ["b"], ["/d"], ["/d/e"], ["!/d/b", "/d"], ["(?d)/d/e"], ["(?d)b"], ["/g"], ["/m/a"], ["#include " + IgnorePatterns.IncludedName]];

    public Traits Traits { get; private set; }

    public Topology Topology { get; private set; }

    public HoldLimits? Holds { get; private set; }

    /// <summary>More names for ordinary edits.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    public IReadOnlyList<string> Directories { get; private set; } = [];

    public void DrawTraits()
    {
        Traits = asked ?? Drawn.Aggregate(Traits.None, (traits, t) => draws.Next(7) == 0 ? traits | t : traits);
        if (Has(Traits.Topologies))
            Topology = (Topology)draws.Next(4);
        if (Has(Traits.Holds))
            Holds = new HoldLimits(2, 1, draws.Next(2), draws.Next(2) == 0);
        else if (Has(Traits.Floods))
            Holds = new HoldLimits(4, 30, 0, false);
        Names = [.. Has(Traits.Mounts) ? MountedNames : [], .. Has(Traits.Forms) ? AccentedNames : [], .. Has(Traits.Ignores) ? (string[])[IgnorePatterns.IncludedName] : []];
        Directories = [.. Has(Traits.Mounts) ? [MountPoint] : (string[])[], .. Has(Traits.Forms) ? (string[])["\u00f6"] : []];
    }

    public bool Has(Traits trait) => (Traits & trait) != 0;

    /// <summary>Some disks take both forms of a name for one.</summary>
    public MemoryDiskOptions WithForms(MemoryDiskOptions disk)
    {
        if (!Has(Traits.Forms))
            return disk;
        // Not together with disks that fold case (see docs/simulator.md).
        disk = disk with { CaseInsensitive = false };
        if (draws.Next(2) == 0)
            return disk;
        // Those that invent inode numbers for spellings list what was written.
        return disk with { FormInsensitive = true, ListsDecomposed = draws.Next(2) == 0, SpelledInodes = false };
    }

    /// <summary>The name as a user may write it, in either form.</summary>
    public string InForm(string name) => Has(Traits.Forms) && draws.Next(2) == 0 ? DiskNames.Decomposed(name) : name;

    /// <summary>Before a device's first start; null for nothing.</summary>
    public Operation? DrawFirst(SimulatedDevice device) =>
        Has(Traits.Mounts) && draws.Next(2) == 0 ? new Operation.Mount(device.Name, MountPoint) : null;

    /// <param name="nextNumber">Counts the writes.</param>
    /// <returns>Null: an ordinary operation is drawn.</returns>
    public Operation? Draw(HistoryWorld world, SimulatedDevice device, Func<int> nextNumber)
    {
        var traits = WithOperations.Where(Has).ToList();
        if (traits.Count == 0 || draws.Next(6) != 0)
            return null;
        return traits[draws.Next(traits.Count)] switch
        {
            Traits.Ignores => DrawIgnores(device, nextNumber),
            Traits.Roles => DrawRole(world, device),
            // Taken back only in the end: in between, that undoes on purpose what another user has just written.
            Traits.Holds => new Operation.Decide(device.Name, true),
            Traits.Floods => DrawFlood(device, nextNumber),
            Traits.Mounts => DrawMount(device),
            Traits.Clocks => new Operation.SetClock(device.Name, (draws.Next(-MaxJumpDays, MaxJumpDays) * TicksOfDay) + (draws.Next(1000) * TimeSpan.TicksPerMillisecond) + 1 + draws.Next(9998)),
            _ => DrawSpecial(device),
        };
    }

    private Operation.Edit DrawIgnores(SimulatedDevice device, Func<int> nextNumber)
    {
        var isNoticed = draws.Next(4) != 0;
        if (draws.Next(3) == 0)
            return new Operation.WritePatterns(device.Name, nextNumber(), DrawLines(withInclude: false)) { IsNoticed = isNoticed };
        return new Operation.Ignore(device.Name, draws.Next(3) == 0 ? [] : DrawLines(device.User.Exists(IgnorePatterns.IncludedName))) { IsNoticed = isNoticed };
    }

    private List<string> DrawLines(bool withInclude)
    {
        var lines = new List<string>();
        for (var n = draws.Next(1, 3); n > 0; n--)
            lines.AddRange(Patterns[draws.Next(Patterns.Length - 1)]);
        if (withInclude && draws.Next(2) == 0)
            lines.AddRange(Patterns[^1]);
        return lines;
    }

    private Operation.OfDevice DrawRole(HistoryWorld world, SimulatedDevice device)
    {
        var isUndoing = draws.Next(3) == 0;
        return world.RoleOf(device) switch
        {
            FolderType.ReceiveOnly when isUndoing => new Operation.Revert(device.Name),
            FolderType.SendOnly when isUndoing => new Operation.Override(device.Name),
            _ => new Operation.SetRole(device.Name, (FolderType)draws.Next(3)),
        };
    }

    /// <summary>Not often, since it changes everything.</summary>
    private Operation DrawFlood(SimulatedDevice device, Func<int> nextNumber) =>
        draws.Next(3) == 0 ? new Operation.Flood(device.Name, nextNumber(), (FloodKind)draws.Next(3)) { IsNoticed = draws.Next(4) != 0 } : new Operation.Nothing();

    private Operation.OfDevice DrawMount(SimulatedDevice device)
    {
        if (device.User.IsMountPoint(MountPoint))
            return draws.Next(2) == 0 ? new Operation.Unmount(device.Name, MountPoint) : new Operation.Rescan(device.Name);
        // Not over what stands there: when the filesystem goes again, that is taken for edits (see docs/simulator.md).
        return device.User.Exists(MountPoint) && device.User.Tree(MountPoint).Count > 0 ? new Operation.Rescan(device.Name) : new Operation.Mount(device.Name, MountPoint);
    }

    /// <summary>Beside files as well as in their place.</summary>
    private Operation DrawSpecial(SimulatedDevice device)
    {
        var files = device.User.Tree("", Oracle.IsInternal).Where(i => i.Kind == FileKind.File).Select(i => i.Path).ToList();
        if (files.Count == 0)
            return new Operation.Nothing();
        var name = files[draws.Next(files.Count)];
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return new Operation.MakeSpecial(device.Name, slash > 0 && draws.Next(2) == 0 ? name[..slash] + "/pipe" : name) { IsNoticed = draws.Next(4) != 0 };
    }
}
