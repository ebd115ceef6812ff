using FolderSync.Core.Model;

namespace FolderSync.Index;

/// <summary>A needed name: the wanted version, and what this device has now.</summary>
public readonly record struct NeededItem(FileEntry Global, FileEntry? Local);

/// <summary>Where a block is on this device's disk, as far as the index knows. The reader verifies it.</summary>
public readonly record struct BlockLocation(FileName Name, long Offset, int Size);

/// <summary>How much of a peer's index is known. It is echoed to the peer, which then sends only what is new.</summary>
public readonly record struct RemoteIndexState(ulong IndexId, long MaxSequence);

/// <summary>Counts of a folder, from one snapshot.</summary>
/// <param name="Local">What this device has.</param>
/// <param name="Global">The folder's content according to all devices' entries.</param>
/// <param name="Need">What this device lacks.</param>
/// <param name="ReceiveOnlyChanged">Local changes in a receive-only folder.</param>
public readonly record struct IndexCounts(Counts Local, Counts Global, Counts Need, Counts ReceiveOnlyChanged, long LocalSequence, long RemoteSequence);

/// <summary>The stored index can't be trusted. The folder's loop rebuilds it from the disk.</summary>
public sealed class IndexDamagedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// What every device has of one folder. One writer (the folder's loop), any number of readers; each call sees one snapshot. Calls block.
/// <see cref="Core.Decide.GlobalVersion"/> chooses a name's global version and <see cref="Core.Decide.Need"/> what is needed; every commit keeps
/// both up to date.
/// </summary>
public interface IFolderIndex : IDisposable
{
    /// <summary>A random ID of this store. It changes only after damage or with <see cref="RenewIndexId"/>.</summary>
    ulong IndexId { get; }

    /// <summary>The highest sequence that this device has assigned; durable.</summary>
    long LocalSequence { get; }

    IndexCounts Counts { get; }

    /// <summary>What <paramref name="device"/> has of the global state and what it lacks.</summary>
    (Counts Need, Counts Global) CompletionOf(DeviceId device);

    FileEntry? FindLocal(FileName name);

    FileEntry? FindGlobal(FileName name);

    FileEntry? Find(DeviceId device, FileName name);

    /// <summary>
    /// Every device's entry of the name (this device's under its own ID), by device ID. Without <paramref name="withBlocks"/> the entries have no
    /// block lists and no blocks hash, so their contents can't be compared.
    /// </summary>
    IReadOnlyList<(DeviceId Device, FileEntry Entry)> Versions(FileName name, bool withBlocks = false);

    /// <summary>The peers that have exactly the global version of the name, valid.</summary>
    IReadOnlyList<DeviceId> Holders(FileName name);

    /// <summary>
    /// This device's present entries (including flagged ones) below <paramref name="directory"/> in tree order: at most <paramref name="limit"/>
    /// after <paramref name="after"/>.
    /// </summary>
    IReadOnlyList<FileEntry> LocalPage(FileName directory, FileName after, int limit, bool withBlocks);

    /// <summary>
    /// This device's entries with a sequence above <paramref name="sequence"/>, ascending, with blocks and without pre-hashes: what is announced.
    /// </summary>
    IReadOnlyList<FileEntry> LocalSince(long sequence, int limit);

    /// <summary>The present, valid global versions below <paramref name="directory"/>, in tree order, without blocks.</summary>
    IReadOnlyList<FileEntry> GlobalPage(FileName directory, FileName after, int limit);

    /// <summary>Needed names after <paramref name="after"/> in tree order, with blocks.</summary>
    IReadOnlyList<NeededItem> Needed(FileName after, int limit);

    /// <summary>Those of the names that are needed, in the given order, with blocks and with the peers that <see cref="Holders"/> names.</summary>
    IReadOnlyList<(NeededItem Item, IReadOnlyList<DeviceId> Holders)> NeededOf(IReadOnlyList<FileName> names);

    /// <summary>
    /// The needed name at that position in tree order, from 0; null past the end. Finds a list's far pages without reading those before.
    /// </summary>
    FileName? NeededAt(long place);

    /// <summary>Names that <paramref name="device"/> lacks, in tree order, without blocks.</summary>
    IReadOnlyList<FileEntry> NeededBy(DeviceId device, FileName after, int limit);

    /// <summary>This device's entries flagged receive-only-changed, in tree order, without blocks.</summary>
    IReadOnlyList<FileEntry> ReceiveOnlyChanged(FileName after, int limit);

    /// <summary>This device's present, valid files with that blocks hash; at most 64 of them.</summary>
    IReadOnlyList<FileEntry> LocalWithContent(BlockHash blocksHash);

    /// <summary>Where these blocks stand locally; those not found are left out. Memory stays under a stated cap.</summary>
    IReadOnlyDictionary<BlockHash, BlockLocation> LocateBlocks(IReadOnlyCollection<BlockHash> blocks);

    /// <summary>
    /// Stores this device's entries in one durable commit, each with the next sequence, and returns them. Use <see cref="RefreshLocal"/> for
    /// entries that must not get a new sequence because only their stamp or pre-hashes changed.
    /// </summary>
    IReadOnlyList<FileEntry> CommitLocal(IReadOnlyList<FileEntry> entries);

    /// <summary>Updates only stamps and pre-hashes of entries that still have the given version. Durable; nothing is announced.</summary>
    void RefreshLocal(IReadOnlyList<FileEntry> entries);

    RemoteIndexState RemoteState(DeviceId device);

    /// <summary>
    /// Stores a peer's announced entries in one commit. A crash may lose the commit, but only as a whole and with its max sequence.
    /// </summary>
    /// <param name="reset">The first batch of a full index: forget everything known about the device first.</param>
    /// <param name="indexId">The peer's index ID of these entries; if it differs from the known one, <paramref name="reset"/> is implied.</param>
    void CommitRemote(DeviceId device, ulong indexId, IReadOnlyList<FileEntry> entries, bool reset);

    /// <summary>Forgets the peer and its entries (it was unshared or its index ID changed). A crash may lose this, like its commits.</summary>
    /// <param name="replaced">Only if this is still its index ID: what was announced under another one meanwhile is kept.</param>
    void DropRemote(DeviceId device, ulong? replaced = null);

    /// <summary>Peers whose index is known, even if it is empty.</summary>
    IReadOnlyList<DeviceId> Remotes();

    /// <summary>Takes a new index ID, for a store that may have lost sequences that it announced.</summary>
    void RenewIndexId();

    /// <summary>Makes all commits durable, including those of peers.</summary>
    void Flush();

    /// <summary>Writes a little; <see cref="IOException"/> explains why the index can't be written now, and what to do.</summary>
    void CheckWritable();
}

/// <summary>Opens the folders' indexes. The simulator's fake loses what wasn't committed.</summary>
public interface IFolderIndexes
{
    /// <summary>Opens or creates the folder's index; throws <see cref="IndexDamagedException"/> when it can't be trusted.</summary>
    IFolderIndex Open(FolderId folder);

    /// <summary>Renames a damaged index, which is kept for diagnosis, so that <see cref="Open"/> creates a new one.</summary>
    void Quarantine(FolderId folder);

    /// <summary>Removes the index of a folder that was removed from the configuration.</summary>
    void Remove(FolderId folder);
}
