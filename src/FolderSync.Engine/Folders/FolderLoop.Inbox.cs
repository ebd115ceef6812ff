using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Peers' indexes on their way in.</summary>
internal sealed partial class FolderLoop
{
    /// <summary>A deletion waits this long behind the last index batch: the new name of a renamed file may still be under way.</summary>
    private static readonly TimeSpan DeleteSettle = TimeSpan.FromSeconds(1);

    private readonly RefusedItems _refused;
    private readonly SortedSet<DeviceId> _missed = [];
    private Deadline _deletionsSettled = Deadline.Passed;

    /// <summary>Queues a peer's batch; waits while the queue is full. Thread-safe.</summary>
    public async ValueTask ReceiveAsync(RemoteBatch batch, CancellationToken cancellation)
    {
        try
        {
            await Volatile.Read(ref _inbox).Writer.WriteAsync(batch, cancellation);
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            // The folder is being rebuilt, or can't be written.
            NoteMissed(batch.Device);
        }
    }

    /// <summary>
    /// Something that the device announced did not get into the index, while what it announces next would: its place in the device's sequence
    /// would be taken for known. Once the folder runs again, the connection begins anew from what the index really has. Thread-safe.
    /// </summary>
    internal void NoteMissed(DeviceId device)
    {
        lock (_lock)
            _missed.Add(device);
    }

    /// <summary>What was queued for the flows that ended is not taken in behind a gap.</summary>
    private void RenewInbox()
    {
        var before = _inbox;
        Volatile.Write(ref _inbox, NewInbox());
        before.Writer.TryComplete();
        while (before.Reader.TryRead(out var batch))
            NoteMissed(batch.Device);
    }

    private void ReconnectMissed()
    {
        List<DeviceId> missed;
        lock (_lock)
        {
            missed = [.. _missed];
            _missed.Clear();
        }
        foreach (var device in missed)
            _peers(device)?.Close($"The index of folder '{Id}' could not be received in full; it is asked for again.");
    }

    /// <summary>Forgets what a peer announced (its index is another one now). Thread-safe.</summary>
    public async Task ForgetAsync(DeviceId device, CancellationToken cancellation)
    {
        if (Index is { } index)
            await _parts.Workers.Run(() => index.DropRemote(device), cancellation);
        _refused.Forget(device);
    }

    /// <summary>Takes a new index ID: a peer knows more of this index than there is. Thread-safe.</summary>
    public async Task RenewIndexAsync()
    {
        if (Index is { } index)
            await _parts.Workers.Run(index.RenewIndexId, _stop.Token);
    }

    private async Task InboxFlowAsync()
    {
        while (await _inbox.Reader.WaitToReadAsync(_flowsEnd))
        {
            while (_inbox.Reader.TryRead(out var batch))
            {
                // One may still be queued when the device is unshared.
                if (Config.Devices.Contains(batch.Device))
                    await TakeInOrNoteAsync(batch);
            }
        }
    }

    private async Task TakeInOrNoteAsync(RemoteBatch batch)
    {
        try
        {
            await TakeInAsync(batch);
        }
        catch
        {
            NoteMissed(batch.Device);
            throw;
        }
    }

    private async Task TakeInAsync(RemoteBatch batch)
    {
        var index = _index!;
        batch = batch.WithoutInternal();
        // Known before the commit: what it moves on from is not told again.
        await NoteRefusedAsync(batch, index);
        await _parts.Workers.Run(() => index.CommitRemote(batch.Device, batch.IndexId, batch.ToStore(), batch.IsFull), _flowsEnd);
        await _parts.Workers.Run(
            () =>
            {
                Fetched.Supersede(batch.Files, index);
                return true;
            },
            _flowsEnd);
        await ResurrectAsync(batch.Files);
        _deletionsSettled = Deadline.In(DeleteSettle, _parts.Time);
        var sequence = index.RemoteState(batch.Device).MaxSequence;
        _events.Add(
            "RemoteIndexUpdated",
            ("device", batch.Device.ToString()),
            ("folder", Id.Value),
            ("items", batch.Files.Count),
            ("sequence", sequence),
            ("version", sequence));
        OnSourcesChanged();
    }

    /// <summary>An edit here wins over a deletion that did not know of it, and says so.</summary>
    private Task ResurrectAsync(IReadOnlyList<FileEntry> theirs)
    {
        if (Config.Type != FolderType.SendReceive || theirs.All(t => !t.Deleted))
            return Task.CompletedTask;
        return CommitAsync(index =>
        {
            var now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
            var alive = new List<FileEntry>();
            foreach (var tombstone in theirs.Where(t => t.Deleted))
            {
                if (LocalChange.Resurrect(index.FindLocal(tombstone.Name), tombstone, _parts.Self.Short, now) is { } entry)
                    alive.Add(entry);
            }
            return alive;
        });
    }

    /// <summary>Reads, decides and commits this device's entries as one step against all other commits of them.</summary>
    private async Task<IReadOnlyList<FileEntry>> CommitAsync(Func<IFolderIndex, IReadOnlyList<FileEntry>> decide)
    {
        var index = _index!;
        IReadOnlyList<FileEntry> committed;
        await _commits.TakeAsync(1, _flowsEnd);
        try
        {
            committed = await _parts.Workers.Run(() => decide(index) is { Count: > 0 } entries ? Fetched.Commit(index, entries) : [], _flowsEnd);
        }
        finally
        {
            _commits.Give(1);
        }
        // An open handle of a name that changed, by a scan too, knows the old size and maybe the old file.
        DropServing(committed.Select(e => e.Name).ToHashSet());
        OnLocalCommitted(committed);
        return committed;
    }

    private async Task NoteRefusedAsync(RemoteBatch batch, IFolderIndex index)
    {
        var settled = 0L;
        if (!batch.IsFull && _refused.NamedBesideOthers(batch.Device) is { } named)
        {
            settled = await _parts.Workers.Run(
                () => batch.Files.LongCount(f => !named.Contains(f.Name.Value) && RemoteBatch.IsRefused(index.Find(batch.Device, f.Name))), _flowsEnd);
        }
        var (before, after) = _refused.Note(batch, settled);
        // Once, and again when it is a lot more: a device that sends nothing else must not fill the log.
        if (batch.RefusedInAll > 0 && Magnitude(after) > Magnitude(before) && batch.Refused is [var first, ..])
            Log.EntriesRefused(_log, Config.DisplayName, NameOf(batch.Device) ?? batch.Device.Short.ToString(), after, first.Name, first.Reason);
    }

    private static int Magnitude(long count) => count == 0 ? 0 : 1 + (int)Math.Log10(count);

    /// <summary>How a person calls a device that shares the folder; null for one that does not.</summary>
    private string? NameOf(DeviceId device) =>
        !Config.Devices.Contains(device) ? null : Peer(device)?.Config.Name is { Length: > 0 } name ? name : device.Short.ToString();
}
