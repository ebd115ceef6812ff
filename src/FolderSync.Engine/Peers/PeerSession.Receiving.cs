using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>What a peer's messages do.</summary>
internal sealed partial class PeerSession
{
    private async Task ReceiveAsync(PeerLink link, RequestServer server, BepMessage message)
    {
        if (message is BepMessage.ClusterConfig)
            link.IsIntroduced = true;
        else if (!link.IsIntroduced)
            throw new BepException($"The other device sent a {message.GetType().Name} before it said what it shares.", isViolation: true);
        switch (message)
        {
            case BepMessage.Request request:
                server.Enqueue(request);
                break;
            case BepMessage.ClusterConfig config:
                if (!config.Secondary)
                    await OnClusterConfigAsync(link, config);
                break;
            case BepMessage.Index index:
                await OnIndexAsync(link, index.Folder, index.Files, (index.Refused, index.RefusedInAll), isFull: true, index.LastSequence, 0);
                break;
            case BepMessage.IndexUpdate update:
                await OnIndexAsync(link, update.Folder, update.Files, (update.Refused, update.RefusedInAll), isFull: false, update.LastSequence, update.PreviousSequence);
                break;
            case BepMessage.DownloadProgress progress:
                await OnProgressAsync(progress);
                break;
            default:
                throw new BepException($"The other device sent a {message.GetType().Name} that was not asked for.", isViolation: true);
        }
    }

    private async Task<BepMessage.ClusterConfig> ClusterConfigAsync(bool isSecondary)
    {
        var shared = new List<SharedFolder>();
        if (!isSecondary)
        {
            foreach (var folder in _hub.FoldersSharedWith(Id))
            {
                var index = folder.Index;
                shared.Add(await _parts.Workers.Run(() => Describe(folder, index), CancellationToken.None));
            }
        }
        return new BepMessage.ClusterConfig(shared, isSecondary);
    }

    private SharedFolder Describe(FolderLoop folder, IFolderIndex? index)
    {
        var config = folder.Config;
        var devices = new List<SharingDevice>
        {
            Sharing(_parts.Self, _hub.Config.Name, ["dynamic"], Compression.Metadata, index?.LocalSequence ?? 0, index?.IndexId ?? 0),
        };
        foreach (var id in config.Devices)
        {
            var device = _hub.Config.Device(id);
            var known = index?.RemoteState(id) ?? default;
            if (_hub.MustSendAll(folder.Id, id))
                known = default;
            devices.Add(Sharing(id, device?.Name ?? "", [.. device?.Addresses ?? ["dynamic"]], device?.Compression ?? Compression.Metadata, known.MaxSequence, known.IndexId));
        }
        return new SharedFolder(config.Id, config.Label, config.Type, config.Paused || index is null, devices);
    }

    private static SharingDevice Sharing(DeviceId id, string name, IReadOnlyList<string> addresses, Compression compression, long sequence, ulong indexId) =>
        new(id, name, addresses, compression, "", sequence, false, indexId, false, default);

    private async Task OnClusterConfigAsync(PeerLink link, BepMessage.ClusterConfig config)
    {
        _hub.Events.Add("ClusterConfigReceived", ("device", Id.ToString()));
        lock (_lock)
            _theirs = (link, config);
        Judge(config);
        await StartSendersAsync(link, config, isNew: true);
        ReportRefused(config.Refused);
        var ours = _hub.FoldersSharedWith(Id).Select(f => f.Id).Concat(Config.IgnoredFolders).ToHashSet();
        _hub.OnFoldersOffered([.. config.Folders.Where(f => !ours.Contains(f.Id))], Id, Name());
        _hub.OnPeerChanged(Id);
    }

    private BepMessage.ClusterConfig? TheirConfig(PeerLink link)
    {
        lock (_lock)
            return _theirs is { } theirs && theirs.Link == link ? theirs.Config : null;
    }

    /// <summary>What holds between the two of each folder: known before either side announces anything on the strength of it.</summary>
    private void Judge(BepMessage.ClusterConfig config)
    {
        var ours = _hub.FoldersSharedWith(Id);
        foreach (var folder in ours)
            Judge(folder, config.Folders.FirstOrDefault(f => f.Id == folder.Id));
        lock (_lock)
        {
            foreach (var (_, unshared) in _folders.Where(f => ours.All(o => o.Id != f.Key)))
            {
                unshared.State = RemoteFolderState.NotSharing;
                unshared.Progress.Clear();
                unshared.StopSender();
            }
        }
    }

