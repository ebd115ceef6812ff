using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Transfer;

/// <summary>
/// Gathers finished files and places them in batches: one sync of the disk, the replacements, one index transaction. A batch goes when it
/// is large, when it has waited, or when nothing else is under way.
/// </summary>
internal sealed class Placing(FolderLoop folder, FolderLoopServices services)
{
    private const int BatchSteps = 256;
    private const int MaxWaiting = 1024;
    private const long BatchBytes = 64 << 20;
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(250);

    private readonly Wakeup _wake = new(services.Parts.Time);
    private readonly Gate _room = new(MaxWaiting);
    private readonly Gate _busy = new(1);
    private readonly List<(PullItem Item, ApplyStep Step)> _ready = [];
    private Deadline _dueAt = Deadline.Never;
    private bool _isFlushing;
    private bool _isComplete;

    /// <summary>Queues a step; waits while too many are queued.</summary>
    public async Task AddAsync(PullItem item, ApplyStep step, CancellationToken cancellation)
    {
        await _room.TakeAsync(1, cancellation);
        if (_ready.Count == 0)
            _dueAt = Deadline.In(MaxWait, services.Parts.Time);
        _ready.Add((item, step));
        // The first makes the loop wait for its time.
        if (_ready.Count == 1 || IsDue())
            _wake.Set();
    }

    /// <summary>Places these steps before it returns.</summary>
    public async Task PlaceNowAsync(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps, CancellationToken cancellation)
    {
        await _busy.TakeAsync(1, cancellation);
        try
        {
            await ApplyAsync(steps, cancellation);
        }
        finally
        {
            _busy.Give(1);
        }
    }

