using System.Threading.Channels;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Receives peers' index updates for the folder: queues them, applies them in order of arrival, and saves local edits from being lost.
/// </summary>
internal sealed class RemoteIndexInbox(
    OpenFolder open, LocalIndexWriter writer, RefusedItems refused, ForkedVersions forks, Func<DeviceId, string?> nameOf, Action<DeviceId> onMissed)
{
    private const int Capacity = 8;

    /// <summary>Of queued batches: a message of a thousand entries may be anything from 100 KB to hundreds of megabytes.</summary>
    private const int MaxBytes = 16 << 20;

    /// <summary>A deletion waits this long after the last index batch: a renamed file's new name may still arrive.</summary>
    private static readonly TimeSpan DeletionDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<Work> _batches = Channel.CreateBounded<Work>(Capacity);
    private readonly AsyncBudget _bytes = new(MaxBytes);
    private readonly CancellationTokenSource _closed = new();

    private ConfiguredFolder Folder => open.Folder;

    /// <summary>When deletions may be carried out.</summary>
    public Deadline DeletionsSettled { get; private set; } = Deadline.In(DeletionDelay, open.Folder.Parts.Time);

    /// <summary>Queues a batch; waits while the queue is full, in number or in bytes. Thread-safe.</summary>
    public async ValueTask EnqueueAsync(RemoteBatch batch, CancellationToken cancellation)
    {
        var bytes = batch.Bytes;
        // Cancelled with the inbox, too: nobody may wait for room in one that is no longer drained.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        try
        {
            await _bytes.AcquireAsync(bytes, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            onMissed(batch.Device);
            return;
        }
        var isQueued = false;
        try
        {
            await _batches.Writer.WriteAsync(new Work(batch.Device, batch, null), cancellation);
            isQueued = true;
        }
        catch (ChannelClosedException)
        {
            onMissed(batch.Device);
        }
        finally
        {
            if (!isQueued)
                _bytes.Release(bytes);
        }
    }

    /// <summary>Forgets a device's announcements, those that still wait here, too: applied later, they would look like all there is. Thread-safe.</summary>
    /// <returns>When that is done.</returns>
    public async Task ForgetAsync(DeviceId device, CancellationToken cancellation)
    {
        var forget = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _batches.Writer.WriteAsync(new Work(device, null, forget), cancellation);
        }
        catch (ChannelClosedException)
        {
            onMissed(device);
            return;
        }
        await forget.OrCancelled(cancellation);
    }

    /// <summary>Closes the inbox, so that receivers don't wait for space in it. Thread-safe.</summary>
    public void Close() => Close(null);

    /// <summary>Closes the inbox and ends its flow with that fault. Thread-safe.</summary>
    public void Fail(Exception fault) => Close(fault);

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _batches.Reader.WaitToReadAsync(cancellation))
            {
                while (_batches.Reader.TryRead(out var work))
                    await DoAsync(work, cancellation);
            }
        }
        finally
        {
            Close();
            // Queued batches must not be applied after a gap.
            while (_batches.Reader.TryRead(out var work))
            {
                onMissed(work.Device);
                Settle(work);
            }
        }
    }

    private async Task DoAsync(Work work, CancellationToken cancellation)
    {
        try
        {
            if (work.Batch is not { } batch)
                await ForgetNowAsync(work.Device, cancellation);
            // A batch may still be queued when its device is unshared.
            else if (Folder.Config.Devices.Contains(batch.Device))
                await ApplyOrMissAsync(batch, cancellation);
        }
        finally
        {
            Settle(work);
        }
    }

    /// <summary>Whether it was done or not: nobody waits for it any more.</summary>
    private void Settle(Work work)
    {
        if (work.Batch is { } batch)
            _bytes.Release(batch.Bytes);
        work.Forget?.TrySetResult();
    }

    private async Task ForgetNowAsync(DeviceId device, CancellationToken cancellation)
    {
        await open.RunAsync(() => open.Index.DropRemote(device), cancellation);
        refused.Forget(device);
    }

    private void Close(Exception? fault)
    {
        _batches.Writer.TryComplete(fault);
        _closed.Cancel();
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
        await forks.SeparateAsync(batch.Device, batch.Files, cancellation);
        (batch, var ignored) = await open.RunAsync(() => (WithOrigins(batch), IgnoredOf(batch.Files)), cancellation);
        await open.RunAsync(() => index.CommitRemote(batch.Device, batch.IndexId, batch.ToStore(), batch.IsFull), cancellation);
        await open.RunAsync(() => Folder.Fetched.Supersede(batch.Files, index), cancellation);
        await ResurrectAsync(batch.Files, cancellation);
        await AnnounceIgnoredAsync(ignored, cancellation);
        DeletionsSettled = Deadline.In(DeletionDelay, Folder.Parts.Time);
        Folder.Events.Publish(() => new EngineEvent.RemoteIndexUpdated(batch.Device, Folder.Id, batch.Files.Count, index.RemoteState(batch.Device).MaxSequence));
        Folder.OnSourcesChanged();
    }

    /// <summary>
    /// Syncthing doesn't say what a deletion deleted: what the device had announced before. It matters only where something else stands here.
    /// </summary>
    private RemoteBatch WithOrigins(RemoteBatch batch) => batch.IsFull || !batch.Files.Any(f => f is { Deleted: true, Origin: null })
        ? batch
        : batch with { Files = [.. batch.Files.Select(f => WithOrigin(batch.Device, f))] };

    private FileEntry WithOrigin(DeviceId device, FileEntry theirs) =>
        theirs is { Deleted: true, Origin: null } && open.Index.FindLocal(theirs.Name) is { Deleted: false } mine && mine.Version.IsConcurrentWith(theirs.Version)
            ? LocalChange.WithOrigin(theirs, open.Index.Find(device, theirs.Name))
            : theirs;

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

    /// <summary>Those of the names that are ignored here, with the version that counts so far. Blocks.</summary>
    private List<(FileName Name, VersionVector? Global)> IgnoredOf(IReadOnlyList<FileEntry> theirs) =>
        [.. theirs.Where(t => open.Index.FindLocal(t.Name) is { } mine && IsIgnored(mine)).Select(t => (t.Name, ValidGlobal(t.Name)?.Version))];

    /// <summary>
    /// Of what is ignored here another version counts now, since a device has a newer one or has what counted no more: it is announced anew, as ignored,
    /// under that version.
    /// </summary>
    private async Task AnnounceIgnoredAsync(IReadOnlyList<(FileName Name, VersionVector? Global)> ignored, CancellationToken cancellation)
    {
        if (ignored.Count == 0)
            return;
        var outdated = await open.RunAsync(() => ignored.Where(i => ValidGlobal(i.Name) is { } global && global.Version != i.Global).Select(i => i.Name).ToList(), cancellation);
        if (outdated.Count > 0)
            await writer.CommitAsync(index => [.. outdated.Select(index.FindLocal).OfType<FileEntry>().Where(IsIgnored)], cancellation);
    }

    private FileEntry? ValidGlobal(FileName name) => open.Index.FindGlobal(name) is { IsInvalid: false } global ? global : null;

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

    /// <param name="Batch">Null: forget the device.</param>
    /// <param name="Forget">Completed when it is forgotten.</param>
    private sealed record Work(DeviceId Device, RemoteBatch? Batch, TaskCompletionSource? Forget);
}
