using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Transfer;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Conflict copies: noted, counted, and merged where two are the same.</summary>
internal sealed partial class FolderLoop
{
    private const int MostWarnings = 1000;

    /// <summary>Copies that were committed and not yet compared with others of the same file.</summary>
    private readonly SortedSet<FileName> _newCopies = [];

    internal void NoteConflict(PullItem item, FileName copy)
    {
        RequestScan(item.Expected is { IsDirectory: true } ? [copy, item.Name] : [copy]);
        var now = _parts.Time.GetUtcNow();
        _parts.State.PutConflict(new OpenConflict(Id, item.Name.Value, copy.Value, item.Global.ModifiedBy, now));
        _events.Add("FolderConflict", ("folder", Id.Value), ("item", item.Name.Value), ("copy", copy.Value));
    }

    private void NoteCopies(IReadOnlyList<FileEntry> committed)
    {
        foreach (var entry in committed)
        {
            if (ConflictName.IsConflictCopy(entry.Name))
                _newCopies.Add(entry.Name);
        }
    }

    /// <summary>After a scan or a pull: merges equal copies and counts the rest.</summary>
    private async Task LookAtCopiesAsync()
    {
        if (_newCopies.Count == 0)
            return;
        List<FileName> copies = [.. _newCopies];
        _newCopies.Clear();
        if (Config.Type == FolderType.SendReceive)
            await MergeCopiesAsync(copies);
        await WarnOfManyAsync(copies);
    }

    /// <summary>
    /// The same content was displaced on several devices, each of which kept it. All keep the first by name; who made another one takes that
    /// away, so that nobody waits for anybody and each is removed once.
    /// </summary>
    private async Task MergeCopiesAsync(IReadOnlyList<FileName> copies)
    {
        var index = _index!;
        // A copy that was edited and not scanned yet is none of the same any more.
        var edited = await _parts.Workers.Run(() => copies.SelectMany(c => SameCopies(index, c)).Where(e => !IsWhole(index, e)).Select(e => e.Name).Distinct().ToList(), _flowsEnd);
        if (edited.Count > 0)
            RequestScan(edited);
        var spare = await _parts.Workers.Run(() => copies.SelectMany(c => Spare(index, c)).DistinctBy(e => e.Name).ToList(), _flowsEnd);
        if (spare.Count == 0)
            return;
        var now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
        var displaced = Config.Versioning.Kind == VersioningKind.None ? Displaced.Discard : Displaced.Version;
        List<FileName> changed = [];
        await CommitAsync(current =>
        {
            // Decided anew with nothing else going on: the one that stays must be there when the other goes.
            var steps = spare.Where(s => Spare(current, s.Name).Any(e => e.Name == s.Name && e.Sequence == s.Sequence))
                .Select(ApplyStep (s) => new ApplyStep.Remove(LocalChange.Gone(s, _parts.Self.Short, now, FolderType.SendReceive), s, displaced)).ToList();
            var results = Applier.Apply(steps);
            // Not as the index says: edited since, so it is an edit to be found and no copy to be merged.
            changed.AddRange(results.Where(r => r is not ApplyResult.Done).Select(r => r.Step.Target.Name));
            return [.. results.OfType<ApplyResult.Done>().Select(d => d.Step.Target)];
        });
        if (changed.Count > 0)
            RequestScan(changed);
    }

    /// <summary>Copies of this device's making that hold the same as an earlier one of the same file, which stands on the disk.</summary>
    private IEnumerable<FileEntry> Spare(IFolderIndex index, FileName copy)
    {
        var same = SameCopies(index, copy).Where(e => IsWhole(index, e)).OrderBy(e => e.Name).ToList();
        return same.Skip(1).Where(e => e.ModifiedBy == _parts.Self.Short);
    }

    private static IEnumerable<FileEntry> SameCopies(IFolderIndex index, FileName copy)
    {
        if (index.FindLocal(copy) is not { IsFile: true, IsInvalid: false, Size: > 0 } entry)
            return [];
        var original = ConflictName.OriginalOf(copy);
        return index.LocalWithContent(entry.BlocksHash).Where(e => ConflictName.OriginalOf(e.Name) == original);
    }

    /// <summary>Nobody has changed or deleted it meanwhile, and the disk has it as the index says.</summary>
    private bool IsWhole(IFolderIndex index, FileEntry entry)
    {
        try
        {
            return index.FindGlobal(entry.Name)?.Version == entry.Version && Disk.Stat(LocalPath.Of(entry.Name)) is { } stat && stat.Stamp == entry.Disk;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    /// <summary>More copies of one file than are wanted: all are kept, and a person is told.</summary>
    private async Task WarnOfManyAsync(IReadOnlyList<FileName> copies)
    {
        var most = Config.MaxConflicts;
        if (most <= 0)
            return;
        var index = _index!;
        var originals = copies.Select(ConflictName.OriginalOf).OfType<FileName>().Distinct().ToList();
        var counts = await _parts.Workers.Run(() => originals.ToDictionary(o => o, o => CopiesOf(index, o)), _flowsEnd);
        var warnings = new List<FileProblem>();
        foreach (var (original, count) in counts.Where(c => c.Value > most).OrderBy(c => c.Key))
        {
            var reason = $"There are {count} conflict copies of it, more than the {most} that are usual here (max-conflicts). All were kept: look at them and delete what is not wanted.";
            warnings.Add(new FileProblem(original.Value, reason));
            Log.ManyConflicts(_log, Config.DisplayName, original.Value, count, most);
        }
        if (warnings.Count > 0)
            _events.Add("FolderWarnings", ("folder", Id.Value), ("warnings", warnings.Count), ("message", $"'{warnings[0].Path}': {warnings[0].Reason}"));
        var settled = counts.Keys.Select(k => k.Value).ToHashSet();
        Publish(s => s with { Warnings = [.. s.Warnings.Where(w => !settled.Contains(w.Path)).Concat(warnings).Take(MostWarnings)] });
    }

    private static int CopiesOf(IFolderIndex index, FileName original)
    {
        var count = 0;
        var after = default(FileName);
        var parent = original.Parent;
        while (index.LocalPage(parent, after, PageSize, withBlocks: false) is { Count: > 0 } page)
        {
            after = page[^1].Name;
            count += page.Count(e => e.Name.Parent == parent && ConflictName.OriginalOf(e.Name) == original);
        }
        return count;
    }
}
