using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// One pass over all needed names in tree order. Directories, links and metadata are placed as they come; files are fetched concurrently in the
/// folder's order and placed in batches; deletions come last, deepest first, so that a moved file's old name can still provide its content.
/// </summary>
internal sealed class PullRound
{
    private const int PageSize = 500;
    private const int ActiveFiles = 96;

    private readonly PullContext _context;
    private readonly IFolderIndex _index;
    private readonly IncomingChanges _incoming;
    private readonly Deadline _settled;
    private readonly ApplyQueue _queue;
    private readonly AsyncBudget _active = new(ActiveFiles);
    private readonly HashSet<FileName> _moved = [];
    private readonly List<FileName> _deletions = [];
    private readonly List<PullItem> _overDirectories = [];
    private readonly List<PullItem> _immovable = [];
    private readonly HashSet<FileName> _fetchedInstead = [];
    private readonly Lock _lock = new();
    private readonly SortedDictionary<FileName, FileTransfer> _transfers = [];
    private IReadOnlyDictionary<FileName, string> _lostMounts = new Dictionary<FileName, string>();

    /// <param name="settled">When deletions are carried out.</param>
    public PullRound(PullContext context, ConflictReconciler conflicts, IncomingChanges incoming, Deadline settled)
    {
        (_context, _index, _incoming, _settled) = (context, context.Open.Index, incoming, settled);
        _queue = new ApplyQueue(context, new BatchApplier(context, conflicts, incoming, TryFetchInstead));
    }

