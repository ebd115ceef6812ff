using FolderSync.Engine.Primitives;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// Batches finished files: one sync of the disk, the replacements, one index transaction. Applies a batch when it is large, when it has waited, or
/// when nothing else is in progress.
/// </summary>
internal sealed class ApplyQueue(PullContext context, BatchApplier applier)
{
    private const int BatchSteps = 256;
    private const int MaxQueued = 1024;
    private const long BatchBytes = 64 << 20;
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(250);

    private readonly Wakeup _wake = new(context.Parts.Time);
    private readonly AsyncBudget _room = new(MaxQueued);
    private readonly AsyncBudget _busy = new(1);
    private readonly List<(PullItem Item, ApplyStep Step)> _ready = [];
    private Deadline _dueAt = Deadline.Never;
    private bool _isFlushing;
    private bool _isComplete;

    /// <summary>Queues a step; waits while too many are queued.</summary>
    public async Task AddAsync(PullItem item, ApplyStep step, CancellationToken cancellation)
    {
        await _room.AcquireAsync(1, cancellation);
        if (_ready.Count == 0)
            _dueAt = Deadline.In(MaxWait, context.Parts.Time);
        _ready.Add((item, step));
        // The first step starts the loop's timer.
        if (_ready.Count == 1 || IsDue())
            _wake.Set();
    }

    /// <summary>Applies these steps before it returns.</summary>
    public async Task ApplyNowAsync(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps, CancellationToken cancellation)
    {
        await _busy.AcquireAsync(1, cancellation);
        try
        {
            await applier.ApplyAsync(steps, cancellation);
        }
        finally
        {
            _busy.Release(1);
        }
    }

    /// <summary>Applies everything queued.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        _isFlushing = true;
        _wake.Set();
        await _room.DrainAsync(cancellation);
        _isFlushing = false;
    }

    /// <summary>No more steps will come; temp files keep what isn't applied.</summary>
    public void Complete()
    {
        _isComplete = true;
        _wake.Set();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (!_isComplete)
            {
                while (IsDue() && !_isComplete)
                    await ApplyBatchAsync(cancellation);
                await _wake.WaitUntilAsync(_ready.Count > 0 ? _dueAt : Deadline.Never, cancellation);
            }
        }
        finally
        {
            foreach (var (_, step) in _ready)
            {
                if (step is ApplyStep.PlaceFile file)
                    file.Staged.Close();
                _room.Release(1);
            }
            _ready.Clear();
            _wake.Dispose();
        }
    }

    private bool IsDue() =>
        _ready.Count > 0 &&
        (_isFlushing || _ready.Count >= BatchSteps || _ready.Sum(r => r.Item.Global.Size) >= BatchBytes ||
         _dueAt.IsPast(context.Parts.Time));

    private async Task ApplyBatchAsync(CancellationToken cancellation)
    {
        var batch = _ready.Take(BatchSteps * 2).ToList();
        _ready.RemoveRange(0, batch.Count);
        _dueAt = Deadline.In(MaxWait, context.Parts.Time);
        try
        {
            await ApplyNowAsync(batch, cancellation);
        }
        finally
        {
            _room.Release(batch.Count);
        }
    }
}
