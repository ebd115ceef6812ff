using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Pulling;

/// <summary>Applies a batch of steps to the disk, commits the results in one transaction, and handles the consequences of each step.</summary>
/// <param name="incoming">Refuses what would displace too much.</param>
/// <param name="tryOtherwise">Asked about each item that no rename brings here, from another filesystem; true if another way is tried now.</param>
internal sealed class BatchApplier(PullContext context, ConflictReconciler conflicts, IncomingChanges incoming, Func<PullItem, bool> tryOtherwise)
{
    public const string ChangedMeanwhile = "It was changed here meanwhile; it is scanned and decided again.";
    private const string DisplacesTooMuch = "Other devices replace or delete too many files at once; it is judged again with all of them.";

    /// <summary>What was refused is judged again with everything that is needed then.</summary>
    private static readonly TimeSpan JudgeAgainAfter = TimeSpan.FromSeconds(1);

    private const int PageSize = 1000;

    /// <summary>Directories in which this round knows all mounts.</summary>
    private readonly HashSet<FileName> _looked = [];

    private ConfiguredFolder Folder => context.Folder;

    public async Task ApplyAsync(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps, CancellationToken cancellation)
    {
        foreach (var (item, _) in steps)
            Folder.Events.Publish(() => new EngineEvent.ItemStarted(Folder.Id, item.Name, item.Global.Type, item.Action));
        var items = new Dictionary<ApplyStep, PullItem>(ReferenceEqualityComparer.Instance);
        foreach (var (item, step) in steps)
            items[step] = item;
        IReadOnlyList<ApplyResult> results = [];
        List<ApplyResult.Done> done = [];
        HashSet<ApplyStep> refused = [];
        await LearnMountsAsync(steps, cancellation);
        cancellation.ThrowIfCancellationRequested();
        // Disk and index change as one step: a scan in between must not take our own change for a user's. For the same reason it isn't cancelled
        // once it has begun.
        await context.Writer.CommitAsync(
            index =>
            {
                refused = incoming.Refuse(index, steps);
                results = Apply([.. steps.Where(s => !refused.Contains(s.Step))]);
                done = [.. results.OfType<ApplyResult.Done>()];
                return [.. Entries(index, done, items), .. results.OfType<ApplyResult.Respelled>().SelectMany(r => Respelling.Follow(context.Open, index, r))];
            },
            cancellation);
        context.Retries.RetryOtherSpellings([.. done.Select(d => Freed(d.Step)).OfType<FileName>()]);
        foreach (var step in refused)
            OnRefused(items[step], step);
        foreach (var result in results)
            OnResult(items[result.Step], result);
        incoming.OnApplied([.. done.Select(d => items[d.Step])]);
        Folder.History.AddRemote([.. done.Select(d => new AppliedChange(d.Step.Target, items[d.Step].Change))]);
        foreach (var item in results.OfType<ApplyResult.Failed>().Where(f => f.Problem.Error == FileSystemError.NotEmpty).Select(f => items[f.Step]))
        {
            if (item.Decision.Kind == PullKind.Delete && item.Local is { IsDirectory: true })
                await KeepDirectoryAsync(item, cancellation);
        }
    }

    /// <summary>A filesystem that was mounted since the last scan must be known before anything is put there: else nobody would miss it when it goes again.</summary>
    private async Task LearnMountsAsync(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps, CancellationToken cancellation)
    {
        var names = steps.Select(s => s.Item.Name).Where(n => !n.Parent.IsRoot && _looked.Add(n.Parent)).ToList();
        if (names.Count == 0)
            return;
        var found = await context.Open.RunAsync(() => context.Mounts.FindNew(context.Open.Disk, names, Hides), cancellation);
        if (found.Count > 0)
            context.Mounts.LearnNew(found);
    }

    private bool Hides(FileName directory) => context.Open.Index.LocalPage(directory, default, PageSize, withBlocks: false).Any(e => context.Open.IsGone(e.Name));

    private IReadOnlyList<ApplyResult> Apply(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps)
    {
        // Asked last of all: a file must not land in the directory that an unmounted disk has left behind.
        var lost = context.Mounts.FindLost(context.Open.Disk);
        if (lost.Count == 0)
            return ApplyAll(steps);
        var refused = steps.Select(s => s.Step).Where(s => WhyNot(lost, s) is not null).ToList();
        return
        [
            .. ApplyAll([.. steps.Where(s => WhyNot(lost, s.Step) is null)]),
            .. refused.Select(s => new ApplyResult.Failed(s, new FileProblem(s.Target.Name.Value, WhyNot(lost, s)!))),
        ];
    }

    private static string? WhyNot(IReadOnlyDictionary<FileName, string> lost, ApplyStep step) =>
        MountPoints.WhyNotPlaced(lost, step.Target.Name) ?? (step is ApplyStep.Move move ? MountPoints.WhyNotPlaced(lost, move.From.Name) : null);

    private IReadOnlyList<ApplyResult> ApplyAll(IReadOnlyList<(PullItem Item, ApplyStep Step)> steps)
    {
        foreach (var (item, step) in steps)
        {
            // A file's directories were created before it was fetched.
            if (step is not (ApplyStep.Remove or ApplyStep.SetMetadata or ApplyStep.PlaceFile))
                context.Parents.TryCreate(item.Name);
        }
        return context.Open.Applier.Apply([.. steps.Select(s => s.Step)]);
    }

    private static FileName? Freed(ApplyStep step) => step switch
    {
        ApplyStep.Move move => move.From.Name,
        ApplyStep.Remove => step.Target.Name,
        _ => null,
    };

