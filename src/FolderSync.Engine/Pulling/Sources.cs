using FolderSync.Core.Model;
using FolderSync.Engine.Folders;

namespace FolderSync.Engine.Pulling;

/// <summary>Sources for one file's blocks: the least busy peer that has the file, or has the block in a temp file.</summary>
internal sealed class Sources(PullContext context, PullItem item)
{
    private const long Demoted = long.MaxValue / 2;

    private readonly SortedSet<DeviceId> _wrong = [];
    private IReadOnlyList<DeviceId> _holders = item.Holders;
    private long _version = context.Folder.SourcesVersion;

    /// <summary>The next peer to ask for a block, not one of <paramref name="tried"/>; null when there is none.</summary>
    public (IBlockSource Peer, bool FromTemporary)? Pick(int block, IReadOnlySet<DeviceId> tried)
    {
        if (_version != context.Folder.SourcesVersion)
        {
            _version = context.Folder.SourcesVersion;
            _holders = context.Open.Index.Holders(item.Name);
        }
        (IBlockSource Peer, bool FromTemporary)? best = null;
        var load = long.MaxValue;
        foreach (var id in context.Config.Devices)
        {
            if (tried.Contains(id) || _wrong.Contains(id) || context.Sources.Find(id) is not { IsReady: true } peer)
                continue;
            var holds = _holders.Contains(id);
            if (!holds && !peer.HasTemporarily(item.Name, item.Global.Version, block))
                continue;
            // Ask a peer that repeatedly sent wrong bytes only if there is no other.
            var its = peer.IsUnreliable ? Demoted + peer.Outstanding : peer.Outstanding;
            if (its >= load)
                continue;
            best = (peer, !holds);
            load = its;
        }
        return best;
    }

    /// <summary>Some peer's data didn't match: that may pass, so the file is retried later.</summary>
    public bool HasWrong => _wrong.Count > 0;

    /// <summary>The peer sent bytes with another hash: it isn't asked again for this file.</summary>
    public void NoteWrong(IBlockSource peer)
    {
        _wrong.Add(peer.Id);
        peer.NoteWrongData();
    }

    public string ExplainNone()
    {
        if (_wrong.Count > 0)
            return $"The data from {Names(_wrong)} does not match the file's hash; it will be requested again later.";
        return _holders.Count == 0
            ? "No known device has this version any more."
            : $"None of the devices that have this version is connected: {Names(_holders)}.";
    }

    private string Names(IEnumerable<DeviceId> ids) => string.Join(", ", ids.Select(id => context.Sources.Find(id)?.Name ?? id.Short.ToString()));
}
