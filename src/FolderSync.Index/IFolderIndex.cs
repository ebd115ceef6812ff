using FolderSync.Core.Model;

namespace FolderSync.Index;

/// <summary>A needed name: what is wanted, and what this device has of it now.</summary>
public readonly record struct NeededItem(FileEntry Global, FileEntry? Local);

/// <summary>Where a block stands on this device's disk, as far as the index knows. The reader verifies it.</summary>
public readonly record struct BlockPlace(FileName Name, long Offset, int Size);

/// <summary>How far a peer's index is known: what is echoed to it so that it sends only what is new.</summary>
public readonly record struct RemoteIndexState(ulong IndexId, long MaxSequence);

/// <summary>Counts of a folder from one snapshot.</summary>
/// <param name="Local">What this device has.</param>
/// <param name="Global">What the folder holds by all devices' entries.</param>
/// <param name="Need">What this device lacks.</param>
/// <param name="ReceiveOnlyChanged">What was changed here in a receive-only folder.</param>
public readonly record struct IndexCounts(Counts Local, Counts Global, Counts Need, Counts ReceiveOnlyChanged, long LocalSequence, long RemoteSequence);

/// <summary>Thrown when the stored index can't be trusted. The folder's loop rebuilds it from the disk.</summary>
public sealed class IndexDamagedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// What every device has of one folder. One writer (the folder's loop), any number of readers, each call one snapshot. Calls block.
/// The global version of a name is <see cref="Core.Decide.GlobalVersion"/>'s, need is <see cref="Core.Decide.Need"/>'s, kept up to date
/// with every commit.
/// </summary>
public interface IFolderIndex : IDisposable
{
    /// <summary>Random, of this store; new only after damage or <see cref="RenewIndexId"/>.</summary>
    ulong IndexId { get; }

    /// <summary>The highest sequence this device gave out; durable.</summary>
    long LocalSequence { get; }

    IndexCounts Counts { get; }

    /// <summary>What <paramref name="device"/> has of the global state and what it lacks.</summary>
    (Counts Need, Counts Global) CompletionOf(DeviceId device);

    FileEntry? FindLocal(FileName name);

    FileEntry? FindGlobal(FileName name);

    FileEntry? Find(DeviceId device, FileName name);

    /// <summary>
    /// Every device's entry of the name (this device's under its own ID), by device ID. Where <paramref name="withBlocks"/> is false, without
    /// block lists and so without blocks hash: contents can't be compared then.
    /// </summary>
    IReadOnlyList<(DeviceId Device, FileEntry Entry)> Versions(FileName name, bool withBlocks = false);

    /// <summary>The peers that hold exactly the global version of the name, valid.</summary>
    IReadOnlyList<DeviceId> Holders(FileName name);

    /// <summary>This device's present entries (flagged ones too) below <paramref name="directory"/> in tree order, at most <paramref name="limit"/> behind <paramref name="after"/>.</summary>
    IReadOnlyList<FileEntry> LocalPage(FileName directory, FileName after, int limit, bool withBlocks);

    /// <summary>This device's entries with a sequence over <paramref name="sequence"/>, ascending, with blocks, without pre-hashes: what is announced.</summary>
    IReadOnlyList<FileEntry> LocalSince(long sequence, int limit);

    /// <summary>Global versions below <paramref name="directory"/>, present and valid ones, in tree order, without blocks.</summary>
    IReadOnlyList<FileEntry> GlobalPage(FileName directory, FileName after, int limit);

    /// <summary>Needed names behind <paramref name="after"/> in tree order, with blocks.</summary>
    IReadOnlyList<NeededItem> Needed(FileName after, int limit);

    /// <summary>Those of the names that are needed, in the order given, with blocks and with the peers that <see cref="Holders"/> names.</summary>
    IReadOnlyList<(NeededItem Item, IReadOnlyList<DeviceId> Holders)> NeededOf(IReadOnlyList<FileName> names);

    /// <summary>The needed name at that place in tree order, from 0; null behind the last. A list's far pages are found by it, without reading what is before.</summary>
    FileName? NeededAt(long place);

    /// <summary>Names that <paramref name="device"/> lacks, in tree order, without blocks.</summary>
    IReadOnlyList<FileEntry> NeededBy(DeviceId device, FileName after, int limit);

    /// <summary>This device's entries flagged receive-only-changed, in tree order, without blocks.</summary>
    IReadOnlyList<FileEntry> ReceiveOnlyChanged(FileName after, int limit);

    /// <summary>This device's present, valid files with that blocks hash; at most 64 of them.</summary>
    IReadOnlyList<FileEntry> LocalWithContent(BlockHash blocksHash);

    /// <summary>Where these blocks stand locally; those not found are left out. Memory stays under a stated cap.</summary>
    IReadOnlyDictionary<BlockHash, BlockPlace> LocateBlocks(IReadOnlyCollection<BlockHash> blocks);

    /// <summary>
    /// Stores this device's entries, each with the next sequence, in one durable commit, and returns them so. An entry that must not
    /// get a new sequence (only its stamp or pre-hashes changed) goes through <see cref="RefreshLocal"/>.
    /// </summary>
    IReadOnlyList<FileEntry> CommitLocal(IReadOnlyList<FileEntry> entries);

    /// <summary>
    /// Updates stamps and pre-hashes only, of entries that still have the version given. Durable; nothing is announced.
    /// </summary>
    void RefreshLocal(IReadOnlyList<FileEntry> entries);

    RemoteIndexState RemoteState(DeviceId device);

    /// <summary>
    /// Stores a peer's entries as announced in one commit (it may be lost with a crash, as a whole and with its max sequence).
    /// </summary>
    /// <param name="reset">The first batch of a full index: all that was known of the device goes first.</param>
    /// <param name="indexId">The peer's index ID these belong to; another than the known one means <paramref name="reset"/>.</param>
    void CommitRemote(DeviceId device, ulong indexId, IReadOnlyList<FileEntry> entries, bool reset);

    /// <summary>Forgets the peer and its entries (unshared, index ID changed). May be lost with a crash, as its commits.</summary>
    void DropRemote(DeviceId device);

    /// <summary>Peers whose index is known here, if only as empty.</summary>
    IReadOnlyList<DeviceId> Remotes();

    /// <summary>Takes a new index ID, for a store that may have lost sequences it announced.</summary>
    void RenewIndexId();

    /// <summary>Makes all commits durable, peers' too.</summary>
    void Flush();

    /// <summary>Writes a little; <see cref="IOException"/> says why the index can't be written at the moment, and what to do.</summary>
    void CheckWritable();
}

/// <summary>Opens the folders' indexes. The simulator's fake loses what was not committed.</summary>
public interface IFolderIndexes
{
    /// <summary>Opens or makes the folder's index; <see cref="IndexDamagedException"/> when it can't be trusted.</summary>
    IFolderIndex Open(FolderId folder);

    /// <summary>Puts a damaged index aside (kept for a diagnosis) so that <see cref="Open"/> makes a new one.</summary>
    void PutAside(FolderId folder);

    /// <summary>Removes the folder's index: the folder was removed from the configuration.</summary>
    void Remove(FolderId folder);
}
