using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Pulling;

/// <summary>A device that may be asked for a block now; its bytes are granted until this is disposed.</summary>
/// <param name="Others">They have the block, too.</param>
internal sealed record SourceTurn(IBlockSource Peer, bool FromTemporary, IReadOnlyList<IBlockSource> Others, SharedBudget.Grant Grant) : IDisposable
{
    /// <summary>Who is so much faster delivers the block before the slow one does, even if that has begun.</summary>
    private const double MuchFaster = 4;

    /// <summary>Thread-safe.</summary>
    public bool HasFaster() => Others.Any(o => o is { IsReady: true, MayAsk: true } && o.Rate > MuchFaster * Peer.Rate);

    public void Dispose() => Grant.Dispose();
}

/// <summary>Sources for one file's blocks: the devices that have the file, or the block in a temp file, the soonest to deliver first.</summary>
internal sealed class Sources(PullContext context, PullItem item)
{
    /// <summary>A device that would take so much longer than the best one isn't waited for: the block would be the file's last.</summary>
    private const double MuchLonger = 10, MuchLongerSeconds = 10;

    private readonly SortedSet<DeviceId> _wrong = [];
    private IReadOnlyList<DeviceId> _holders = item.Holders;

    /// <summary>The folder's version of its sources when they were looked at last.</summary>
    public long Version { get; private set; } = context.Folder.SourcesVersion;

    /// <summary>
    /// Waits until a device may be asked for the block, not one of <paramref name="tried"/>; null when there is none. Whichever has room first is taken,
    /// so that one that doesn't answer delays nothing that another one has.
    /// </summary>
    public async Task<SourceTurn?> AcquireAsync(Block block, IReadOnlySet<DeviceId> tried, CancellationToken cancellation)
    {
        while (Candidates(block, tried) is { Count: > 0 } candidates)
        {
            var grant = await context.Folder.Shared.FetchBytes.AcquireAsync([.. candidates.Select(c => c.Peer.Window)], block.Size, cancellation);
            if (grant is null)
                continue;
            var (peer, fromTemporary) = candidates.First(c => c.Peer.Window == grant.Account);
            // It may have stopped answering since it was chosen.
            if (peer.TryAsk())
                return new SourceTurn(peer, fromTemporary, [.. candidates.Select(c => c.Peer).Where(p => p != peer)], grant);
            grant.Dispose();
        }
        return null;
    }

    /// <summary>The peer sent bytes with another hash: it isn't asked again for this file.</summary>
    public void NoteWrong(IBlockSource peer)
    {
        _wrong.Add(peer.Id);
        peer.NoteWrongData();
    }

    public PullFailure ExplainNone()
    {
        if (_wrong.Count > 0)
            return new PullFailure($"The data from {Names(_wrong)} does not match the file's hash; it will be requested again later.");
        if (_holders.Count == 0)
            return new PullFailure("No known device has this version any more.", RetryWhen.SourcesChange);
        List<DeviceId> silent = [.. _holders.Where(id => context.Sources.Find(id) is { IsReady: true, MayAsk: false })];
        return new PullFailure(
            silent.Count > 0
                ? $"Of the devices that have this version {Names(silent)} does not answer, and no other one is connected."
                : $"None of the devices that have this version is connected: {Names(_holders)}.",
            RetryWhen.SourcesChange);
    }

    private List<(IBlockSource Peer, bool FromTemporary)> Candidates(Block block, IReadOnlySet<DeviceId> tried)
    {
        if (Version != context.Folder.SourcesVersion)
        {
            Version = context.Folder.SourcesVersion;
            _holders = context.Open.Index.Holders(item.Name);
        }
        var ready = new List<(IBlockSource Peer, bool FromTemporary, double Seconds)>();
        foreach (var id in context.Config.Devices)
        {
            if (tried.Contains(id) || _wrong.Contains(id) || context.Sources.Find(id) is not { IsReady: true, MayAsk: true } peer)
                continue;
            var holds = _holders.Contains(id);
            if (holds || peer.HasTemporarily(item.Name, item.Global.Version, block.Index))
                ready.Add((peer, !holds, Seconds(peer, block.Size)));
        }
        // Ask a peer that repeatedly sent wrong bytes, or doesn't answer, only if there is no other.
        if (ready.Any(r => !r.Peer.IsUnreliable))
            ready.RemoveAll(r => r.Peer.IsUnreliable);
        var limit = ready.Count == 0 ? 0 : (ready.Min(r => r.Seconds) * MuchLonger) + MuchLongerSeconds;
        return [.. ready.Where(r => r.Seconds <= limit).OrderBy(r => r.Seconds).ThenBy(r => r.Peer.Window.Outstanding).Select(r => (r.Peer, r.FromTemporary))];
    }

    /// <summary>How long it would take to deliver that, besides what it owes already; 0 while its rate is unknown.</summary>
    private static double Seconds(IBlockSource peer, long bytes) => peer.Rate is > 0 and var rate ? (peer.Window.Outstanding + bytes) / rate : 0;

    private string Names(IEnumerable<DeviceId> ids) => string.Join(", ", ids.Select(id => context.Sources.Find(id)?.Name ?? id.Short.ToString()));
}
