using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Supervision;

/// <summary>A folder from its peers' point of view.</summary>
internal sealed class FolderEndpoint(FolderSupervisor supervisor) : IFolderEndpoint
{
    public FolderConfig Config => supervisor.Folder.Config;

    public IFolderIndex? Index => supervisor.Open?.Open.Index;

    public AnnouncementLimit? AnnouncementLimit => supervisor.Open?.Writer.Limit;

    public IDisposable SubscribeToCommits(Wakeup wakeup) => supervisor.Folder.CommitListeners.Subscribe(wakeup);

    public async Task<(ErrorCode Code, PooledBytes? Data)> ServeAsync(DeviceId peer, BepMessage.Request request, CancellationToken cancellation)
    {
        if (supervisor.Open is not { } open)
            return (ErrorCode.Generic, null);
        var served = await open.Server.ServeAsync(peer, request, cancellation);
        return (served.Code, served.Data);
    }

    public async ValueTask ReceiveAsync(ReceivedIndex batch, CancellationToken cancellation)
    {
        if (supervisor.Run is { } run)
            await run.Inbox.EnqueueAsync(new RemoteBatch(batch.Device, batch.IndexId, batch.Files, batch.Refused, batch.RefusedInAll, batch.IsFull), cancellation);
        else
            supervisor.OnMissed(batch.Device);
    }

    public void OnMissed(DeviceId device) => supervisor.OnMissed(device);

    public Task ForgetAsync(DeviceId device, ulong replaced, CancellationToken cancellation) => supervisor.ForgetAsync(device, replaced, cancellation);

    public Task ForgetAllAsync(DeviceId device, CancellationToken cancellation) => supervisor.ForgetAllAsync(device, cancellation);

    public long? AnnouncedTo(DeviceId device, IFolderIndex index) => supervisor.Announced.To(device, index.IndexId);

    public void OnAnnouncing(DeviceId device, IFolderIndex index, long sequence) => supervisor.Announced.Record(device, index.IndexId, sequence);

    public Task RenewIndexAsync() => supervisor.RenewIndexAsync();

    public void OnSourcesChanged() => supervisor.Folder.OnSourcesChanged();

    public void OnIndexDamaged(IndexDamagedException e) => supervisor.OnIndexDamaged(e);
}
