using FolderSync.Engine.Primitives;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Pulling;

/// <summary>Announces once a second which blocks of partial files are here, so that other devices can fetch them from each other.</summary>
internal sealed class ProgressAnnouncer(PullContext context, Func<IReadOnlyList<FileTransfer>> active)
{
    private const int MinBlocks = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly List<FileTransfer> _announced = [];

    private readonly Wakeup _wake = new(context.Parts.Time);
    private bool _isStopped;

    /// <summary>Runs until stopped, then withdraws what it announced.</summary>
    public async Task RunAsync()
    {
        while (!_isStopped)
        {
            await _wake.WaitUntilAsync(Deadline.In(Interval, context.Parts.Time), CancellationToken.None);
            if (!_isStopped)
                Announce();
        }
        Send(Forget(_ => true));
        _wake.Dispose();
    }

    public void Stop()
    {
        _isStopped = true;
        _wake.Set();
    }

    private void Announce()
    {
        var now = active();
        var updates = Forget(t => !now.Contains(t));
        foreach (var transfer in now.Where(t => t.Target.Blocks is { Count: >= MinBlocks }))
        {
            var blocks = transfer.TakeUnannounced();
            if (blocks.Count == 0)
                continue;
            if (!_announced.Contains(transfer))
                _announced.Add(transfer);
            updates.Add(new ProgressUpdate(transfer.Target.Name, transfer.Target.Version, blocks, transfer.Target.BlockSize, false));
        }
        Send(updates);
    }

    private List<ProgressUpdate> Forget(Func<FileTransfer, bool> which)
    {
        var ended = _announced.Where(which).ToList();
        ended.ForEach(t => _announced.Remove(t));
        return [.. ended.Select(t => new ProgressUpdate(t.Target.Name, t.Target.Version, [], t.Target.BlockSize, true))];
    }

    private void Send(List<ProgressUpdate> updates)
    {
        if (updates.Count == 0)
            return;
        foreach (var id in context.Config.Devices)
            context.Sources.Find(id)?.AnnounceProgress(updates);
    }
}