    private void Judge(FolderLoop folder, SharedFolder? theirs)
    {
        var them = theirs?.Devices.FirstOrDefault(d => d.Id == Id);
        var us = theirs?.Devices.FirstOrDefault(d => d.Id == _parts.Self);
        var state = theirs is null || us is null || them is null ? RemoteFolderState.NotSharing : theirs.Paused ? RemoteFolderState.Paused : RemoteFolderState.Valid;
        var refusal = theirs is null ? null : WhyRefused(theirs, us);
        if (refusal is not null)
        {
            Log.FolderRefused(_log, Name(), folder.Id, refusal);
            state = RemoteFolderState.NotSharing;
        }
        folder.NoteRefusal(Id, refusal);
        lock (_lock)
        {
            if (!_folders.TryGetValue(folder.Id, out var peerFolder))
                _folders[folder.Id] = peerFolder = new PeerFolder();
            peerFolder.State = state;
            peerFolder.IndexId = them?.IndexId ?? 0;
        }
    }

    /// <param name="isNew">The peer has just said it: what it has of our index is told anew, too.</param>
    private async Task StartSendersAsync(PeerLink link, BepMessage.ClusterConfig config, bool isNew)
    {
        foreach (var folder in _hub.FoldersSharedWith(Id))
        {
            PeerFolder peerFolder;
            lock (_lock)
            {
                if (!_folders.TryGetValue(folder.Id, out peerFolder!) || (!isNew && peerFolder.Sender is not null && peerFolder.SenderOf == folder.Index && peerFolder.State == RemoteFolderState.Valid))
                    continue;
                peerFolder.StopSender();
            }
            var us = config.Folders.FirstOrDefault(f => f.Id == folder.Id)?.Devices.FirstOrDefault(d => d.Id == _parts.Self);
            if (us is not null && folder.Index is { } index)
                await StartSenderAsync(link, folder, index, peerFolder, us);
        }
    }

    private async Task StartSenderAsync(PeerLink link, FolderLoop folder, IFolderIndex index, PeerFolder peerFolder, SharingDevice us)
    {
        if (peerFolder.State == RemoteFolderState.NotSharing)
            return;
        var known = index.RemoteState(Id);
        if (known.IndexId != peerFolder.IndexId && known.IndexId != 0)
        {
            await folder.ForgetAsync(Id, link.Ended);
            known = default;
        }
        lock (_lock)
            peerFolder.Received = known.MaxSequence;
        if (peerFolder.State == RemoteFolderState.Valid)
            StartSender(link, folder, index, peerFolder, await FirstSequenceAsync(folder, index, us));
    }

    /// <summary>Where to go on announcing: behind what the peer has of this index, or from the start (negative).</summary>
    private async Task<long> FirstSequenceAsync(FolderLoop folder, IFolderIndex index, SharingDevice us)
    {
        if (us.IndexId != index.IndexId || us.MaxSequence == 0)
            return -1;
        if (us.MaxSequence <= index.LocalSequence)
            return us.MaxSequence;
        // It has seen more of this index than there is: the store was set back, and its sequences would be used twice.
        await folder.RenewIndexAsync();
        return -1;
    }

    private static string? WhyRefused(SharedFolder theirs, SharingDevice? us) =>
        us is { EncryptionPasswordToken.Length: > 0 }
            ? "The other device encrypts this folder for us (untrusted device); FolderSync can't hold encrypted folders yet. Share it there without an encryption password."
            : theirs.Type == FolderType.ReceiveEncrypted
                ? "The other device holds this folder encrypted (receive encrypted); FolderSync can't send encrypted data yet."
                : null;

