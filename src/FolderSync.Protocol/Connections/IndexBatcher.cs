using FolderSync.Core.Model;
using FolderSync.Protocol.Messages;

namespace FolderSync.Protocol.Connections;

/// <summary>Splits a stream of entries into messages of a size that suits all peers.</summary>
public static class IndexBatcher
{
    public const int MaxEntries = 1000;

    /// <summary>Bytes before compression. Only a single longer entry makes a longer message, alone.</summary>
    public const int TargetBytes = 512 << 10;

    /// <summary>The entries in order, in batches of at least one.</summary>
    public static IEnumerable<IReadOnlyList<FileEntry>> Split(IEnumerable<FileEntry> entries)
    {
        var batch = new List<FileEntry>();
        long bytes = 0;
        foreach (var entry in entries)
        {
            var size = FileInfoEncoder.Size(entry);
            if (batch.Count > 0 && (batch.Count == MaxEntries || bytes + size > TargetBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }
            batch.Add(entry);
            bytes += size;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>The messages that announce the entries, each with its last sequence and the last one of the message before.</summary>
    /// <param name="entries">By ascending sequence.</param>
    /// <param name="isFull">True: the first message is an Index, even without any entry. False: all are IndexUpdates.</param>
    /// <param name="previousSequence">For an update, the highest sequence of this device that the peer has.</param>
    public static IEnumerable<BepMessage> ToMessages(FolderId folder, IEnumerable<FileEntry> entries, bool isFull, long previousSequence)
    {
        var begun = !isFull;
        var previous = isFull ? 0 : previousSequence;
        foreach (var batch in Split(entries))
        {
            var last = batch[^1].Sequence;
            yield return begun ? new BepMessage.IndexUpdate(folder, batch, last, previous) : new BepMessage.Index(folder, batch, last);
            begun = true;
            previous = last;
        }
        if (!begun)
            yield return new BepMessage.Index(folder, [], 0);
    }
}
