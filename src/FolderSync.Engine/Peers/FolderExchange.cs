using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>
/// The state between this device and one peer for one folder, on the present connections: what the peer shares, how far its index was received,
/// which blocks it is fetching, and the sender of our index. Thread-safe.
/// </summary>
/// <param name="describe">What is shared with the peer now.</param>
internal sealed class FolderExchange(PeerContext context, DeviceId peer, FolderId id, Func<Task<BepMessage.ClusterConfig>> describe)
{
    private readonly Lock _lock = new();
    private readonly RemoteProgress _progress = new();
    private RemoteFolderState _state;
    private ulong _indexId;

    /// <summary>The highest sequence received on this connection; the next batch must continue from it.</summary>
    private long _received;
    private CancellationTokenSource? _sender;

    /// <summary>Whose entries the sender announces; a reopened folder has another one.</summary>
    private IFolderIndex? _senderOf;

    public RemoteFolderState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>The number of files with known progress of the peer.</summary>
    public int KnownProgress
    {
        get
        {
            lock (_lock)
                return _progress.Count;
        }
    }

    public bool HasTemporarily(FileName name, VersionVector version, int block)
    {
        lock (_lock)
            return _state == RemoteFolderState.Valid && _progress.Has(name, version, block);
    }

    /// <summary>Processes what the peer says about the folder.</summary>
    /// <param name="theirs">Null: nothing.</param>
    /// <returns>Why it can't be synced, if there is such a reason.</returns>
    public SharingRefusal Judge(SharedFolder? theirs)
    {
        var them = theirs?.Devices.FirstOrDefault(d => d.Id == peer);
        var us = theirs?.Devices.FirstOrDefault(d => d.Id == context.Parts.Self);
        var (state, refusal) = FolderSharing.Decide(theirs is null
            ? null
            : new RemoteSharing(theirs.Paused, us is not null, them is not null, us?.EncryptionPasswordToken.Length > 0, theirs.Type == FolderType.ReceiveEncrypted));
        lock (_lock)
            (_state, _indexId) = (state, them?.IndexId ?? 0);
        return refusal;
    }

    /// <summary>The folder is no longer shared with the peer.</summary>
    public void EndSharing()
    {
        lock (_lock)
        {
            _state = RemoteFolderState.NotSharing;
            _progress.Clear();
        }
        StopSender();
    }

    public void StopSender()
    {
        lock (_lock)
        {
            _sender?.Cancel();
            (_sender, _senderOf) = (null, null);
        }
    }

    /// <summary>Announces our index on the link, from where the peer has it, and determines where the peer's own index should continue.</summary>
    /// <param name="us">The peer's knowledge of our index.</param>
    /// <param name="isNew">The peer has just sent this: announce again whatever it has.</param>
    public async Task StartSenderAsync(PeerLink link, string peerName, IFolderEndpoint folder, SharingDevice? us, bool isNew)
    {
        lock (_lock)
        {
            if (!isNew && _sender is not null && _senderOf == folder.Index && _state == RemoteFolderState.Valid)
                return;
        }
        StopSender();
        if (us is null || folder.Index is not { } index || State == RemoteFolderState.NotSharing)
            return;
        var known = index.RemoteState(peer);
        // Zero: the peer doesn't say. Its new index may have arrived meanwhile, while the folder was being opened; that stays.
        if (known.IndexId != _indexId && known.IndexId != 0 && _indexId != 0)
        {
            await folder.ForgetAsync(peer, replaced: known.IndexId, link.Ended);
            known = index.RemoteState(peer);
        }
        lock (_lock)
            _received = known.MaxSequence;
        if (State == RemoteFolderState.Valid)
            StartSender(link, peerName, folder, index, await FirstSequenceAsync(link, folder, index, us));
    }

    /// <summary>Processes a peer's index message: checks that it continues what was received, and queues it for the folder.</summary>
    /// <exception cref="BepException">It doesn't continue; the connection starts over with a full index.</exception>
    public async Task ReceiveAsync(PeerLink link, IndexMessage message)
    {
        // The folder was paused or stopped here since the ClusterConfig: not the peer's fault.
        if (context.FolderSharedWith(id, peer) is not { } folder || State == RemoteFolderState.NotSharing)
            return;
        if (folder.Index is null)
        {
            folder.OnMissed(peer);
            return;
        }
        long received;
        lock (_lock)
            received = _received;
        if (!message.IsFull && message.Previous > received && context.FullIndexes.TryRequestFullIndex(id, peer, _indexId))
        {
            await folder.ForgetAllAsync(peer, link.Ended);
            throw new BepException($"The other device's index of '{id}' has a gap (from {received} to {message.Previous}); requesting the full index.");
        }
        var highest = message.Highest;
        lock (_lock)
            _received = message.IsFull ? highest : Math.Max(_received, highest);
        if (message.IsFull)
            context.FullIndexes.OnFullIndexReceived(id, peer);
        await folder.ReceiveAsync(new ReceivedIndex(peer, _indexId, message.Files, message.Refused, message.RefusedInAll, message.IsFull), link.Ended);
    }

