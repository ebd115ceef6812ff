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

    public static BepMessage Read(ReadOnlySpan<byte> body, bool isUpdate)
    {
        var files = new List<FileEntry>(Count(body));
        var refused = new RefusedEntries();
        var room = MaxRetainedBytes;
        var folder = new FolderId("");
        long last = 0, previous = 0;
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Index.Folder: folder = FolderIdDecoder.Of(reader.ReadBytes()); break;
                case Tags.Index.LastSequence: last = reader.ReadInt64(); break;
                case Tags.Index.PreviousSequence: previous = reader.ReadInt64(); break;
                case Tags.Index.File:
                    if (FileInfoDecoder.Read(reader.ReadBytes(), ref room, out var why) is { } entry)
                        files.Add(entry);
                    else
                        refused.Add(why! with { Place = files.Count });
                    break;
                default: reader.Skip(tag); break;
            }
        }
        return isUpdate
            ? new BepMessage.IndexUpdate(folder, files, last, previous) { Refused = refused.Entries, RefusedCount = refused.Count }
            : new BepMessage.Index(folder, files, last) { Refused = refused.Entries, RefusedCount = refused.Count };
    }

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

    private static int Count(ReadOnlySpan<byte> body)
    {
        var count = 0;
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            if (tag == Tags.Index.File && ++count > MaxEntries)
                throw BepException.Violation($"An index message has more than {MaxEntries} entries.");
            reader.Skip(tag);
        }
        return count;
    }

    /// <summary>Bounded: keeps only the entries of a flood that have a name, since that name's known entry becomes stale.</summary>
    private struct RefusedEntries()
    {
        private List<RefusedEntry>? _entries;

        public int Count { get; private set; }

        public readonly IReadOnlyList<RefusedEntry> Entries => _entries ?? [];

        public void Add(RefusedEntry refused)
        {
            if (Count++ < MaxReported)
                (_entries ??= []).Add(refused);
            else if (refused.FileName is not null)
                _entries!.Add(refused with { Name = "", Reason = "" });
        }
    }
}
