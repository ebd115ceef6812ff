using System.Text;
using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Parses DownloadProgress by hand: besides an index it is the only message that can name a million items in 8 MB.</summary>
internal static class DownloadProgressDecoder
{
    public const int MaxUpdates = 100_000;

    /// <summary>Over all updates of a message: files of 16 TB in one go.</summary>
    public const int MaxBlocks = 1_000_000;

    public static BepMessage Read(ReadOnlySpan<byte> body)
    {
        var folder = new FolderId("");
        List<ProgressUpdate> updates = [];
        int count = 0, blocks = 0;
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.DownloadProgress.Folder: folder = FolderIdDecoder.Of(reader.ReadBytes()); break;
                case Tags.DownloadProgress.Update:
                    if (++count > MaxUpdates)
                        throw BepException.Violation($"The other device sent a DownloadProgress of more than {MaxUpdates} files.");
                    if (UpdateOf(reader.ReadBytes(), ref blocks) is { } update)
                        updates.Add(update);
                    break;
                default: reader.Skip(tag); break;
            }
        }
        return new BepMessage.DownloadProgress(folder, updates);
    }

    /// <summary>Null for an update about an impossible name or version: progress is only a hint.</summary>
    private static ProgressUpdate? UpdateOf(ReadOnlySpan<byte> wire, ref int blocks)
    {
        ReadOnlySpan<byte> name = default, vector = default;
        List<int> indexes = [];
        var (blockSize, isForgotten) = (0, false);
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Progress.UpdateType: isForgotten = reader.ReadVarint() == 1; break;
                case Tags.Progress.Name: name = reader.ReadBytes(); break;
                case Tags.Progress.Version: vector = reader.ReadBytes(); break;
                case Tags.Progress.BlockIndex: Add(indexes, reader.ReadInt32(), ref blocks); break;
                case Tags.Progress.PackedBlockIndexes:
                    for (var packed = new ProtoReader(reader.ReadBytes()); !packed.AtEnd;)
                        Add(indexes, packed.ReadInt32(), ref blocks);
                    break;
                case Tags.Progress.BlockSize: blockSize = reader.ReadInt32(); break;
                default: reader.Skip(tag); break;
            }
        }
        var version = VectorDecoder.Read(vector, out var fault);
        return fault is null && name.Length <= EntryLimits.MaxNameBytes && FileNameDecoder.TryRead(Encoding.UTF8.GetString(name), out var file)
            ? new ProgressUpdate(file, version, indexes, blockSize, isForgotten)
            : null;
    }

    private static void Add(List<int> indexes, int index, ref int blocks)
    {
        if (++blocks > MaxBlocks)
            throw BepException.Violation($"The other device sent a DownloadProgress of more than {MaxBlocks} blocks.");
        indexes.Add(index);
    }
}
