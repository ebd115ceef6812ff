using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Encodes and decodes Index and IndexUpdate, which differ only in their type and in the previous sequence.</summary>
internal static class IndexCodec
{
    /// <summary>Entries per message. Peers send 1,000; the limit keeps a message of minimal entries from filling the memory.</summary>
    public const int MaxEntries = 250_000;

    /// <summary>
    /// Bytes of names, link targets and platform data kept per message. Peers send a hundredth of that, but a small compressed message can expand
    /// to a lot.
    /// </summary>
    public const int MaxRetainedBytes = 64 << 20;

    /// <summary>Refused entries of one message that are reported with name and reason.</summary>
    public const int MaxReported = 100;

    /// <summary>A longer message is decoded in pieces of about this many bytes, each of which may be dropped before the next one is made.</summary>
    public const int PieceBytes = 32 << 20;

    public static BepMessage Read(ReadOnlySpan<byte> body, bool isUpdate) => new IndexPieces(body, isUpdate, int.MaxValue).Next(body);

    public static int Size(FolderId folder, IReadOnlyList<FileEntry> files, long last, long previous)
    {
        var size = ProtoSize.Text(Tags.Index.Folder, folder.Value) +
            ProtoSize.Number(Tags.Index.LastSequence, last) + ProtoSize.Number(Tags.Index.PreviousSequence, previous);
        for (var i = 0; i < files.Count; i++)
            size = checked(size + ProtoSize.Message(Tags.Index.File, FileInfoEncoder.Size(files[i])));
        return size;
    }

    public static void Write(Span<byte> body, FolderId folder, IReadOnlyList<FileEntry> files, long last, long previous)
    {
        var writer = new ProtoWriter(body);
        writer.Text(Tags.Index.Folder, folder.Value);
        for (var i = 0; i < files.Count; i++)
        {
            writer.Length(Tags.Index.File, FileInfoEncoder.Size(files[i]));
            FileInfoEncoder.Write(ref writer, files[i]);
        }
        writer.Number(Tags.Index.LastSequence, last);
        writer.Number(Tags.Index.PreviousSequence, previous);
    }
}
