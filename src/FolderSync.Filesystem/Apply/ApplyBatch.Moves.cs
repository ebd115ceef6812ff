using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Moves: renames without transfer, including cycles of names.</summary>
internal sealed partial class ApplyBatch
{
    private ApplyResult Move(ApplyStep.Move step, int index, FileEntry? expected)
    {
        var from = LocalPath.Of(step.From.Name);
        if (_movedAside.TryGetValue(index, out var parked))
            return PlaceMoved(step, parked.Path, parked.Before, expected);
        if (_disk.Stat(from) is not { } before || _names.FindMisspelled(from) is not null || !_expectation.Matches(from, before, step.From))
            return new ApplyResult.LocallyChanged(step, [step.From.Name]);
        _touched.Add(from.Parent);
        // What answers to the target is the source under its other spelling: it has to leave first.
        var isRespelled = _names.FindMisspelled(LocalPath.Of(step.Target.Name)) is not null;
        if (expected is not null || isRespelled || !HasMetadata(before, step.Target))
        {
            var temp = TempName.For(step.Target.Name);
            return MoveToTemp(step, from, temp, before) ?? PlaceMoved(step, temp, before, expected);
        }
        try
        {
            _disk.Rename(from, LocalPath.Of(step.Target.Name), RenameMode.NoReplace);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.Exists)
        {
            return _replacer.LocallyChanged(step);
        }
        return Moved(step, _replacer.Complete(step, before, null));
    }

    private ApplyResult? MoveAside(ApplyStep.Move step, int index)
    {
        var from = LocalPath.Of(step.From.Name);
        if (_disk.Stat(from) is not { } before || _names.FindMisspelled(from) is not null || !_expectation.Matches(from, before, step.From))
            return new ApplyResult.LocallyChanged(step, [step.From.Name]);
        var parking = TempName.ForMoveAside(step.Target.Name);
        _touched.Add(LocalPath.Root);
        _touched.Add(from.Parent);
        if (MoveToTemp(step, from, parking, before) is { } failed)
            return failed;
        _movedAside.Add(index, new MovedAside(parking, before));
        _taken.Add(step.From.Name);
        _names.OnRemoved(from);
        return null;
    }

    /// <summary>Null when the content stands at the temp name.</summary>
    private ApplyResult? MoveToTemp(ApplyStep.Move step, LocalPath from, LocalPath temp, FileStat before)
    {
        TempFile.Clear(_disk, temp);
        _disk.Rename(from, temp, RenameMode.NoReplace);
        try
        {
            if (_disk.Stat(temp) is { } taken && ExpectedState.IsSame(before, taken))
                return null;
            return new ApplyResult.LocallyChanged(step, _replacer.PutBack(temp, step.From.Name, step.From.ModifiedBy));
        }
        catch (FileSystemException e)
        {
            PutBackOrLeave(temp, step.From.Name, step.From.ModifiedBy);
            return ApplyFailures.Of(step, e);
        }
    }

    private ApplyResult PlaceMoved(ApplyStep.Move step, LocalPath temp, FileStat before, FileEntry? expected)
    {
        ApplyResult result;
        FileStat? mine = null;
        try
        {
            ApplyMetadata(temp, before, step.Target);
            mine = _disk.Stat(temp);
            result = mine is { } dressed
                ? _replacer.Place(step, temp, dressed, expected)
                : ApplyFailures.Of(step, $"'{temp}' vanished while it was moved.", FileSystemError.NotFound);
        }
        catch (FileSystemException e)
        {
            result = ApplyFailures.Of(step, e);
        }
        if (result is ApplyResult.Done)
            return Moved(step, result);
        IReadOnlyList<FileName> back = [];
        if (!Try(() => back = UndoMove(step, temp, before)))
            _replacer.NeedsRecovery = true;
        return result is ApplyResult.LocallyChanged changed
            ? changed with { Rescan = [.. changed.Rescan.Union([step.From.Name, .. back])] }
            : result;
    }