    private void StartSender(PeerLink link, FolderLoop folder, IFolderIndex index, PeerFolder peerFolder, long first)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(link.Ended);
        lock (_lock)
        {
            peerFolder.StopSender();
            (peerFolder.Sender, peerFolder.SenderOf) = (stop, index);
        }
        link.Follow(_parts.Supervisor.Start($"{Name()} index {folder.Id}", () => SendIndexAsync(link, folder, first, stop.Token), link.Fail, stop.Token));
    }

    private async Task SendIndexAsync(PeerLink link, FolderLoop folder, long first, CancellationToken stop)
    {
        try
        {
            await new IndexSender(_parts, folder, link).RunAsync(first, stop);
        }
        catch (Exception e) when (e is System.Threading.Channels.ChannelClosedException or ObjectDisposedException)
        {
            // The link has ended, or the folder was closed: one that is opened anew gets another sender.
        }
        catch (IndexDamagedException e)
        {
            folder.OnIndexDamaged(e);
        }
        catch (IOException e)
        {
            // The index can't be read. The peer would wait for the rest of it for ever: a new connection begins it again.
            link.Close($"The index of '{folder.Id}' can't be read at the moment: {e.Message}");
        }
    }

    private void StopSenders()
    {
        foreach (var folder in _folders.Values)
            folder.StopSender();
    }

    private async Task OnIndexAsync(
        PeerLink link, FolderId id, IReadOnlyList<FileEntry> files, (IReadOnlyList<RefusedEntry> Entries, int InAll) refused, bool isFull, long last, long previous)
    {
        PeerFolder? peerFolder;
        lock (_lock)
        {
            _folders.TryGetValue(id, out peerFolder);
        }
        if (peerFolder is null)
            throw new BepException($"The other device sent an index of folder '{id}', which is not shared with it.", isViolation: true);
        // Paused or stopped here since the ClusterConfig: not a fault of the peer's.
        if (_hub.FolderSharedWith(id, Id) is not { } folder || peerFolder.State == RemoteFolderState.NotSharing)
            return;
        if (folder.Index is null)
        {
            folder.NoteMissed(Id);
            return;
        }
        if (!isFull && previous > peerFolder.Received && _hub.AskForAllOnce(id, Id, peerFolder.IndexId))
        {
            await folder.ForgetAsync(Id, link.Ended);
            throw new BepException($"The other device's index of '{id}' has a gap (from {peerFolder.Received} to {previous}); asking for all of it.");
        }
        // What is refused has been received all the same: it makes no gap.
        var highest = files.Select(f => f.Sequence).Concat(refused.Entries.Select(r => r.Sequence)).Append(last).Max();
        lock (_lock)
            peerFolder.Received = isFull ? highest : Math.Max(peerFolder.Received, highest);
        if (isFull)
            _hub.GotAll(id, Id);
        await folder.ReceiveAsync(new RemoteBatch(Id, peerFolder.IndexId, files, refused.Entries, refused.InAll, isFull), link.Ended);
    }

    private async Task OnProgressAsync(BepMessage.DownloadProgress progress)
    {
        IReadOnlyList<ProgressUpdate> unknown;
        lock (_lock)
        {
            if (!_folders.TryGetValue(progress.Folder, out var folder) || folder.State == RemoteFolderState.NotSharing)
                return;
            unknown = folder.Progress.Unknown(progress.Updates);
        }
        if (_hub.FolderSharedWith(progress.Folder, Id) is not { Index: { } index } loop)
            return;
        var needed = unknown.Count == 0 ? new Dictionary<(FileName, VersionVector), int>() : await NeededAsync(loop, index, unknown);
        Dictionary<string, object?> state;
        lock (_lock)
        {
            if (!_folders.TryGetValue(progress.Folder, out var folder) || !folder.Progress.Apply(progress.Updates, needed))
                return;
            state = folder.Progress.Known.Take(MaxToldFiles).ToDictionary(p => p.Key.Value, p => (object?)p.Value);
        }
        _hub.Events.Add("RemoteDownloadProgress", ("device", Id.ToString()), ("folder", progress.Folder.Value), ("state", state));
        loop.OnSourcesChanged();
    }

    private async Task<IReadOnlyDictionary<(FileName Name, VersionVector Version), int>> NeededAsync(FolderLoop folder, IFolderIndex index, IReadOnlyList<ProgressUpdate> updates)
    {
        try
        {
            return await _parts.Workers.Run(() => PeerProgress.Needed(index, Id, updates), CancellationToken.None);
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

    /// <summary>Each is told of once while this service runs, and no more than a handful.</summary>
    private void ReportRefused(IReadOnlyList<RefusedFolder> refused)
    {
        foreach (var folder in refused)
        {
            bool isNew;
            lock (_lock)
                isNew = _reportedIds.Count < MaxReportedIds && _reportedIds.Add(folder.ShownId);
            if (isNew)
                Log.FolderIdRefused(_log, Name(), folder.ShownId, folder.Reason);
        }
    }
}
