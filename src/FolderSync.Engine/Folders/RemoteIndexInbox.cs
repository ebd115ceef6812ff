using System.Threading.Channels;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Receives peers' index updates for the folder: queues them, applies them in order of arrival, and saves local edits from being lost.
/// </summary>
internal sealed class RemoteIndexInbox(OpenFolder open, LocalIndexWriter writer, RefusedItems refused, Func<DeviceId, string?> nameOf, Action<DeviceId> onMissed)
{
    private const int Capacity = 8;

    /// <summary>A deletion waits this long after the last index batch: a renamed file's new name may still arrive.</summary>
    private static readonly TimeSpan DeletionDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<RemoteBatch> _batches = Channel.CreateBounded<RemoteBatch>(Capacity);

    private ConfiguredFolder Folder => open.Folder;

    /// <summary>When deletions may be carried out.</summary>
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

    /// <summary>Closes the inbox, so that receivers don't wait for space in it. Thread-safe.</summary>
    public void Close() => _batches.Writer.TryComplete();

    /// <summary>Closes the inbox and ends its flow with that fault. Thread-safe.</summary>
    public void Fail(Exception fault) => _batches.Writer.TryComplete(fault);

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _batches.Reader.WaitToReadAsync(cancellation))
            {
                while (_batches.Reader.TryRead(out var batch))
                {
                    // A batch may still be queued when its device is unshared.
                    if (Folder.Config.Devices.Contains(batch.Device))
                        await ApplyOrMissAsync(batch, cancellation);
                }
            }
        }
        finally
        {
            Close();
            // Queued batches must not be applied after a gap.
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
        // Read this before the commit: what the commit supersedes isn't announced again.
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
    /// A local edit wins over a deletion that didn't know it, and is announced again. A conflict copy equal to an earlier one isn't an edit:
    /// announcing it again would make it this device's, which would remove it as redundant, and so on between all devices.
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
        // Once, and again when the number has grown a lot: a device that sends nothing else must not fill the log.
        if (batch.RefusedInAll > 0 && Magnitude(after) > Magnitude(before) && batch.Refused is [var first, ..])
            Log.EntriesRefused(Folder.Log, Folder.DisplayName, nameOf(batch.Device) ?? batch.Device.Short.ToString(), after, first.Name, first.Reason);
    }

    private static int Magnitude(long count) => count == 0 ? 0 : 1 + (int)Math.Log10(count);
}