    /// <summary>Undoes a move that can't be placed: the content returns to its old name, with its old metadata.</summary>
    private IReadOnlyList<FileName> UndoMove(ApplyStep.Move step, LocalPath temp, FileStat before)
    {
        if (_disk.Stat(temp) is not { } left || left.Inode != before.Inode)
            return [];
        if (left.Kind != FileKind.Symlink && left.Permissions != before.Permissions)
            _disk.SetPermissions(temp, before.Permissions);
        if (left.Kind != FileKind.Directory && left.Modified != before.Modified)
            _disk.SetModified(temp, before.Modified);
        return _replacer.PutBack(temp, step.From.Name, step.From.ModifiedBy);
    }

    private ApplyResult Moved(ApplyStep.Move step, ApplyResult result)
    {
        _taken.Add(step.From.Name);
        _names.OnRemoved(LocalPath.Of(step.From.Name));
        return result;
    }

    /// <summary>
    /// Swaps the names of a cycle one after the other, so that no name is ever missing. If that isn't possible, moves all of them aside and places
    /// them.
    /// </summary>
    private void RotateCycle(IReadOnlyList<int> ring)
    {
        var moves = ring.Select(i => (ApplyStep.Move)_steps[i]).ToList();
        var before = new FileStat[moves.Count];
        var problem = Attempt(() => TryRotateCycle(moves, before));
        if (problem is null)
        {
            for (var i = 0; i < moves.Count; i++)
            {
                var (move, was) = (moves[i], before[i]);
                _results[ring[i]] = Guarded(move, () => FinishMove(move, was));
            }
            return;
        }
        if (problem.Error == FileSystemError.NotSupported)
        {
            foreach (var i in ring)
                RunOperation(new BatchOperation.MoveAside(i));
            foreach (var i in ring)
                RunOperation(new BatchOperation.Execute(i));
            return;
        }
        foreach (var i in ring)
        {
            _results[i] ??= problem.Error == FileSystemError.InUse
                ? new ApplyResult.LocallyChanged(_steps[i], [_steps[i].Target.Name])
                : ApplyFailures.Of(_steps[i], problem);
        }
    }

    private void TryRotateCycle(List<ApplyStep.Move> moves, FileStat[] before)
    {
        for (var i = 0; i < moves.Count; i++)
        {
            var path = LocalPath.Of(moves[i].From.Name);
            if (_disk.Stat(path) is not { } stat || _names.FindMisspelled(path) is not null || !_expectation.Matches(path, stat, moves[i].From))
                throw new FileSystemException(FileSystemError.InUse, $"'{path}' was changed here.");
            before[i] = stat;
            _touched.Add(path.Parent);
        }
        // Each member's target is the next one's source: swapping the first name with every target in turn moves all of them one place on.
        var swapped = 0;
        try
        {
            for (; swapped < moves.Count - 1; swapped++)
                Swap(moves, swapped);
        }
        catch (FileSystemException)
        {
            // Half a ring would look as if a user had swapped the names.
            while (swapped-- > 0)
                Swap(moves, swapped);
            throw;
        }
    }

    private void Swap(List<ApplyStep.Move> moves, int i) =>
        _disk.Rename(LocalPath.Of(moves[0].From.Name), LocalPath.Of(moves[i].Target.Name), RenameMode.Exchange);

    private ApplyResult FinishMove(ApplyStep.Move step, FileStat was)
    {
        var path = LocalPath.Of(step.Target.Name);
        if (_disk.Stat(path) is not { } now || !ExpectedState.IsSame(was, now))
            return new ApplyResult.LocallyChanged(step, [step.Target.Name, step.From.Name]);
        ApplyMetadata(path, now, step.Target);
        _taken.Add(step.From.Name);
        return _disk.Stat(path) is { } done ? new ApplyResult.Done(step, done.Stamp, null) : _replacer.LocallyChanged(step);
    }
}