    /// <summary>Places all that is queued.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        _isFlushing = true;
        _wake.Set();
        await _room.DrainAsync(cancellation);
        _isFlushing = false;
    }

    /// <summary>Nothing more comes; what is queued and not placed is kept in its temp files.</summary>
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
                    await PlaceBatchAsync(cancellation);
                await _wake.WaitUntilAsync(_ready.Count > 0 ? _dueAt : Deadline.Never, cancellation);
            }
        }
        finally
        {
            foreach (var (_, step) in _ready)
            {
                if (step is ApplyStep.PlaceFile file)
                    file.Staged.Close();
                _room.Give(1);
            }
            _ready.Clear();
            _wake.Dispose();
        }
    }

    private bool IsDue() =>
        _ready.Count > 0 &&
        (_isFlushing || _ready.Count >= BatchSteps || _ready.Sum(r => r.Item.Global.Size) >= BatchBytes ||
         _dueAt.IsPast(services.Parts.Time));

    private async Task PlaceBatchAsync(CancellationToken cancellation)
    {
        var batch = _ready.Take(BatchSteps * 2).ToList();
        _ready.RemoveRange(0, batch.Count);
        _dueAt = Deadline.In(MaxWait, services.Parts.Time);
        try
        {
            await PlaceNowAsync(batch, cancellation);
        }
        finally
        {
            _room.Give(batch.Count);
        }
    }

    private async Task ApplyAsync(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps, CancellationToken cancellation)
    {
        foreach (var (item, _) in steps)
            services.Events.Add("ItemStarted", ("folder", folder.Id.Value), ("item", item.Name.Value), ("type", TypeNames.Of(item.Global.Type)), ("action", ActionOf(item)));
        var items = new Dictionary<ApplyStep, PullItem>(ReferenceEqualityComparer.Instance);
        foreach (var (item, step) in steps)
            items[step] = item;
        IReadOnlyList<ApplyResult> results = [];
        List<ApplyResult.Done> done = [];
        cancellation.ThrowIfCancellationRequested();
        // Disk and index change as one step: a scan that looks in between must not take our own change for a person's.
        await folder.CommitPulledAsync(index =>
        {
            results = Apply(steps);
            done = [.. results.OfType<ApplyResult.Done>()];
            return [.. Entries(index, done, items), .. results.OfType<ApplyResult.Respelled>().SelectMany(r => folder.FollowRespelled(index, r))];
        });
        folder.RetryOtherSpellings([.. done.Select(d => d.Step).Select(s => s is ApplyStep.Move move ? move.From.Name : s is ApplyStep.Remove ? s.Target.Name : default(FileName?)).OfType<FileName>()]);
        foreach (var result in results)
            Note(items[result.Step], result);
        folder.NoteRemoteChanges([.. done.Select(d => items[d.Step])]);
    }

    private IReadOnlyList<ApplyResult> Apply(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps)
    {
        foreach (var (item, step) in steps)
        {
            // A file's directories were made before it was fetched.
            if (step is not (ApplyStep.Remove or ApplyStep.SetMetadata or ApplyStep.PlaceFile))
                TryMakeParents(item.Name);
        }
        return folder.Applier.Apply([.. steps.Select(s => s.Step)]);
    }

    private void TryMakeParents(FileName name)
    {
        try
        {
            folder.MakeParents(name);
        }
        catch (FileSystemException)
        {
            // The step itself fails with the reason.
        }
    }

    private List<FileEntry> Entries(IFolderIndex index, List<ApplyResult.Done> done, Dictionary<ApplyStep, PullItem> items)
    {
        var entries = new List<FileEntry>(done.Count);
        var now = services.Parts.Time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var result in done)
        {
            var item = items[result.Step];
            var mine = index.FindLocal(item.Name);
            // A scan has committed since this was decided: it may have seen a later edit, so the name is looked at again.
            if (mine?.Sequence != item.Local?.Sequence)
                folder.RequestScan([item.Name]);
            entries.Add(EntryFor(result, item, mine, now));
            if (result.Step is ApplyStep.Move move)
                entries.Add(MovedAway(index, move.From, now));
        }
        return entries;
    }

    /// <summary>The old name is deleted for all; or, if somebody brought it back meanwhile, without a version, so that it is pulled anew.</summary>
    private static FileEntry MovedAway(IFolderIndex index, FileEntry from, long now) =>
        index.FindGlobal(from.Name) is { Deleted: true } tombstone
            ? tombstone with { Disk = default, PreHashes = default, LocalFlags = LocalFlags.None }
            : LocalChange.Tombstone(from, now) with { Version = VersionVector.Empty };

    private FileEntry EntryFor(ApplyResult.Done result, PullItem item, FileEntry? mine, long now)
    {
        var self = services.Parts.Self.Short;
        var version = item.Decision.VersionBy(self, now);
        var entry = item.Global with
        {
            Version = version,
            Disk = result.Stamp,
            LocalFlags = LocalFlags.None,
            PreHashes = result.Step switch
            {
                ApplyStep.PlaceFile file => file.Staged.PreHashes,
                ApplyStep.Move move => move.From.PreHashes,
                ApplyStep.SetMetadata => mine?.PreHashes ?? default,
                _ => default,
            },
        };
        return item.Decision.Announce && version != item.Decision.Version ? entry with { ModifiedBy = self } : entry;
    }

    private void Note(PullItem item, ApplyResult result)
    {
        string? error = null;
        switch (result)
        {
            case ApplyResult.Done done:
                folder.NoteSuccess(item.Name);
                if (done.ConflictCopy is { } copy)
                    folder.NoteConflict(item, copy);
                break;
            case ApplyResult.Respelled respelled:
                folder.NoteSuccess(item.Name);
                folder.RequestScan([item.Name, respelled.From]);
                break;
            case ApplyResult.LocallyChanged changed:
                error = "It was changed here meanwhile; it is scanned and decided on again.";
                folder.NoteTrouble(item.Global, error, atOnce: true);
                folder.RequestScan(changed.Rescan);
                break;
            case ApplyResult.Failed failed:
                error = failed.Problem.Reason;
                folder.Fetched.Drop(item.Name);
                // After a failed sync the names may have changed all the same.
                if (failed.Problem.Error == FileSystemError.Io)
                    folder.RequestScan([item.Name]);
                folder.OnNotPlaced(item, failed.Problem);
                break;
        }
        services.Events.Add(
            "ItemFinished",
            ("folder", folder.Id.Value),
            ("item", item.Name.Value),
            ("error", error),
            ("type", TypeNames.Of(item.Global.Type)),
            ("action", ActionOf(item)));
    }

    private static string ActionOf(PullItem item) => item.Decision.Kind switch
    {
        PullKind.Delete => "delete",
        PullKind.Metadata => "metadata",
        _ => "update",
    };
}