    /// <summary>Fails with the first failure of any part: a bug, or an index that can't be read or written.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var work = new TaskGroup(cancellation);
        var announcer = new ProgressAnnouncer(_context, Active);
        var isDone = false;
        try
        {
            work.Run(() => _queue.RunAsync(work.Ended));
            work.Run(announcer.RunAsync);
            await RunStagesAsync(work);
            isDone = true;
        }
        catch (OperationCanceledException) when (work.HasFailed)
        {
            // Part of the round failed and ended the others.
        }
        finally
        {
            if (!isDone)
                work.End();
            _queue.Complete();
            announcer.Stop();
            await work.WaitForAllAsync();
            _context.Folder.Fetched.KeepAll();
        }
        await work.WhenIdleAsync();
    }

    private async Task RunStagesAsync(TaskGroup work)
    {
        _lostMounts = await _context.Open.RunAsync(() => _context.Mounts.FindLost(_context.Open.Disk), work.Ended);
        await _incoming.JudgeAsync(_context, _settled, work.Ended);
        await FetchAllAsync(work);
        await FinishFilesAsync(work);
        // A file can only take a directory's name once everything to be deleted there is gone.
        if (await DeleteAsync(work.Ended))
        {
            foreach (var item in _overDirectories)
                await StartAsync(item, work);
        }
        await FinishFilesAsync(work);
    }

    /// <summary>Returns when all files in transfer are in place.</summary>
    private async Task FinishFilesAsync(TaskGroup work)
    {
        do
        {
            await _active.DrainAsync(work.Ended);
            await _queue.FlushAsync(work.Ended);
        }
        while (await FetchImmovableAsync(work));
    }

    private bool TryFetchInstead(PullItem item)
    {
        if (item.Decision.Kind != PullKind.File || !_fetchedInstead.Add(item.Name))
            return false;
        _immovable.Add(item);
        return true;
    }

    /// <summary>What can't be renamed to another filesystem is put together from the file that is still there; that one is deleted like any other.</summary>
    private async Task<bool> FetchImmovableAsync(TaskGroup work)
    {
        PullItem[] items = [.. _immovable];
        _immovable.Clear();
        foreach (var item in items)
            await StartAsync(item, work);
        return items.Length > 0;
    }

    /// <summary>Thread-safe.</summary>
    public IReadOnlyList<FileProgress> Progress() => [.. Active().Select(t => t.Progress())];

    /// <summary>A block of a file being fetched, or null if it isn't there yet. Thread-safe.</summary>
    public PooledBytes? ReadTemporary(BepMessage.Request request)
    {
        FileTransfer? transfer;
        lock (_lock)
            _transfers.TryGetValue(request.Name, out transfer);
        return transfer?.ReadBlock(request);
    }

    private List<FileTransfer> Active()
    {
        lock (_lock)
            return [.. _transfers.Values];
    }

    /// <summary>Directories and the like are placed as they are read; files are fetched in the folder's order over everything needed.</summary>
    private async Task FetchAllAsync(TaskGroup work)
    {
        var order = _context.Config.Order;
        var selection = new PullSelection(order, _context.Parts.Random.NextUInt64());
        var isFirst = true;
        do
        {
            await ReadNeedAsync(selection, order == PullOrder.Alphabetic, isFirst, work);
            foreach (var names in selection.Take().Chunk(PageSize))
            {
                foreach (var item in await _context.Open.RunAsync(() => ReadNamed(names), work.Ended))
                    await StartOrDeferAsync(item, work);
            }
            isFirst = false;
        }
        while (selection.HasMore);
    }

    /// <summary>One pass over all needed names in tree order.</summary>
    /// <param name="isInOrder">Files are wanted in this order: start them as they come.</param>
    private async Task ReadNeedAsync(PullSelection selection, bool isInOrder, bool isFirst, TaskGroup work)
    {
        var after = default(FileName);
        while (await _context.Open.RunAsync(() => ReadPage(after, withHolders: isInOrder), work.Ended) is { Count: > 0 } page)
        {
            after = page[^1].Name;
            if (isFirst)
                await PlaceStructureAsync(page, work.Ended);
            foreach (var item in page.Where(i => i.Decision.Kind == PullKind.File))
            {
                if (isInOrder)
                    await StartOrDeferAsync(item, work);
                else
                    selection.Offer(item.Global);
            }
        }
    }

    private async Task StartOrDeferAsync(PullItem item, TaskGroup work)
    {
        if (item.Expected is { IsDirectory: true })
            _overDirectories.Add(item);
        else
            await StartAsync(item, work);
    }

    private List<PullItem> ReadPage(FileName after, bool withHolders)
    {
        var config = _context.Config;
        var items = new List<PullItem>();
        foreach (var (global, local) in _index.Needed(after, PageSize))
        {
            var decision = PullDecision.For(local, global, config.Type, config.IgnoreDelete);
            items.Add(new PullItem(global, local, decision, withHolders && decision.Kind == PullKind.File ? _index.Holders(global.Name) : []));
        }
        return items;
    }

    /// <summary>Those files among the names that are still needed.</summary>
    private List<PullItem> ReadNamed(IReadOnlyList<FileName> names)
    {
        var config = _context.Config;
        var items = new List<PullItem>();
        foreach (var ((global, local), holders) in _index.NeededOf(names))
        {
            var decision = PullDecision.For(local, global, config.Type, config.IgnoreDelete);
            if (decision.Kind == PullKind.File)
                items.Add(new PullItem(global, local, decision, holders));
        }
        return items;
    }

    /// <summary>Everything on a page that needs no content, in tree order, so that a directory precedes its contents.</summary>
    private async Task PlaceStructureAsync(IReadOnlyList<PullItem> page, CancellationToken cancellation)
    {
        var adopt = new List<PullItem>();
        var steps = new List<(PullItem, ApplyStep)>();
        foreach (var item in page)
        {
            if (item.Decision.Kind == PullKind.None)
                continue;
            if (item.Decision.Kind is PullKind.Adopt or PullKind.KeepLocal || IsIgnored(item))
                adopt.Add(item);
            else if (_context.MustWait(item.Global) || (item.Decision.Kind is PullKind.Directory or PullKind.Symlink && _incoming.MustWait(item)))
                continue;
            else if (_context.Open.Disk.ValidateName(item.Name) is { } why && !item.Global.Deleted)
                _context.Retries.Note(item.Global, new PullFailure(why, RetryWhen.Rarely));
            else if (item.Decision.Kind == PullKind.Delete)
                _deletions.Add(item.Name);
            else if (item.Decision.Kind != PullKind.File)
                AddStructure(item, steps);
        }
        if (adopt.Count > 0)
            await AdoptAsync(adopt, cancellation);
        if (steps.Count == 0)
            return;
        OnWorkFound();
        foreach (var part in steps.Chunk(256))
            await _queue.ApplyNowAsync(part, cancellation);
    }

    private void AddStructure(PullItem item, List<(PullItem, ApplyStep)> steps)
    {
        if (item.Decision.Kind == PullKind.Symlink && item.Expected is { IsDirectory: true })
            _overDirectories.Add(item);
        else
            steps.Add((item, StepFor(item)));
    }

    private ApplyStep StepFor(PullItem item) => item.Decision.Kind switch
    {
        PullKind.Directory => new ApplyStep.PlaceDirectory(item.Global, item.Expected, item.Displaced(_context.Open)),
        PullKind.Symlink => new ApplyStep.PlaceSymlink(item.Global, item.Expected, item.Displaced(_context.Open)),
        _ => new ApplyStep.SetMetadata(item.Global, item.Expected!),
    };

    private bool IsIgnored(PullItem item) =>
        item.Expected is null && !item.Global.Deleted &&
        (InternalNames.IsInternal(item.Name) || _context.Open.Ignores.Match(item.Name, item.Global.Type == FileType.Directory).Ignored);

    private Task AdoptAsync(List<PullItem> items, CancellationToken cancellation) =>
        _context.Writer.CommitAsync(
            index =>
            {
                var names = new ExactNames(_context.Open.Disk);
                return [.. items.Select(i => Adopted(index, i, names)).OfType<FileEntry>()];
            },
            cancellation);

    /// <summary>From now on the folder is syncing.</summary>
    private void OnWorkFound() => _context.Folder.Status.Begin(FolderActivity.Pulling);

    private FileEntry? Adopted(IFolderIndex index, PullItem item, ExactNames names)
    {
        var mine = index.FindLocal(item.Name);
        if (mine?.Sequence != item.Local?.Sequence)
            return null;
        // A deletion that no scan has announced yet was made of the version known before. With the other one recorded it would delete that, too.
        if (item is { Decision.Kind: PullKind.Adopt, Global.Deleted: false } && mine is { Deleted: false } && _context.Open.IsGone(item.Name, names))
        {
            // A scan doesn't resolve it while deletions are held, and each scan wakes the next round.
            if (_context.MustWait(item.Global))
                return null;
            _context.Retries.Note(item.Global, new PullFailure(BatchApplier.ChangedMeanwhile, RetryWhen.Soon));
            _context.Scans.Request([item.Name]);
            return null;
        }
        _context.Retries.Succeed(item.Name);
        if (IsIgnored(item))
            return item.Global with { LocalFlags = LocalFlags.Ignored, Invalid = false };
        if (item.Decision.Kind == PullKind.KeepLocal)
            return LocalChange.Kept(mine!, item.Global.Version, _context.Self, _context.Folder.NowSeconds);
        return LocalChange.Merged(item.Global, item.Decision.Version) with
        {
            Disk = mine?.Disk ?? default,
            PreHashes = mine?.PreHashes ?? default,
            LocalFlags = LocalFlags.None,
        };
    }

    /// <summary>Starts one file: by renaming a file that is to be deleted, or by fetching it concurrently with the others.</summary>
    private async Task StartAsync(PullItem item, TaskGroup work)
    {
        if (IsIgnored(item) || _context.MustWait(item.Global) || _incoming.MustWait(item))
            return;
        if (MountPoints.WhyNotPlaced(_lostMounts, item.Name) is { } why)
        {
            _context.Retries.Note(item.Global, new PullFailure(why, RetryWhen.Later));
            return;
        }
        if (item.Decision.Kind != PullKind.File)
        {
            await _queue.ApplyNowAsync([(item, StepFor(item))], work.Ended);
            return;
        }
        OnWorkFound();
        var (isStale, isKept, same) = await _context.Open.RunAsync(
            () => (_index.FindLocal(item.Name)?.Sequence != item.Local?.Sequence, item.Decision.Aside && IsKept(item.Global), FindSameContent(item)), work.Ended);
        if (isStale)
        {
            // The index has changed, maybe with a directory that came along with its contents: the next round decides again.
            _context.Retries.AttemptAt(Deadline.Passed);
            return;
        }
        if (isKept)
        {
            await AdoptAsync([item with { Decision = item.Decision with { Kind = PullKind.KeepLocal } }], work.Ended);
            return;
        }
        if (same is { MayMove: true } && !item.Decision.Aside && _moved.Add(same.Value.From.Name))
        {
            await _queue.AddAsync(item, new ApplyStep.Move(same.Value.From, item.Global, item.Expected, item.Displaced(_context.Open)), work.Ended);
            return;
        }
        await _active.AcquireAsync(1, work.Ended);
        work.Run(() => FetchAsync(item, same?.From, work.Ended));
    }

    /// <summary>The content needn't be fetched for a conflict copy.</summary>
    private bool IsKept(FileEntry content) => _context.Config.MaxConflicts == 0 || ConflictCopies.IsKept(_index, content);

    /// <summary>A local file with exactly this content; it may be moved when its own name is to be deleted.</summary>
    private (FileEntry From, bool MayMove)? FindSameContent(PullItem item)
    {
        if (item.Global.Size == 0)
            return null;
        (FileEntry From, bool MayMove)? best = null;
        foreach (var candidate in _index.LocalWithContent(item.Global.BlocksHash))
        {
            if (candidate.Name == item.Name || candidate.BlockSize != item.Global.BlockSize)
                continue;
            var global = _index.FindGlobal(candidate.Name);
            if (global is { Deleted: true, IsInvalid: false } && global.Version.Covers(candidate.Version) &&
                _context.Config is { IgnoreDelete: false, Type: not FolderType.SendOnly } && !_moved.Contains(candidate.Name))
                return (candidate, true);
            best ??= (candidate, false);
        }
        return best;
    }

    private async Task FetchAsync(PullItem item, FileEntry? same, CancellationToken cancellation)
    {
        var transfer = new FileTransfer(_context, item, same);
        try
        {
            _context.Folder.Fetched.Begin(transfer);
            lock (_lock)
                _transfers[item.Name] = transfer;
            if (await transfer.RunAsync(cancellation) is not { } staged)
                _context.Folder.Fetched.Keep(transfer);
            else
            {
                var target = item.Decision.Aside ? await _context.Open.RunAsync(() => item.AsCopy(_context.Open), cancellation) : item.Global;
                await _queue.AddAsync(item, new ApplyStep.PlaceFile(staged, target, item.Expected, item.Displaced(_context.Open)), cancellation);
            }
        }
        catch (FileSystemException e)
        {
            transfer.Close();
            _context.Folder.Fetched.Keep(transfer);
            _context.Retries.Note(item.Global, PullFailure.Of(e, transfer.Lacking));
        }
        catch
        {
            transfer.Close();
            throw;
        }
        finally
        {
            lock (_lock)
                _transfers.Remove(item.Name);
            _active.Release(1);
        }
    }

    /// <summary>False when deletions are left for a later round.</summary>
    private async Task<bool> DeleteAsync(CancellationToken cancellation)
    {
        var settled = _settled.IsPast(_context.Parts.Time);
        if (!settled && (_deletions.Count > 0 || _overDirectories.Count > 0))
            _context.Retries.AttemptAt(_settled);
        // It was not settled when the round began, or others were announced since.
        if (settled && _deletions.Count > 0)
            await _incoming.JudgeAsync(_context, _settled, cancellation);
        _deletions.Sort((a, b) => b.CompareTo(a));
        foreach (var part in _deletions.Chunk(256))
        {
            var items = await _context.Open.RunAsync(() => ReadDeletions(part, settled), cancellation);
            if (items.Count == 0)
                continue;
            OnWorkFound();
            await _queue.ApplyNowAsync([.. items.Select(i => (i, (ApplyStep)new ApplyStep.Remove(i.Global, i.Expected!, i.Displaced(_context.Open))))], cancellation);
        }
        return settled;
    }

    private List<PullItem> ReadDeletions(IEnumerable<FileName> names, bool settled)
    {
        var config = _context.Config;
        var items = new List<PullItem>();
        foreach (var name in names)
        {
            var local = _index.FindLocal(name);
            if (_index.FindGlobal(name) is not { Deleted: true } global || !Need.IsNeeded(local, global))
                continue;
            // A directory that a rename has emptied can go at once: nothing in it is wanted.
            if (!settled && (local is not { IsDirectory: true } || _index.LocalPage(name, default, 1, withBlocks: false).Count > 0))
                continue;
            var decision = PullDecision.For(local, global, config.Type, config.IgnoreDelete);
            var item = new PullItem(global, local, decision, []);
            if (decision.Kind == PullKind.Delete && !_incoming.MustWait(item))
                items.Add(item);
        }
        return items;
    }
}
