using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Encodes a <see cref="FileEntry"/> as a FileInfo: first the size, then the bytes, since nested lengths precede their content.</summary>
/// <remarks>Local flags never leave this device: a flagged entry is sent as invalid, without content.</remarks>
internal static class FileInfoEncoder
{
    private static readonly byte[] WireTypes = [0, 1, 4];

    /// <summary>Bytes of the FileInfo, without a tag and length around it.</summary>
    public static int Size(FileEntry e) =>
        ProtoSize.Text(Tags.FileInfo.Name, e.Name.Value) +
        ProtoSize.Number(Tags.FileInfo.Type, WireTypes[(int)e.Type]) +
        ProtoSize.Number(Tags.FileInfo.Size, FileSize(e)) +
        ProtoSize.Number(Tags.FileInfo.Permissions, e.Permissions) +
        ProtoSize.Number(Tags.FileInfo.ModifiedSeconds, e.Modified.Seconds) +
        ProtoSize.Flag(Tags.FileInfo.Deleted, e.Deleted) +
        ProtoSize.Flag(Tags.FileInfo.Invalid, e.IsInvalid) +
        ProtoSize.Flag(Tags.FileInfo.NoPermissions, e.NoPermissions) +
        ProtoSize.Message(Tags.FileInfo.Version, VectorSize(Version(e))) +
        ProtoSize.Number(Tags.FileInfo.Sequence, e.Sequence) +
        ProtoSize.Number(Tags.FileInfo.ModifiedNanoseconds, e.Modified.Nanoseconds) +
        ProtoSize.Number(Tags.FileInfo.ModifiedBy, e.ModifiedBy.Value) +
        ProtoSize.Bytes(Tags.FileInfo.Platform, e.Platform.Length) +
        BlocksSize(Blocks(e)) +
        ProtoSize.Text(Tags.FileInfo.SymlinkTarget, e.SymlinkTarget ?? "") +
        ProtoSize.Hash(Tags.FileInfo.PreviousBlocksHash, e.PreviousBlocksHash) +
        (Origin(e) is { } origin ? ProtoSize.Message(Tags.FileInfo.Origin, OriginCodec.Size(origin)) : 0);

    public static void Write(ref ProtoWriter writer, FileEntry e)
    {
        writer.Text(Tags.FileInfo.Name, e.Name.Value);
        writer.Number(Tags.FileInfo.Type, WireTypes[(int)e.Type]);
        writer.Number(Tags.FileInfo.Size, FileSize(e));
        writer.Number(Tags.FileInfo.Permissions, e.Permissions);
        writer.Number(Tags.FileInfo.ModifiedSeconds, e.Modified.Seconds);
        writer.Flag(Tags.FileInfo.Deleted, e.Deleted);
        writer.Flag(Tags.FileInfo.Invalid, e.IsInvalid);
        writer.Flag(Tags.FileInfo.NoPermissions, e.NoPermissions);
        writer.Length(Tags.FileInfo.Version, VectorSize(Version(e)));
        WriteVector(ref writer, Version(e));
        writer.Number(Tags.FileInfo.Sequence, e.Sequence);
        writer.Number(Tags.FileInfo.ModifiedNanoseconds, e.Modified.Nanoseconds);
        writer.Number(Tags.FileInfo.ModifiedBy, e.ModifiedBy.Value);
        writer.Number(Tags.FileInfo.BlockSize, Blocks(e)?.BlockSize ?? 0);
        writer.Bytes(Tags.FileInfo.Platform, e.Platform.Span);
        WriteBlocks(ref writer, Blocks(e));
        writer.Text(Tags.FileInfo.SymlinkTarget, e.SymlinkTarget ?? "");
        writer.Hash(Tags.FileInfo.BlocksHash, Blocks(e)?.BlocksHash ?? default);
        writer.Hash(Tags.FileInfo.PreviousBlocksHash, e.PreviousBlocksHash);
        if (Origin(e) is not { } origin)
            return;
        writer.Length(Tags.FileInfo.Origin, OriginCodec.Size(origin));
        OriginCodec.Write(ref writer, origin);
    }

    private static VersionOrigin? Origin(FileEntry e) => e.IsInvalid ? null : e.Origin;

    private static long FileSize(FileEntry e) => Blocks(e)?.FileSize ?? 0;

    private static BlockList? Blocks(FileEntry e) => e.IsFile && !e.IsInvalid ? e.Blocks : null;

    /// <summary>A local change in a receive-only folder must never become anyone's best version, valid or invalid.</summary>
    private static VersionVector Version(FileEntry e) =>
        (e.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0 ? VersionVector.Empty : e.Version;

    internal static int VectorSize(VersionVector vector)
    {
        var size = 0;
        foreach (var counter in vector.Counters)
            size += ProtoSize.Message(Tags.Vector.Counter, CounterSize(counter));
        return size;
    }

    private static int CounterSize(Counter counter) =>
        ProtoSize.Number(Tags.Vector.CounterId, counter.Device.Value) + ProtoSize.Number(Tags.Vector.CounterValue, counter.Value);

    internal static void WriteVector(ref ProtoWriter writer, VersionVector vector)
    {
        foreach (var counter in vector.Counters)
        {
            writer.Length(Tags.Vector.Counter, CounterSize(counter));
            writer.Number(Tags.Vector.CounterId, counter.Device.Value);
            writer.Number(Tags.Vector.CounterValue, counter.Value);
        }
    }

    /// <summary>Everything of a block list: the block size, the blocks and their hash.</summary>
    private static int BlocksSize(BlockList? blocks)
    {
        if (blocks is null)
            return 0;
        var size = ProtoSize.Number(Tags.FileInfo.BlockSize, blocks.BlockSize) + ProtoSize.Hash(Tags.FileInfo.BlocksHash, blocks.BlocksHash);
        for (var i = 0; i < blocks.Count; i++)
            size += ProtoSize.Message(Tags.FileInfo.Block, BlockSize(blocks, i));
        return size;
    }

    private static int BlockSize(BlockList blocks, int index) =>
        ProtoSize.Number(Tags.BlockInfo.Offset, (long)index * blocks.BlockSize) +
        ProtoSize.Number(Tags.BlockInfo.Size, blocks.SizeOf(index)) +
        ProtoSize.Message(Tags.BlockInfo.Hash, BlockHash.Length);

    private static void WriteBlocks(ref ProtoWriter writer, BlockList? blocks)
    {
        for (var i = 0; i < blocks?.Count; i++)
        {
            writer.Length(Tags.FileInfo.Block, BlockSize(blocks, i));
            writer.Number(Tags.BlockInfo.Offset, (long)i * blocks.BlockSize);
            writer.Number(Tags.BlockInfo.Size, blocks.SizeOf(i));
            writer.Bytes(Tags.BlockInfo.Hash, blocks.HashBytes(i));
        }
    }
}
