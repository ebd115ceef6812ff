using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// Tracks conflict copies: they are open conflicts while they exist, equal ones are merged, and the rest is counted. Outlives each opening of the
/// folder.
/// </summary>
internal sealed class ConflictReconciler(ConfiguredFolder folder, IScanRequests scans) : ICommitObserver
{
    /// <summary>Committed copies that haven't been compared with others of the same file.</summary>
    private readonly SortedSet<FileName> _newCopies = [];

    /// <summary>The copies that are recorded as open conflicts; null until they were read.</summary>
    private HashSet<string>? _recorded;

    private ShortId Self => folder.Parts.Self.Short;

    /// <summary>A pull made a copy of what it displaced.</summary>
    public void OnCopyMade(PullItem item, FileName copy)
    {
        scans.Request(item.Expected is { IsDirectory: true } ? [copy, item.Name] : [copy]);
        folder.Parts.State.PutConflict(new OpenConflict(folder.Id, item.Name.Value, copy.Value, item.Global.ModifiedBy, folder.Parts.Time.GetUtcNow()));
        _recorded?.Add(copy.Value);
        folder.Events.Publish(() => new EngineEvent.ConflictCopyMade(folder.Id, item.Name, copy));
    }

    public void OnCommitted(IFolderIndex index, IReadOnlyList<FileEntry> entries)
    {
        var changes = new Changes([], []);
        foreach (var entry in entries)
        {
            if (!entry.Name.Value.Contains(".sync-conflict-", StringComparison.Ordinal) || ConflictName.OriginalOf(entry.Name) is not { } original)
                continue;
            _newCopies.Add(entry.Name);
            if (entry.Type != FileType.Directory)
                Register(index, entry, original, changes);
        }
        if (changes.Added.Count + changes.Removed.Count > 0)
            folder.Parts.State.ChangeConflicts(changes.Added, changes.Removed);
    }

    /// <summary>After a scan or a pull: merges equal copies and counts the rest.</summary>
    public async Task ReconcileAsync(OpenFolder open, LocalIndexWriter writer, CancellationToken cancellation)
    {
        if (_newCopies.Count == 0)
            return;
        List<FileName> copies = [.. _newCopies];
        _newCopies.Clear();
        if (folder.Config.Type == FolderType.SendReceive)
            await MergeAsync(open, writer, copies, cancellation);
        await WarnOfManyAsync(open, copies, cancellation);
    }

    /// <summary>A conflict copy is an open conflict, wherever it was made, until it is gone.</summary>
    private void Register(IFolderIndex index, FileEntry copy, FileName original, Changes changes)
    {
        var recorded = _recorded ??= [.. folder.Parts.State.Conflicts().Where(c => c.Folder == folder.Id).Select(c => c.Copy)];
        if (copy.Deleted || copy.LocalFlags.HasFlag(LocalFlags.Ignored))
        {
            if (recorded.Remove(copy.Name.Value))
                changes.Removed.Add((folder.Id, copy.Name.Value));
        }
        else if (recorded.Add(copy.Name.Value))
        {
            var winner = index.FindGlobal(original)?.ModifiedBy ?? copy.ModifiedBy;
            changes.Added.Add(new OpenConflict(folder.Id, original.Value, copy.Name.Value, winner, folder.Parts.Time.GetUtcNow()));
        }
    }

    /// <summary>
    /// Several devices displaced the same content, and each kept it. All keep the first by name; the maker of another one removes that, so that
    /// nobody waits for anyone and each is removed once.
    /// </summary>
    private async Task MergeAsync(OpenFolder open, LocalIndexWriter writer, IReadOnlyList<FileName> copies, CancellationToken cancellation)
    {
        var index = open.Index;
        // A copy that was edited and not scanned yet is no longer equal.
        var edited = await open.RunAsync(() => copies.SelectMany(c => ConflictCopies.SameAs(index, c)).Where(e => !MatchesIndex(open, e)).Select(e => e.Name).Distinct().ToList(), cancellation);
        if (edited.Count > 0)
            scans.Request(edited);
        var redundant = await open.RunAsync(() => copies.SelectMany(c => RedundantCopies(open, c)).DistinctBy(e => e.Name).ToList(), cancellation);
        if (redundant.Count == 0)
            return;
        List<FileName> changed = [];
        await writer.CommitAsync(
            _ =>
            {
                // Decide again under the gate: the copy that stays must exist when the other is removed.
                var steps = redundant.Where(s => RedundantCopies(open, s.Name).Any(e => e.Name == s.Name && e.Sequence == s.Sequence))
                    .Select(ApplyStep (s) => new ApplyStep.Remove(Removed(index, s), s, open.DisplacedByVersioning)).ToList();
                var results = open.Applier.Apply(steps);
                // It differs from the index: it was edited, so it is an edit to be found and not a copy to be merged.
                changed.AddRange(results.Where(r => r is not ApplyResult.Done).Select(r => r.Step.Target.Name));
                return [.. results.OfType<ApplyResult.Done>().Select(d => d.Step.Target)];
            },
            cancellation);
        if (changed.Count > 0)
            scans.Request(changed);
    }

