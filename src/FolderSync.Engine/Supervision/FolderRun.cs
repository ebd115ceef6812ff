using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Pulling;
using FolderSync.Engine.Scanning;
using FolderSync.Engine.Status;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Supervision;

/// <summary>
/// The flows of an open folder on one serial context: receive peers' indexes, scan the disk into the index, pull the global state to the disk, run
/// commands. They end together; the first failure is thrown.
/// </summary>
internal sealed class FolderRun : IDisposable
{
    private readonly OpenOwners _owners;
    private readonly LastingOwners _lasting;
    private readonly TaskGroup _flows;
    private readonly FolderWatcher _watcher;
    private readonly ScanFlow _scanning;
    private readonly PullFlow _pulling;
    private readonly RoomWatch _room;
    private readonly MountWatch _mounts;

    public FolderRun(OpenOwners owners, LastingOwners lasting, IBlockSources sources, Func<DeviceId, string?> nameOf, CancellationToken cancellation)
    {
        (_owners, _lasting) = (owners, lasting);
        var open = owners.Open;
        _flows = new TaskGroup(cancellation);
        var forks = new ForkedVersions(open, owners.Writer, lasting.Announced.ToAll(open.Index.IndexId));
        Inbox = new RemoteIndexInbox(open, owners.Writer, lasting.Refused, forks, nameOf, lasting.Missed.Add);
        _watcher = new FolderWatcher(open, lasting.Scans, _flows);
        _scanning = new ScanFlow(open, lasting.Scans, owners.Root, owners.Writer, lasting.Deletions, forks, _watcher, ReconcileAsync, OnFullScanAsync, lasting.Commands.OnScanEnded);
        var context = new PullContext(open, owners.Writer, lasting.Retries, sources, lasting.Scans, owners.Room, lasting.Mounts);
        _pulling = new PullFlow(context, owners.Root, Inbox, lasting.Incoming, lasting.Conflicts, () => _scanning.HasScanned, EnforceVersionsAsync);
        _room = new RoomWatch(open, lasting.Retries, owners.Room);
        _mounts = new MountWatch(open, lasting.Mounts, lasting.Scans);
        // Scan everything: the disk may have changed while the folder was closed.
        lasting.Scans.SetFullScan(Deadline.Passed);
    }

    /// <summary>Accepts batches from now on, until the run ends.</summary>
    public RemoteIndexInbox Inbox { get; }

    /// <summary>Files being fetched. Thread-safe.</summary>
    public IReadOnlyList<FileProgress> Transfers => _pulling.Transfers;

    /// <summary>A block of a file being fetched. Thread-safe.</summary>
    public PooledBytes? ReadPartial(BepMessage.Request request) => _pulling.Read(request);

    /// <summary>Runs until cancelled, or until one of the flows fails.</summary>
    public async Task RunAsync()
    {
        var commands = new FolderCommands(_owners, _lasting, _flows.Ended);
        try
        {
            _flows.Run(() => Inbox.RunAsync(_flows.Ended));
            _flows.Run(() => _scanning.RunAsync(_flows.Ended));
            _flows.Run(() => _pulling.RunAsync(_flows.Ended));
            _flows.Run(() => _lasting.Commands.ServeAsync(commands, _owners.Open.Folder.Status, () => _scanning.HasScanned, _flows.Ended));
            _flows.Run(() => _room.RunAsync(_flows.Ended));
            _flows.Run(() => _mounts.RunAsync(_flows.Ended));
            await _flows.WaitForAllAsync();
        }
        finally
        {
            await _watcher.DisposeAsync();
        }
        await _flows.WhenIdleAsync();
    }

    /// <summary>Ends the flows with a fault of something that works for them. Thread-safe.</summary>
    public void Abort(Exception e) => Inbox.Fail(e);

    public void Dispose()
    {
        Inbox.Close();
        _flows.Dispose();
    }

    private Task ReconcileAsync() => _lasting.Conflicts.ReconcileAsync(_owners.Open, _owners.Writer, _flows.Ended);

    private async Task OnFullScanAsync()
    {
        // A running transfer may wait for its peer for long: its temp file is in use.
        if (!_pulling.IsPulling)
            await _owners.Versions.CleanUpAsync(_flows.Ended);
        await EnforceVersionsAsync();
    }

    private Task EnforceVersionsAsync() => _owners.Versions.EnforceSizeAsync(_flows.Ended);
}
