using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Primitives;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Supervision;

/// <summary>The peers from one folder's point of view.</summary>
internal sealed class PeerBlockSources(FolderId folder, Func<DeviceId, PeerSession?> sessions) : IBlockSources
{
    public IBlockSource? Find(DeviceId device) => sessions(device) is { } session ? new PeerBlockSource(folder, session) : null;

    public void Reconnect(DeviceId device, string reason) => sessions(device)?.Close(reason);

    private sealed class PeerBlockSource(FolderId folder, PeerSession session) : IBlockSource
    {
        public DeviceId Id => session.Id;

        public string Name => session.Name;

        public bool IsReady => session.IsSource(folder);

        public bool IsUnreliable => session.IsUnreliable || session.Pace.NotAnsweringSince is not null;

        public bool MayAsk => session.Pace.MayAsk;

        public SharedBudget.Account Window => session.Pace.Window;

        public double Rate => session.Pace.Rate;

        public bool HasTemporarily(FileName name, VersionVector version, int block) =>
            session.IsConnected && session.Exchanges.Find(folder)?.HasTemporarily(name, version, block) == true;

        public bool TryAsk() => session.Pace.TryAsk();

        public Task<PooledBytes> RequestAsync(FileName name, Block block, bool fromTemporary, Func<bool> hasFaster, CancellationToken cancellation) =>
            session.RequestAsync(folder, name, block, fromTemporary, hasFaster, cancellation);

        public void NoteWrongData() => session.NoteWrongData();

        public void AnnounceProgress(IReadOnlyList<ProgressUpdate> updates) => session.AnnounceProgress(folder, updates);
    }
}
