namespace FolderSync.Simulator.Histories;

/// <summary>What a history has besides edits, partitions and crashes: kinds of operations, and of what devices are and how they are connected.</summary>
[Flags]
internal enum Traits
{
    None = 0,

    /// <summary>Devices edit their ignore patterns, and a file that these include.</summary>
    Ignores = 1,

    /// <summary>Devices become send-only and receive-only, are reverted and overridden.</summary>
    Roles = 2,

    /// <summary>What others replace or delete, and what is missing, is held from a few files on, and decided on.</summary>
    Holds = 4,

    /// <summary>One device's files are all overwritten, renamed or deleted.</summary>
    Floods = 8,

    /// <summary>Names in NFC and NFD, and disks that take both for one.</summary>
    Forms = 16,

    /// <summary>Another filesystem is mounted inside the folder, and comes and goes.</summary>
    Mounts = 32,

    /// <summary>Clocks are set forward and back by years.</summary>
    Clocks = 64,

    /// <summary>Pipes, sockets and devices take names.</summary>
    Specials = 128,

    /// <summary>Five devices of which not all are connected.</summary>
    Topologies = 256,
}

/// <summary>Which devices share the folder with each other, by their position in the list.</summary>
internal enum Topology
{
    /// <summary>Each with each.</summary>
    FullMesh,

    /// <summary>All with the first.</summary>
    Star,

    /// <summary>Each with the next.</summary>
    Chain,

    /// <summary>Two halves, each a full mesh; the last of the first half is connected with the first of the second.</summary>
    TwoSites,
}

internal static class TopologyLinks
{
    public static bool AreLinked(this Topology topology, int a, int b, int devices)
    {
        if (a == b)
            return false;
        var (low, high) = (Math.Min(a, b), Math.Max(a, b));
        var half = (devices + 1) / 2;
        return topology switch
        {
            Topology.FullMesh => true,
            Topology.Star => low == 0,
            Topology.Chain => high == low + 1,
            Topology.TwoSites => high < half || low >= half || (low == half - 1 && high == half),
            _ => throw new NotSupportedException(topology.ToString()),
        };
    }
}