    /// <summary>Records which blocks the peer has in temp files.</summary>
    /// <param name="maxReported">The number of files that the result lists.</param>
    /// <returns>The present progress; null if nothing changed.</returns>
    public async Task<IReadOnlyList<KeyValuePair<FileName, int>>?> ReceiveProgressAsync(IReadOnlyList<ProgressUpdate> updates, int maxReported)
    {
        IReadOnlyList<ProgressUpdate> unknown;
        lock (_lock)
        {
            if (_state == RemoteFolderState.NotSharing)
                return null;
            unknown = _progress.Unknown(updates);
        }
        if (context.FolderSharedWith(id, peer) is not { Index: { } index } folder)
            return null;
        var needed = unknown.Count == 0 ? new Dictionary<(FileName, VersionVector), int>() : await NeededAsync(folder, index, unknown);
        IReadOnlyList<KeyValuePair<FileName, int>> known;
        lock (_lock)
        {
            if (!_progress.Apply(updates, needed))
                return null;
            known = [.. _progress.Known.Take(maxReported)];
        }
        folder.OnSourcesChanged();
        return known;
    }

    /// <summary>Where to continue announcing: after what the peer has of this index, or from the start (negative).</summary>
    private async Task<long> FirstSequenceAsync(PeerLink link, IFolderEndpoint folder, IFolderIndex index, SharingDevice us)
    {
        // It had this index, and has another one instead that this computer doesn't have.
        if (us.IndexId != index.IndexId && us.IndexId != 0 && folder.AnnouncedTo(peer, index) is not null)
            context.Identities.Report(context.Parts.Self, id, $"Another computer has announced another index of this folder under this device's ID, {context.Parts.Self}.");
        if (us.IndexId != index.IndexId || us.MaxSequence == 0)
            return -1;
        if (us.MaxSequence <= index.LocalSequence && us.MaxSequence <= (folder.AnnouncedTo(peer, index) ?? long.MaxValue))
            return us.MaxSequence;
        // The peer has seen more of this index than exists, or than it was sent: the store was set back, or another computer has a copy of it and
        // counts on from the same sequence. What has a sequence that the peer has seen would never be sent.
        var before = index.IndexId;
        await folder.RenewIndexAsync();
        // The peer must not take the whole index for the old one, under whose ID another computer may announce something else.
        if (index.IndexId != before)
            link.Post(await describe());
        return -1;
    }

    private void StartSender(PeerLink link, string peerName, IFolderEndpoint folder, IFolderIndex index, long first)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(link.Ended);
        lock (_lock)
        {
            _sender?.Cancel();
            (_sender, _senderOf) = (stop, index);
        }
        link.Own(context.Parts.Supervisor.Start($"{peerName} index {id}", () => SendAsync(link, folder, index, first, stop.Token), link.Fail, stop.Token));
    }

    private async Task SendAsync(PeerLink link, IFolderEndpoint folder, IFolderIndex index, long first, CancellationToken stop)
    {
        try
        {
            await new IndexSender(context.Parts, peer, folder, index, link).RunAsync(first, stop);
        }
        catch (Exception e) when (e is System.Threading.Channels.ChannelClosedException or ObjectDisposedException)
        {
            // The link ended, or the folder was closed: a reopened folder gets another sender.
        }
        catch (IndexDamagedException e)
        {
            folder.OnIndexDamaged(e);
        }
        catch (IOException e)
        {
            // The index can't be read. The peer would wait for the rest forever: a new connection starts over.
            link.Close($"The index of '{id}' can't be read at the moment: {e.Message}");
        }
    }

    private async Task<IReadOnlyDictionary<(FileName Name, VersionVector Version), int>> NeededAsync(IFolderEndpoint folder, IFolderIndex index, IReadOnlyList<ProgressUpdate> updates)
    {
        try
        {
            return await context.Parts.Workers.Run(() => RemoteProgress.Needed(index, peer, updates), CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // The folder was closed meanwhile: nothing is fetched into it.
        }
        catch (IndexDamagedException e)
        {
            folder.OnIndexDamaged(e);
        }
        return new Dictionary<(FileName, VersionVector), int>();
    }
}