    /// <summary>This device's copies that equal an earlier one of the same file that exists on disk.</summary>
    private IEnumerable<FileEntry> RedundantCopies(OpenFolder open, FileName copy)
    {
        var same = ConflictCopies.SameAs(open.Index, copy).Where(e => MatchesIndex(open, e)).ToList();
        return same.Skip(1).Where(e => e.ModifiedBy == Self && HoldsNothingElse(open.Index, e));
    }

    /// <summary>True when no device has other content under the copy's name, which the deletion would remove.</summary>
    private static bool HoldsNothingElse(IFolderIndex index, FileEntry copy) =>
        index.Versions(copy.Name, withBlocks: true).All(v => v.Entry.Deleted || v.Entry.IsInvalid || v.Entry.BlocksHash == copy.BlocksHash);

    /// <summary>A deletion that covers what every device has for the name, so that no edit wins over it.</summary>
    private FileEntry Removed(IFolderIndex index, FileEntry copy)
    {
        var gone = LocalChange.Deleted(copy, global: null, Self, folder.NowSeconds, FolderType.SendReceive);
        var version = index.Versions(copy.Name).Select(v => v.Entry.Version).Where(v => !gone.Version.Covers(v))
            .Aggregate(gone.Version, (known, theirs) => EditVersion.ForMergedEdit(copy, known, theirs, Self, folder.NowSeconds));
        return gone with { Version = version };
    }

    /// <summary>True when nobody has changed or deleted it meanwhile, and the disk matches the index.</summary>
    private static bool MatchesIndex(OpenFolder open, FileEntry entry)
    {
        try
        {
            return open.Index.FindGlobal(entry.Name)?.Version == entry.Version && open.Disk.Stat(LocalPath.Of(entry.Name)) is { } stat && stat.Stamp == entry.Disk;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    /// <summary>There are more copies of one file than wanted: all are kept, and the user is warned.</summary>
    private async Task WarnOfManyAsync(OpenFolder open, IReadOnlyList<FileName> copies, CancellationToken cancellation)
    {
        var most = folder.Config.MaxConflicts;
        if (most <= 0)
            return;
        var originals = copies.Select(ConflictName.OriginalOf).OfType<FileName>().Distinct().ToList();
        var counts = await open.RunAsync(() => CountCopies(open.Index, originals), cancellation);
        var warnings = new List<FileProblem>();
        foreach (var (original, count) in counts.Where(c => c.Value > most).OrderBy(c => c.Key))
        {
            var reason = $"There are {count} conflict copies of it, more than the configured {most} (max-conflicts). All were kept: check them and delete the ones that you don't need.";
            warnings.Add(new FileProblem(original.Value, reason));
            Log.ManyConflicts(folder.Log, folder.DisplayName, original.Value, count, most);
        }
        if (warnings.Count > 0)
            folder.Events.Publish(() => new EngineEvent.FolderWarned(folder.Id, warnings.Count, $"'{warnings[0].Path}': {warnings[0].Reason}"));
        folder.Status.SetWarnings(counts.Keys.Select(k => k.Value).ToHashSet(), warnings);
    }

    /// <summary>One pass for each directory, however many files in it have copies.</summary>
    private static Dictionary<FileName, int> CountCopies(IFolderIndex index, IReadOnlyList<FileName> originals)
    {
        var counts = originals.ToDictionary(o => o, _ => 0);
        foreach (var directory in originals.Select(o => o.Parent).Distinct())
        {
            foreach (var copy in IndexTree.Inside(index, directory, withBlocks: false))
            {
                if (copy.Name.Parent == directory && ConflictName.OriginalOf(copy.Name) is { } original && counts.TryGetValue(original, out var count))
                    counts[original] = count + 1;
            }
        }
        return counts;
    }

    private sealed record Changes(List<OpenConflict> Added, List<(FolderId Folder, string Copy)> Removed);
}
