using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>An Index or an IndexUpdate.</summary>
/// <param name="Last">The highest sequence that it covers, according to the peer.</param>
/// <param name="Previous">The sequence that it continues from.</param>
internal sealed record IndexMessage(IReadOnlyList<FileEntry> Files, IReadOnlyList<RefusedEntry> Refused, int RefusedInAll, bool IsFull, long Last, long Previous)
{
    /// <summary>Refused entries were received all the same: they leave no gap.</summary>
    public long Highest => Files.Select(f => f.Sequence).Concat(Refused.Select(r => r.Sequence)).Append(Last).Max();
}

/// <summary>All folders between this device and one peer: what each side shares, on the present connections. Thread-safe.</summary>
internal sealed class FolderExchanges(PeerContext context, DeviceId peer, Func<DeviceConfig> config, ILogger log)
{
    /// <summary>The number of files with progress that an event reports.</summary>
    private const int MaxReportedFiles = 100;

    /// <summary>The number of log lines about folders offered under invalid IDs.</summary>
    private const int MaxReportedIds = 10;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<FolderId, FolderExchange> _exchanges = [];
    private readonly HashSet<string> _reportedIds = [];

    /// <summary>The peer's last statement and its link.</summary>
    private (PeerLink Link, BepMessage.ClusterConfig Config)? _theirs;

    private string PeerName => config().Name is { Length: > 0 } name ? name : peer.Short.ToString();

    public RemoteFolderState StateOf(FolderId folder) => Find(folder)?.State ?? RemoteFolderState.Unknown;

    public FolderExchange? Find(FolderId folder)
    {
        lock (_lock)
            return _exchanges.GetValueOrDefault(folder);
    }

    public IReadOnlyDictionary<FolderId, RemoteFolderState> States()
    {
        lock (_lock)
            return _exchanges.ToDictionary(e => e.Key, e => e.Value.State);
    }

    /// <summary>What this device shares with the peer.</summary>
    public async Task<BepMessage.ClusterConfig> DescribeAsync(bool isSecondary)
    {
        var shared = new List<SharedFolder>();
        if (!isSecondary)
        {
            foreach (var folder in context.FoldersSharedWith(peer))
            {
                var index = folder.Index;
                shared.Add(await context.Parts.Workers.Run(() => Describe(folder.Config, index), CancellationToken.None));
            }
        }
        return new BepMessage.ClusterConfig(shared, isSecondary);
    }

    /// <summary>Processes what the peer shares and starts announcing our indexes to it.</summary>
    public async Task ReceiveAsync(PeerLink link, BepMessage.ClusterConfig theirs)
    {
        context.Events.Publish(() => new EngineEvent.ClusterConfigReceived(peer));
        lock (_lock)
            _theirs = (link, theirs);
        Judge(theirs);
        await StartSendersAsync(link, theirs, isNew: true);
        ReportRefusedIds(theirs.Refused);
        var ours = context.FoldersSharedWith(peer).Select(f => f.Config.Id).Concat(config().IgnoredFolders).ToHashSet();
        context.Offers.OnOffered([.. theirs.Folders.Where(f => !ours.Contains(f.Id))], peer, PeerName);
        context.OnPeerChanged(peer);
    }

    /// <summary>Announces our sharing again. The peer's last statement still holds and is applied to it, since the peer won't repeat it.</summary>
    public async Task AnnounceAsync(PeerLink link)
    {
        var ours = await DescribeAsync(isSecondary: false);
        var theirs = TheirConfig(link);
        if (theirs is not null)
            Judge(theirs);
        link.Post(ours);
        if (theirs is not null)
            await StartSendersAsync(link, theirs, isNew: false);
    }

    /// <exception cref="BepException">The folder isn't shared with the peer, or the message doesn't continue what was received.</exception>
    public Task ReceiveAsync(PeerLink link, FolderId folder, IndexMessage message) => Find(folder) is { } exchange
        ? exchange.ReceiveAsync(link, message)
        : throw new BepException($"The other device sent an index of folder '{folder}', which is not shared with it.", isViolation: true);

    public async Task ReceiveAsync(BepMessage.DownloadProgress progress)
    {
        if (Find(progress.Folder) is { } exchange && await exchange.ReceiveProgressAsync(progress.Updates, MaxReportedFiles) is { } known)
            context.Events.Publish(() => new EngineEvent.RemoteProgressReceived(peer, progress.Folder, known));
    }