    private List<FileEntry> Entries(IFolderIndex index, List<ApplyResult.Done> done, Dictionary<ApplyStep, PullItem> items)
    {
        var entries = new List<FileEntry>(done.Count);
        var now = Folder.NowSeconds;
        foreach (var result in done)
        {
            var item = items[result.Step];
            var mine = index.FindLocal(item.Name);
            // A scan has committed since this was decided and may have seen a later edit: check the name again.
            if (mine?.Sequence != item.Local?.Sequence)
                context.Scans.Request([item.Name]);
            if (item.Decision.Aside)
                entries.AddRange(Aside(result, item, mine, now));
            else
                entries.Add(EntryFor(result, item, mine, now));
            if (result.Step is ApplyStep.Move move)
                entries.Add(MovedAway(index, move.From, now));
        }
        return entries;
    }

    /// <summary>The conflict copy, and the deletion that covers from now on what it was made of.</summary>
    private IEnumerable<FileEntry> Aside(ApplyResult.Done result, PullItem item, FileEntry? mine, long now)
    {
        yield return Seen(result, result.Step.Target, mine: null);
        if (mine is not null && mine.Sequence == item.Local?.Sequence)
            yield return LocalChange.Kept(mine, item.Global.Version, context.Self, now);
    }

    /// <summary>
    /// Deletes the old name for everyone; or, if somebody restored it meanwhile, records it without a version, so that it is pulled again.
    /// </summary>
    private static FileEntry MovedAway(IFolderIndex index, FileEntry from, long now) =>
        index.FindGlobal(from.Name) is { Deleted: true } tombstone
            ? LocalChange.WithOrigin(tombstone, from) with { Disk = default, PreHashes = default, LocalFlags = LocalFlags.None }
            : LocalChange.Tombstone(from, now) with { Version = VersionVector.Empty };

    private FileEntry EntryFor(ApplyResult.Done result, PullItem item, FileEntry? mine, long now)
    {
        var version = item.Decision.VersionBy(context.Self, now);
        var entry = Seen(result, LocalChange.Merged(LocalChange.WithOrigin(item.Global, item.Expected), version) with { LocalFlags = LocalFlags.None }, mine);
        return item.Decision.Announce && version != item.Decision.Version ? entry with { ModifiedBy = context.Self } : entry;
    }

    /// <summary>The entry with what the disk says of it.</summary>
    private static FileEntry Seen(ApplyResult.Done result, FileEntry entry, FileEntry? mine) => entry with
    {
        Disk = result.Stamp,
        PreHashes = result.Step switch
        {
            ApplyStep.PlaceFile file => file.Staged.PreHashes,
            ApplyStep.Move move => move.From.PreHashes,
            ApplyStep.SetMetadata => mine?.PreHashes ?? default,
            _ => default,
        },
    };

    private void OnResult(PullItem item, ApplyResult result)
    {
        string? error = null;
        switch (result)
        {
            case ApplyResult.Done done:
                context.Retries.Succeed(item.Name);
                if (context.Open.Ignores.Included.Contains(item.Name))
                    context.Scans.Request([item.Name]);
                if (done.ConflictCopy is { } copy)
                    conflicts.OnCopyMade(item, copy);
                break;
            case ApplyResult.Respelled respelled:
                context.Retries.Succeed(item.Name);
                context.Scans.Request([item.Name, respelled.From]);
                break;
            case ApplyResult.LocallyChanged changed:
                error = ChangedMeanwhile;
                context.Retries.Note(item.Global, new PullFailure(ChangedMeanwhile, RetryWhen.Soon));
                context.Scans.Request(changed.Rescan);
                break;
            case ApplyResult.Failed { Problem.Error: FileSystemError.CrossDevice } when tryOtherwise(item):
                return;
            case ApplyResult.Failed failed:
                error = failed.Problem.Reason;
                OnApplyFailed(item, failed.Problem);
                break;
        }
        Folder.Events.Publish(() => new EngineEvent.ItemFinished(Folder.Id, item.Name, item.Global.Type, item.Action, error));
    }

    /// <summary>Its temp file stays for another attempt.</summary>
    private void OnRefused(PullItem item, ApplyStep step)
    {
        if (step is ApplyStep.PlaceFile file)
            file.Staged.Close();
        context.Retries.AttemptAt(Deadline.In(JudgeAgainAfter, context.Parts.Time));
        Folder.Events.Publish(() => new EngineEvent.ItemFinished(Folder.Id, item.Name, item.Global.Type, item.Action, DisplacesTooMuch));
    }

    private void OnApplyFailed(PullItem item, FileProblem problem)
    {
        Folder.Fetched.Drop(item.Name);
        // After a failed sync the names may have changed nevertheless.
        if (problem.Error == FileSystemError.Io)
            context.Scans.Request([item.Name]);
        context.Retries.Note(item.Global, new PullFailure(problem.Reason, problem.Permanent ? RetryWhen.Rarely : RetryWhen.Later));
    }

    /// <summary>
    /// A directory deleted remotely contains something alive here: it is restored for everyone. Otherwise the next attempt deletes it.
    /// </summary>
    private Task KeepDirectoryAsync(PullItem item, CancellationToken cancellation) => context.Writer.CommitAsync(
        index =>
        {
            var mine = index.FindLocal(item.Name);
            if (mine is not { IsDirectory: true } || mine.Sequence != item.Local!.Sequence || !IndexTree.HasLiving(index, item.Name))
                return [];
            var version = EditVersion.ForMergedEdit(mine, mine.Version, item.Global.Version, context.Self, Folder.NowSeconds);
            return [mine with { Version = version, ModifiedBy = context.Self }];
        },
        cancellation);
}
