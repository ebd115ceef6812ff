using System.Threading.Channels;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>Peers' indexes on their way into the folder's: queued, applied in the order of their arrival, and answered where an edit here is not to be lost.</summary>
internal sealed class RemoteIndexInbox(OpenFolder open, LocalIndexWriter writer, RefusedItems refused, Func<DeviceId, string?> nameOf, Action<DeviceId> onMissed)
{
    private const int Capacity = 8;

    /// <summary>A deletion waits this long behind the last index batch: the new name of a renamed file may still be on its way.</summary>
    private static readonly TimeSpan DeletionDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<RemoteBatch> _batches = Channel.CreateBounded<RemoteBatch>(Capacity);

    private ConfiguredFolder Folder => open.Folder;

    /// <summary>From when on deletions may be carried out.</summary>
    public Deadline DeletionsSettled { get; private set; } = Deadline.In(DeletionDelay, open.Folder.Parts.Time);

    /// <summary>Queues a batch; waits while the queue is full. Thread-safe.</summary>
    public async ValueTask EnqueueAsync(RemoteBatch batch, CancellationToken cancellation)
    {
        try
        {
            await _batches.Writer.WriteAsync(batch, cancellation);
        }
        catch (ChannelClosedException)
        {
            onMissed(batch.Device);
        }
    }

    /// <summary>Ends the inbox: whoever receives for this folder must not wait for room in it. Thread-safe.</summary>
    public void Close() => _batches.Writer.TryComplete();

    /// <summary>Ends the inbox, and its flow with that fault. Thread-safe.</summary>
    public void Fail(Exception fault) => _batches.Writer.TryComplete(fault);

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _batches.Reader.WaitToReadAsync(cancellation))
            {
                while (_batches.Reader.TryRead(out var batch))
                {
                    // One may still be queued when the device is unshared.
                    if (Folder.Config.Devices.Contains(batch.Device))
                        await ApplyOrMissAsync(batch, cancellation);
                }
            }
        }
        finally
        {
            Close();
            // What is queued must not be applied behind a gap.
            while (_batches.Reader.TryRead(out var batch))
                onMissed(batch.Device);
        }
    }

    private async Task ApplyOrMissAsync(RemoteBatch batch, CancellationToken cancellation)
    {
        try
        {
            await ApplyRemoteIndexAsync(batch.WithoutInternal(), cancellation);
        }
        catch
        {
            onMissed(batch.Device);
            throw;
        }
    }

    private async Task ApplyRemoteIndexAsync(RemoteBatch batch, CancellationToken cancellation)
    {
        var index = open.Index;
        // Known before the commit: what it moves on from is not announced again.
        await NoteRefusedAsync(batch, cancellation);
        await open.RunAsync(() => index.CommitRemote(batch.Device, batch.IndexId, batch.ToStore(), batch.IsFull), cancellation);
        await open.RunAsync(() => Folder.Fetched.Supersede(batch.Files, index), cancellation);
        await ResurrectAsync(batch.Files, cancellation);
        await AnnounceIgnoredAsync(batch.Files, cancellation);
        DeletionsSettled = Deadline.In(DeletionDelay, Folder.Parts.Time);
        Folder.Events.Publish(() => new EngineEvent.RemoteIndexUpdated(batch.Device, Folder.Id, batch.Files.Count, index.RemoteState(batch.Device).MaxSequence));
        Folder.OnSourcesChanged();
    }

    /// <summary>
    /// An edit here wins over a deletion that did not know of it, and is announced anew. A conflict copy that holds the same as an earlier one is no
    /// edit: announced anew it would be this device's, who would remove it as redundant, and so on among all of them.
    /// </summary>
    private Task ResurrectAsync(IReadOnlyList<FileEntry> theirs, CancellationToken cancellation)
    {
        if (Folder.Config.Type != FolderType.SendReceive || theirs.All(t => !t.Deleted))
            return Task.CompletedTask;
        return writer.CommitAsync(
            index => [.. theirs.Where(t => t.Deleted && !ConflictCopies.IsRedundant(index, t.Name))
                .Select(t => LocalChange.Resurrect(index.FindLocal(t.Name), t, Folder.Parts.Self.Short, Folder.NowSeconds)).OfType<FileEntry>()],
            cancellation);
    }

    /// <summary>What is ignored here has a newer version elsewhere: it is announced anew, as ignored, under that version.</summary>
    private async Task AnnounceIgnoredAsync(IReadOnlyList<FileEntry> theirs, CancellationToken cancellation)
    {
        var index = open.Index;
        var outdated = await open.RunAsync(() => theirs.Where(t => !t.IsInvalid && IsOutdated(index.FindLocal(t.Name), t)).Select(t => t.Name).ToList(), cancellation);
        if (outdated.Count > 0)
            await writer.CommitAsync(index => [.. outdated.Select(index.FindLocal).OfType<FileEntry>().Where(IsIgnored)], cancellation);
    }

    private static bool IsOutdated(FileEntry? mine, FileEntry theirs) => mine is not null && IsIgnored(mine) && !mine.Version.Covers(theirs.Version);

    private static bool IsIgnored(FileEntry entry) => (entry.LocalFlags & LocalFlags.Ignored) != 0;

    private async Task NoteRefusedAsync(RemoteBatch batch, CancellationToken cancellation)
    {
        var settled = 0L;
        if (!batch.IsFull && refused.NamedBesideOthers(batch.Device) is { } named)
        {
            settled = await open.RunAsync(
                () => batch.Files.LongCount(f => !named.Contains(f.Name.Value) && RemoteBatch.IsRefused(open.Index.Find(batch.Device, f.Name))), cancellation);
        }
        var (before, after) = refused.Note(batch, settled);
        // Once, and again when it is a lot more: a device that sends nothing else must not fill the log.
        if (batch.RefusedInAll > 0 && Magnitude(after) > Magnitude(before) && batch.Refused is [var first, ..])
            Log.EntriesRefused(Folder.Log, Folder.DisplayName, nameOf(batch.Device) ?? batch.Device.Short.ToString(), after, first.Name, first.Reason);
    }

    private static int Magnitude(long count) => count == 0 ? 0 : 1 + (int)Math.Log10(count);
}
