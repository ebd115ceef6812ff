using FolderSync.Core.Model;

namespace FolderSync.Core.Decide;

/// <summary>
/// Two histories under one name: a device ID that two computers use counts both computers' edits by one counter, so their vectors hide that they
/// are concurrent. Where that shows, this device gives its own state a version beside theirs (<see cref="EditVersion.ForFork"/>), and the rules
/// for conflicts keep both. Pure.
/// </summary>
public static class VersionFork
{
    /// <summary>One vector stands for two states: neither device would ever look at the other's.</summary>
    /// <remarks>Times and permissions don't count, nor what can't be compared: the hashes of blocks of different sizes.</remarks>
    public static bool IsContradiction(FileEntry mine, FileEntry theirs) =>
        !mine.IsInvalid && !theirs.IsInvalid && !mine.Version.IsEmpty && mine.Version == theirs.Version && IsOtherState(mine, theirs);

    /// <summary>
    /// Theirs has an edit of this device that isn't in <paramref name="known"/>, the version it has of the name, although theirs covers that.
    /// </summary>
    public static bool HasUnknownEdit(VersionVector known, FileEntry theirs, ShortId self) =>
        !theirs.IsInvalid && theirs.Version[self] > known[self] && theirs.Version.Covers(known);

    /// <summary>Such an edit would replace an edit of this computer that it wasn't made of.</summary>
    public static bool IsOverlooked(FileEntry mine, FileEntry theirs, ShortId self) =>
        mine is { Deleted: false, IsInvalid: false } && mine.ModifiedBy == self && mine.Version[self] > 0 && HasUnknownEdit(mine.Version, theirs, self) &&
        IsOtherState(mine, theirs) && !(mine.IsFile && !theirs.PreviousBlocksHash.IsNone && theirs.PreviousBlocksHash == mine.BlocksHash);

    /// <summary>Both were made under the same device ID. Two devices that resolved a conflict differently leave two makers.</summary>
    public static bool IsOfOneDevice(FileEntry mine, FileEntry theirs) => mine.ModifiedBy == theirs.ModifiedBy && mine.Version[mine.ModifiedBy] > 0;

    /// <summary>This device's state as what it is beside a contradicting one.</summary>
    public static FileEntry BesideContradiction(FileEntry mine, FileEntry theirs)
    {
        var forked = mine.Version[mine.ModifiedBy] > 0 ? mine.ModifiedBy : mine.Version.Counters[0].Device;
        return mine with { Version = EditVersion.ForFork(mine, theirs.Version, forked), Origin = null };
    }

    /// <summary>This device's state as what it is beside an edit under its own ID that it doesn't know.</summary>
    public static FileEntry BesideUnknownEdit(FileEntry mine, FileEntry theirs, ShortId self) =>
        mine with { Version = EditVersion.ForFork(mine, theirs.Version, self), Origin = null };

    /// <summary>
    /// A local change that a scan found, where another computer's edit under this device's ID is known already: not made of it, and therefore not
    /// newer.
    /// </summary>
    /// <param name="change">With its new version.</param>
    /// <param name="known">The version that this device had before.</param>
    public static FileEntry BesideUnknownEdit(FileEntry change, VersionVector known, FileEntry global, ShortId self) =>
        !change.IsInvalid && !change.Version.IsEmpty && HasUnknownEdit(known, global, self) && !change.Version.IsConcurrentWith(global.Version) &&
        IsOtherState(change, global)
            ? BesideUnknownEdit(change, global, self)
            : change;

    private static bool IsOtherState(FileEntry a, FileEntry b)
    {
        if (a.Deleted || b.Deleted)
            return a.Deleted != b.Deleted;
        if (a.Type != b.Type || a.Size != b.Size || a.SymlinkTarget != b.SymlinkTarget)
            return true;
        return a.Blocks is { } one && b.Blocks is { } other && IsComparable(one, other) && one.BlocksHash != other.BlocksHash;
    }

    /// <summary>A single block is the whole file, whatever its size could be.</summary>
    private static bool IsComparable(BlockList a, BlockList b) => a.BlockSize == b.BlockSize || (a.Count == 1 && b.Count == 1);
}
