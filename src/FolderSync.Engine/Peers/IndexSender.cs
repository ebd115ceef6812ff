using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>Announces one folder's local entries on one link: what the peer lacks first, then each change as it is committed.</summary>
internal sealed class IndexSender(EngineParts parts, FolderLoop folder, PeerLink link)
{
    private const int PageSize = 1000;

    /// <summary>Runs until cancelled or the link ends.</summary>
    /// <param name="known">The highest sequence the peer has; negative: nothing, a full index is due.</param>
    public async Task RunAsync(long known, CancellationToken cancellation)
    {
        using var wake = new Wakeup(parts.Time);
        using var subscription = folder.ListenToCommits(wake);
        var isFull = known < 0;
        // Read on from here; the other is what the peer's last batch went up to: what is not told makes no gap.
        var sent = Math.Max(known, 0);
        var told = sent;
        while (true)
        {
            var index = folder.Index;
            var page = index is null ? [] : await parts.Workers.Run(() => index.LocalSince(sent, PageSize), cancellation);
            if (index is null || (page.Count == 0 && !isFull))
            {
                await wake.WaitUntilAsync(Deadline.Never, cancellation);
                continue;
            }
            if (page.Count > 0 && folder.NewsHold is { } hold && page[0].Sequence > hold.After && !hold.Until.IsPast(parts.Time))
            {
                await wake.WaitUntilAsync(hold.Until, cancellation);
                continue;
            }
            // A full index is told even where it is empty.
            foreach (var files in page.Count == 0 ? [[]] : IndexBatcher.Split(page))
            {
                var last = files.Count == 0 ? 0 : files[^1].Sequence;
                var tellable = files.Select(Told).OfType<FileEntry>().ToList();
                BepMessage message = isFull
                    ? new BepMessage.Index(folder.Id, tellable, last)
                    : new BepMessage.IndexUpdate(folder.Id, tellable, last, told);
                if (tellable.Count > 0 || isFull)
                {
                    await link.SendAsync(message, cancellation);
                    isFull = false;
                    told = Math.Max(told, last);
                }
                sent = Math.Max(sent, last);
            }
        }
    }

    /// <summary>
    /// An entry without a version is nobody's version. That this device no longer has what it announced of the name before is told all the same, as
    /// invalid: else two devices that both gave a name up would wait for each other. Null: nothing to tell.
    /// </summary>
    private static FileEntry? Told(FileEntry entry) => !entry.Version.IsEmpty ? entry : entry.Deleted ? entry with { Invalid = true } : null;
}
