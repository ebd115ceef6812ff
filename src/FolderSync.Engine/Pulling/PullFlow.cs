using FolderSync.Engine.Folders;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Pulling;

/// <summary>Index → decide → transfer → apply: brings the global state to the disk, round by round.</summary>
/// <param name="mayPull">False until a scan has established what is on disk.</param>
/// <param name="onRound">After each round.</param>
internal sealed class PullFlow(
    PullContext context, FolderRoot root, RemoteIndexInbox inbox, IncomingChanges incoming, ConflictReconciler conflicts, Func<bool> mayPull, Func<Task> onRound) : IPartialBlocks
{
    private PullRound? _round;

    private ConfiguredFolder Folder => context.Folder;

    /// <summary>Files being fetched. Thread-safe.</summary>
    public IReadOnlyList<FileProgress> Transfers => Volatile.Read(ref _round)?.Progress() ?? [];

    public bool IsPulling => Volatile.Read(ref _round) is not null;

    public PooledBytes? Read(BepMessage.Request request) => Volatile.Read(ref _round)?.ReadTemporary(request);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Folder.PullWake.WaitUntilAsync(context.Retries.NextAttempt, cancellation);
            context.Retries.BeginRound();
            if (!Folder.Status.HasFailed && mayPull())
                await RunRoundIfNeededAsync(cancellation);
            context.Retries.Publish(context.Open.Index, context.Room);
        }
    }

    private async Task RunRoundIfNeededAsync(CancellationToken cancellation)
    {
        if (context.Open.Index.Counts.Need.Items > 0)
            await RunRoundAsync(cancellation);
        if (context.Open.Index.Counts.Need.Items > 0)
            return;
        // The rest of what a device has to announce may still be coming.
        if (inbox.DeletionsSettled.IsPast(context.Parts.Time))
            incoming.OnInSync(context.Open.Index);
        else
            context.Retries.AttemptAt(inbox.DeletionsSettled);
    }

    /// <summary>One round sees each needed name once; whatever arrives meanwhile wakes the flow again.</summary>
    private async Task RunRoundAsync(CancellationToken cancellation)
    {
        var round = new PullRound(context, conflicts, incoming, inbox.DeletionsSettled);
        Volatile.Write(ref _round, round);
        try
        {
            await root.EnsureAsync(cancellation);
            await round.RunAsync(cancellation);
            await conflicts.ReconcileAsync(context.Open, context.Writer, cancellation);
        }
        catch (Exception e) when (e is RootUnavailableException or FileSystemException)
        {
            Folder.Status.Fail(await root.ExplainAsync(e, cancellation));
            context.Scans.Request([]);
        }
        finally
        {
            Volatile.Write(ref _round, null);
            Folder.Status.End(FolderActivity.Pulling);
        }
        await onRound();
    }
}
