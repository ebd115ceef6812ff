using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>
/// Announces one open folder's local entries on one link: first what the peer lacks, then each change after its commit. Ends with the link or the
/// index: a reopened folder gets another sender.
/// </summary>
internal sealed class IndexSender(EngineParts parts, DeviceId peer, IFolderEndpoint folder, IFolderIndex index, PeerLink link)
{
    private const int PageSize = 1000;

    /// <summary>Runs until cancelled, or until the link or the index ends.</summary>
    /// <param name="known">The highest sequence that the peer has; negative: nothing, send a full index.</param>
    public async Task RunAsync(long known, CancellationToken cancellation)
    {
        using var wake = new Wakeup(parts.Time);
        using var subscription = folder.SubscribeToCommits(wake);
        var id = folder.Config.Id;
        var isFull = known < 0;
        // Continue reading here. The other value is the end of the peer's last batch: unannounced entries leave no gap.
        var sent = Math.Max(known, 0);
        var announced = sent;
        while (true)
        {
            IReadOnlyList<FileEntry> page = await parts.Workers.Run(() => Read(sent), cancellation);
            var due = Deadline.Never;
            // Check it after reading the page: entries committed under the limit come after it.
            if (folder.AnnouncementLimit is { } limit && !limit.Until.IsPast(parts.Time))
                (page, due) = ([.. page.TakeWhile(e => e.Sequence <= limit.After)], limit.Until);
            if (page.Count == 0 && !isFull)
            {
                await wake.WaitUntilAsync(due, cancellation);
                continue;
            }
            // Announce a full index even if it is empty.
            foreach (var files in page.Count == 0 ? [[]] : IndexBatcher.Split(page))
            {
                var last = files.Count == 0 ? 0 : files[^1].Sequence;
                var announceable = files.Select(Announced).OfType<FileEntry>().ToList();
                BepMessage message = isFull ? new BepMessage.Index(id, announceable, last) : new BepMessage.IndexUpdate(id, announceable, last, announced);
                if (announceable.Count > 0 || isFull)
                {
                    // Of a whole index once, for all of it.
                    var upTo = isFull ? Math.Max(last, index.LocalSequence) : last;
                    await parts.Workers.Run(() => Record(upTo), cancellation);
                    await link.SendAsync(message, cancellation);
                    isFull = false;
                    announced = Math.Max(announced, last);
                }
                sent = Math.Max(sent, last);
            }
        }
    }

    private bool Record(long upTo)
    {
        folder.OnAnnouncing(peer, index, upTo);
        return true;
    }

    private List<FileEntry> Read(long after) =>
        [.. index.LocalSince(after, PageSize).Select(e => (e.LocalFlags & LocalFlags.Ignored) == 0 ? e : LocalChange.AnnouncedIgnored(e, index.FindGlobal(e.Name)))];

    /// <summary>
    /// An entry without a version is nobody's version. Still, this device has to announce, as invalid, that it no longer has what it announced for
    /// the name before: otherwise two devices that both gave a name up would wait for each other. Null: nothing to announce.
    /// </summary>
    private static FileEntry? Announced(FileEntry entry) => !entry.Version.IsEmpty ? entry : entry.Deleted ? entry with { Invalid = true } : null;
}
