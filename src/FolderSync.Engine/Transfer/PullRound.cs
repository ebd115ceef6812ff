using System.Runtime.ExceptionServices;
using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Transfer;

/// <summary>
/// One pass over all needed names in tree order. Directories, links and metadata are placed as they come; files are fetched many at a
/// time in the folder's order and placed in batches; deletions come last and deepest first, so that a moved file's old name can still give its content.
/// </summary>
internal sealed class PullRound
{
    private const int PageSize = 500;
    private const int ActiveFiles = 96;

    private readonly FolderLoop _folder;
    private readonly FolderLoopServices _services;
    private readonly IFolderIndex _index;
    private readonly Deadline _deletionsSettled;
    private readonly Placing _placing;
    private readonly Gate _active = new(ActiveFiles);
    private readonly HashSet<FileName> _moved = [];
    private readonly List<FileName> _deletions = [];
    private readonly List<PullItem> _overDirectories = [];
    private readonly Lock _lock = new();
    private readonly SortedDictionary<FileName, FileTransfer> _transfers = [];
    private readonly CancellationTokenSource _end = new();
    private ExceptionDispatchInfo? _fault;

    /// <param name="deletionsSettled">From when on deletions are carried out.</param>
    public PullRound(FolderLoop folder, IFolderIndex index, Deadline deletionsSettled)
    {
        (_folder, _index, _deletionsSettled) = (folder, index, deletionsSettled);
        _services = folder.Services;
        _placing = new Placing(folder, _services);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _end.Token);
        try
        {
            await RunStagesAsync(end.Token);
        }
        catch (OperationCanceledException) when (_fault is not null)
        {
            // One of the round's own failed, and ended the others.
        }
        _fault?.Throw();
    }

    private async Task RunStagesAsync(CancellationToken cancellation)
    {
        var placing = Supervisor.RunAsync(() => _placing.RunAsync(cancellation), Fail, cancellation);
        var announcing = new ProgressFlow(_folder, _services.Parts, Active);
        var progress = Supervisor.RunAsync(announcing.RunAsync, Fail, cancellation);
        try
        {
            await FetchAllAsync(cancellation);
            await _active.DrainAsync(cancellation);
            await _placing.FlushAsync(cancellation);
            // A file can only take a directory's name when what is to go from there has gone.
            if (await DeleteAsync(cancellation))
            {
                foreach (var item in _overDirectories)
                    await StartAsync(item, cancellation);
            }
            await _active.DrainAsync(cancellation);
            await _placing.FlushAsync(cancellation);
        }
        finally
        {
            _placing.Complete();
            announcing.Stop();
            await _active.DrainAsync(CancellationToken.None);
            await placing;
            await progress;
            _folder.Fetched.KeepAll();
        }
    }

    /// <summary>A bug, or an index that can't be read or written: the round ends with it, and what waits for the failed part with the round.</summary>
    private void Fail(Exception e)
    {
        _fault ??= ExceptionDispatchInfo.Capture(e);
        _end.Cancel();
    }

    /// <summary>Thread-safe.</summary>
    public IReadOnlyList<FileProgress> Progress() => [.. Active().Select(t => t.Progress())];

    /// <summary>A block of a file that is being fetched, null where it is not there yet. Thread-safe.</summary>
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

    /// <summary>Directories and the like go as they are read; files in the folder's order, over all that is needed.</summary>
    private async Task FetchAllAsync(CancellationToken cancellation)
    {
        var order = _folder.Config.Order;
        var selection = new PullSelection(order, _services.Parts.Random.NextUInt64());
        var isFirst = true;
        do
        {
            await ReadNeedAsync(selection, order == PullOrder.Alphabetic, isFirst, cancellation);
            foreach (var names in selection.Take().Chunk(PageSize))
            {
                foreach (var item in await _services.Parts.Workers.Run(() => ReadNamed(names), cancellation))
                    await StartOrDeferAsync(item, cancellation);
            }
            isFirst = false;
        }
        while (selection.HasMore);
    }

    /// <summary>One pass over all needed names in tree order.</summary>
    /// <param name="isInOrder">Files are wanted just so: they are started as they come.</param>
    private async Task ReadNeedAsync(PullSelection selection, bool isInOrder, bool isFirst, CancellationToken cancellation)
    {
        var after = default(FileName);
        while (await _services.Parts.Workers.Run(() => ReadPage(after, withHolders: isInOrder), cancellation) is { Count: > 0 } page)
        {
            after = page[^1].Name;
            if (isFirst)
                await PlaceStructureAsync(page, cancellation);
            foreach (var item in page.Where(i => i.Decision.Kind == PullKind.File))
            {
                if (isInOrder)
                    await StartOrDeferAsync(item, cancellation);
                else
                    selection.Offer(item.Global);
            }
        }
    }

    private async Task StartOrDeferAsync(PullItem item, CancellationToken cancellation)
    {
        if (item.Expected is { IsDirectory: true })
            _overDirectories.Add(item);
        else
            await StartAsync(item, cancellation);
    }

    private List<PullItem> ReadPage(FileName after, bool withHolders)
    {
        var config = _folder.Config;
        var items = new List<PullItem>();
        foreach (var (global, local) in _index.Needed(after, PageSize))
        {
            var decision = PullDecision.For(local, global, config.Type, config.IgnoreDelete);
            items.Add(new PullItem(global, local, decision, withHolders && decision.Kind == PullKind.File ? _index.Holders(global.Name) : []));
        }
        return items;
    }

    /// <summary>The files among the names that are needed still.</summary>
    private List<PullItem> ReadNamed(IReadOnlyList<FileName> names)
    {
        var config = _folder.Config;
        var items = new List<PullItem>();
        foreach (var ((global, local), holders) in _index.NeededOf(names))
        {
            var decision = PullDecision.For(local, global, config.Type, config.IgnoreDelete);
            if (decision.Kind == PullKind.File)
                items.Add(new PullItem(global, local, decision, holders));
        }
        return items;
    }

    /// <summary>All of a page that needs no content: in tree order, so that a directory stands before what is in it.</summary>
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
            else if (_folder.MustWait(item.Global))
                continue;
            else if (_folder.Disk.WhyUnplaceable(item.Name) is { } why && !item.Global.Deleted)
                _folder.NoteTrouble(item.Global, why, permanent: true);
            else if (item.Decision.Kind == PullKind.Delete)
                _deletions.Add(item.Name);
            else if (item.Decision.Kind != PullKind.File)
                AddStructure(item, steps);
        }
        if (adopt.Count > 0)
            await AdoptAsync(adopt);
        if (steps.Count == 0)
            return;
        _folder.OnWorkFound();
        foreach (var part in steps.Chunk(256))
            await _placing.PlaceNowAsync(part, cancellation);
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
        PullKind.Directory => new ApplyStep.PlaceDirectory(item.Global, item.Expected, _folder.Displace(item)),
        PullKind.Symlink => new ApplyStep.PlaceSymlink(item.Global, item.Expected, _folder.Displace(item)),
        _ => new ApplyStep.SetMetadata(item.Global, item.Expected!),
    };

    private bool IsIgnored(PullItem item) =>
        item.Expected is null && !item.Global.Deleted &&
        (InternalNames.IsInternal(item.Name) || _folder.Ignores.Match(item.Name, item.Global.Type == FileType.Directory).Ignored);

    private Task AdoptAsync(List<PullItem> items) =>
        _folder.CommitPulledAsync(index => [.. items.Select(i => Adopted(index, i)).OfType<FileEntry>()]);

    private FileEntry? Adopted(IFolderIndex index, PullItem item)
    {
        var mine = index.FindLocal(item.Name);
        if (mine?.Sequence != item.Local?.Sequence)
            return null;
        _folder.NoteSuccess(item.Name);
        if (IsIgnored(item))
            return item.Global with { LocalFlags = LocalFlags.Ignored, Invalid = false };
        if (item.Decision.Kind == PullKind.KeepLocal)
            return LocalChange.Kept(mine!, item.Global.Version, _services.Parts.Self.Short, _services.Parts.Time.GetUtcNow().ToUnixTimeSeconds());
        return item.Global with
        {
            Version = item.Decision.Version,
            Disk = mine?.Disk ?? default,
            PreHashes = mine?.PreHashes ?? default,
            LocalFlags = LocalFlags.None,
        };
    }

    /// <summary>Starts one file: by renaming what is to go elsewhere, or by fetching it beside the others.</summary>
    private async Task StartAsync(PullItem item, CancellationToken cancellation)
    {
        if (IsIgnored(item) || _folder.MustWait(item.Global))
            return;
        if (item.Decision.Kind != PullKind.File)
        {
            await _placing.PlaceNowAsync([(item, StepFor(item))], cancellation);
            return;
        }
        _folder.OnWorkFound();
        var (isStale, same) = await _services.Parts.Workers.Run(() => (_index.FindLocal(item.Name)?.Sequence != item.Local?.Sequence, FindSameContent(item)), cancellation);
        if (isStale)
        {
            // The index has moved on, maybe with a directory that came along with all that is in it: the next round decides anew.
            _folder.PullAgainAt(Deadline.Passed);
            return;
        }
        if (same is { MayMove: true } && _moved.Add(same.Value.From.Name))
        {
            await _placing.AddAsync(item, new ApplyStep.Move(same.Value.From, item.Global, item.Expected, _folder.Displace(item)), cancellation);
            return;
        }
        await _active.TakeAsync(1, cancellation);
        // Waited for by way of _active.
        _ = Supervisor.RunAsync(() => FetchAsync(item, same?.From, cancellation), Fail, cancellation);
    }

    /// <summary>A local file with just this content; it may be moved when its own name is to be deleted.</summary>
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
                _folder.Config is { IgnoreDelete: false, Type: not FolderType.SendOnly } && !_moved.Contains(candidate.Name))
                return (candidate, true);
            best ??= (candidate, false);
        }
        return best;
    }

    private async Task FetchAsync(PullItem item, FileEntry? same, CancellationToken cancellation)
    {
        FileTransfer? transfer = null;
        try
        {
            transfer = new FileTransfer(_folder, _services, _index, item, same);
            _folder.Fetched.Begin(transfer);
            lock (_lock)
                _transfers[item.Name] = transfer;
            if (await transfer.RunAsync(cancellation) is not { } staged)
                _folder.Fetched.Keep(transfer);
            else
                await _placing.AddAsync(item, new ApplyStep.PlaceFile(staged, item.Global, item.Expected, _folder.Displace(item)), cancellation);
        }
        catch (FileSystemException e) when (transfer is not null)
        {
            transfer.Close();
            _folder.Fetched.Keep(transfer);
            _folder.NoteTrouble(item.Global, e.Message, roomWanted: e.Error == FileSystemError.NoSpace ? transfer.Lacking : 0);
        }
        catch (Exception e)
        {
            // Before whoever waits for the gate goes on.
            if (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
                Fail(e);
            transfer?.Close();
        }
        finally
        {
            lock (_lock)
                _transfers.Remove(item.Name);
            _active.Give(1);
        }
    }

    /// <summary>False when deletions are left for a later round.</summary>
    private async Task<bool> DeleteAsync(CancellationToken cancellation)
    {
        var settled = _deletionsSettled.IsPast(_services.Parts.Time);
        if (!settled && (_deletions.Count > 0 || _overDirectories.Count > 0))
            _folder.PullAgainAt(_deletionsSettled);
        if (settled && _deletions.Count > 0 && await _folder.MustHoldIncomingAsync(_deletions))
            return false;
        _deletions.Sort((a, b) => b.CompareTo(a));
        foreach (var part in _deletions.Chunk(256))
        {
            var items = await _services.Parts.Workers.Run(() => ReadDeletions(part, settled), cancellation);
            if (items.Count == 0)
                continue;
            _folder.OnWorkFound();
            await _placing.PlaceNowAsync([.. items.Select(i => (i, (ApplyStep)new ApplyStep.Remove(i.Global, i.Expected!, _folder.Displace(i))))], cancellation);
        }
        return settled;
    }

    private List<PullItem> ReadDeletions(IEnumerable<FileName> names, bool settled)
    {
        var config = _folder.Config;
        var items = new List<PullItem>();
        foreach (var name in names)
        {
            var local = _index.FindLocal(name);
            if (_index.FindGlobal(name) is not { Deleted: true } global || !Need.IsNeeded(local, global))
                continue;
            // A directory that a rename has emptied goes at once: nothing in it can be wanted.
            if (!settled && (local is not { IsDirectory: true } || _index.LocalPage(name, default, 1, withBlocks: false).Count > 0))
                continue;
            var decision = PullDecision.For(local, global, config.Type, config.IgnoreDelete);
            if (decision.Kind == PullKind.Delete)
                items.Add(new PullItem(global, local, decision, []));
        }
        return items;
    }
}