    public void StopSenders()
    {
        List<FolderExchange> all;
        lock (_lock)
            all = [.. _exchanges.Values];
        all.ForEach(e => e.StopSender());
    }

    /// <param name="isLast">No connection remains: the state between the two ends.</param>
    public void OnLinkEnded(PeerLink link, bool isLast)
    {
        lock (_lock)
        {
            if (_theirs?.Link == link)
                _theirs = null;
            if (isLast)
                _exchanges.Clear();
        }
    }

    private SharedFolder Describe(FolderConfig folder, IFolderIndex? index)
    {
        var devices = new List<SharingDevice>
        {
            Sharing(context.Parts.Self, context.Config.Name, ["dynamic"], Compression.Metadata, index?.LocalSequence ?? 0, index?.IndexId ?? 0),
        };
        foreach (var id in folder.Devices)
        {
            var device = context.Config.Device(id);
            var known = index is null || context.FullIndexes.IsPending(folder.Id, id) ? default : index.RemoteState(id);
            devices.Add(Sharing(id, device?.Name ?? "", [.. device?.Addresses ?? ["dynamic"]], device?.Compression ?? Compression.Metadata, known.MaxSequence, known.IndexId));
        }
        return new SharedFolder(folder.Id, folder.Label, folder.Type, folder.Paused || index is null, devices);
    }

    private static SharingDevice Sharing(DeviceId id, string name, IReadOnlyList<string> addresses, Compression compression, long sequence, ulong indexId) =>
        new(id, name, addresses, compression, "", sequence, false, indexId, false, default);

    private BepMessage.ClusterConfig? TheirConfig(PeerLink link)
    {
        lock (_lock)
            return _theirs is { } theirs && theirs.Link == link ? theirs.Config : null;
    }

    /// <summary>Determine every folder's state before either side announces anything because of it.</summary>
    private void Judge(BepMessage.ClusterConfig theirs)
    {
        var ours = context.FoldersSharedWith(peer);
        foreach (var folder in ours)
        {
            var id = folder.Config.Id;
            FolderExchange? exchange;
            lock (_lock)
            {
                if (!_exchanges.TryGetValue(id, out exchange))
                    _exchanges[id] = exchange = new FolderExchange(context, peer, id, () => DescribeAsync(isSecondary: false));
            }
            if (exchange.Judge(theirs.Folders.FirstOrDefault(f => f.Id == id)) is not SharingRefusal.None and var refusal)
                Log.FolderRefused(log, PeerName, id, Explain(refusal));
        }
        List<FolderExchange> unshared;
        lock (_lock)
            unshared = [.. _exchanges.Where(e => ours.All(o => o.Config.Id != e.Key)).Select(e => e.Value)];
        unshared.ForEach(e => e.EndSharing());
    }

    private async Task StartSendersAsync(PeerLink link, BepMessage.ClusterConfig theirs, bool isNew)
    {
        foreach (var folder in context.FoldersSharedWith(peer))
        {
            var us = theirs.Folders.FirstOrDefault(f => f.Id == folder.Config.Id)?.Devices.FirstOrDefault(d => d.Id == context.Parts.Self);
            if (Find(folder.Config.Id) is { } exchange)
                await exchange.StartSenderAsync(link, PeerName, folder, us, isNew);
        }
    }

    private static string Explain(SharingRefusal refusal) => refusal == SharingRefusal.EncryptedForUs
        ? "The other device encrypts this folder for us (untrusted device); FolderSync doesn't support encrypted folders yet. Share it there without an encryption password."
        : "The other device holds this folder encrypted (receive encrypted); FolderSync can't send encrypted data yet.";

    /// <summary>Each is logged once while this service runs, and only a few in total.</summary>
    private void ReportRefusedIds(IReadOnlyList<RefusedFolder> refused)
    {
        foreach (var folder in refused)
        {
            bool isNew;
            lock (_lock)
                isNew = _reportedIds.Count < MaxReportedIds && _reportedIds.Add(folder.DisplayId);
            if (isNew)
                Log.FolderIdRefused(log, PeerName, folder.DisplayId, folder.Reason);
        }
    }
}
