using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// Moves a finished object (file, link or directory at a temp name) to its own name in one atomic step and stores what it displaces. When nothing
/// is expected there, it renames without replacing. Otherwise it exchanges the two names and then inspects what it displaced: an edit that slipped
/// in behind the last check is put back.
/// </summary>
/// <remarks>
/// Where the filesystem can't exchange, what is to be kept is copied first and the rename replaces: an edit in the microseconds between
/// the last look and that rename is lost there, and so is one on a file to be discarded.
/// </remarks>
internal sealed class AtomicReplacer(IFileSystem disk, ExpectedState expectation, DisplacedFileStore aside, DirectoryRemoval removal)
{
    private bool _canExchange = true;

    /// <summary>The disk failed and content is left at a temp name: keep the journal for the next recovery.</summary>
    public bool NeedsRecovery { get; set; }

    /// <summary>Whether the disk can exchange names, as far as it was tried.</summary>
    public bool CanExchange => _canExchange;

    /// <summary>Unless the result is Done, the object stays at <paramref name="staged"/>, unless something else was put there.</summary>
    /// <param name="mine">The object at <paramref name="staged"/>.</param>
    /// <param name="expected">The object expected at the target's name, null for none.</param>
    public ApplyResult Place(ApplyStep step, LocalPath staged, FileStat mine, FileEntry? expected)
    {
        var name = LocalPath.Of(step.Target.Name);
        if (expected is null)
            return PlaceNew(step, staged, name, mine);
        if (disk.Stat(name) is not { } before || !expectation.Matches(name, before, expected))
            return LocallyChanged(step);
        if (before.Kind == FileKind.Directory)
            return removal.Remove(step, name) is not { } left ? PlaceNew(step, staged, name, mine)
                : step.Displaced == ActionForExisting.Conflict ? PlaceBesideDirectory(step, staged, name, mine) : left;
        if (_canExchange && TryExchange(staged, name) is { } exchanged)
            return exchanged ? InspectDisplaced(step, staged, name, before, mine) : LocallyChanged(step);
        return mine.Kind == FileKind.Directory
            ? PlaceDirectoryOverFile(step, staged, name, before, mine)
            : PlaceByReplacing(step, staged, name, before, mine);
    }

    /// <summary>The object at the step's name isn't the expected one.</summary>
    public ApplyResult LocallyChanged(ApplyStep step)
    {
        var name = step.Target.Name;
        return disk.Stat(LocalPath.Of(name)) is { Kind: FileKind.Other }
            ? new ApplyResult.Failed(step, new FileProblem(name.Value,
                $"'{name}' can't be synced because a special file (pipe, socket or device) has its name; remove or rename that.",
                FileSystemError.WrongKind))
            : new ApplyResult.LocallyChanged(step, [name]);
    }

    /// <summary>
    /// Restores displaced content to its name, or keeps it as a conflict copy when that name is taken. Returns the names to scan.
    /// </summary>
    public IReadOnlyList<FileName> PutBack(LocalPath path, FileName name, ShortId winner)
    {
        try
        {
            disk.Rename(path, LocalPath.Of(name), RenameMode.NoReplace);
            return [name];
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.Exists)
        {
            return [name, aside.StoreAsConflictCopy(path, name, winner)];
        }
    }

    /// <summary>Completes a placed name. The stamp reveals an edit made in that very moment.</summary>
    public ApplyResult Complete(ApplyStep step, FileStat mine, FileName? copy)
    {
        var name = step.Target.Name;
        if (disk.Stat(LocalPath.Of(name)) is { } now && ExpectedState.IsSame(mine, now))
            return new ApplyResult.Done(step, now.Stamp, copy);
        return new ApplyResult.LocallyChanged(step, copy is { } made ? [name, made] : [name]);
    }

    private ApplyResult PlaceNew(ApplyStep step, LocalPath staged, LocalPath name, FileStat mine)
    {
        try
        {
            disk.Rename(staged, name, RenameMode.NoReplace);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.Exists)
        {
            return LocallyChanged(step);
        }
        return Complete(step, mine, null);
    }

    /// <summary>The directory holds items that nobody deleted: the whole of it becomes a conflict copy.</summary>
    private ApplyResult PlaceBesideDirectory(ApplyStep step, LocalPath staged, LocalPath name, FileStat mine)
    {
        var copy = aside.StoreAsConflictCopy(name, step.Target.Name, step.Target.ModifiedBy);
        return PlaceNew(step, staged, name, mine) switch
        {
            ApplyResult.Done done => done with { ConflictCopy = copy },
            ApplyResult.LocallyChanged changed => changed with { Rescan = [.. changed.Rescan, copy] },
            var failed => failed,
        };
    }

    /// <summary>False when one of the names has vanished, null when the filesystem has no such call.</summary>
    private bool? TryExchange(LocalPath staged, LocalPath name)
    {
        try
        {
            disk.Rename(staged, name, RenameMode.Exchange);
            return true;
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotFound && disk.Stat(name) is null)
        {
            return false;
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotSupported)
        {
            _canExchange = false;
            return null;
        }
        catch (FileSystemException)
        {
            // Systems that exchange in two steps may have done only one. Recovery finds what stands in between.
            NeedsRecovery |= disk.Stat(TempName.ForExchange(staged)) is not null;
            throw;
        }
    }

    private ApplyResult InspectDisplaced(ApplyStep step, LocalPath staged, LocalPath name, FileStat before, FileStat mine)
    {
        try
        {
            if (disk.Stat(staged) is not { } displaced || !ExpectedState.IsSame(before, displaced))
                return new ApplyResult.LocallyChanged(step, ExchangeBack(step, staged, name, mine));
            return Complete(step, mine, aside.Store(staged, step.Target.Name, step.Displaced, step.Target.ModifiedBy));
        }
        catch (FileSystemException e)
        {
            // Nothing displaced could be kept as requested: undo the exchange.
            try
            {
                ExchangeBack(step, staged, name, mine);
            }
            catch (FileSystemException)
            {
                NeedsRecovery = true;
            }
            return ApplyFailures.Of(step, e);
        }
    }

    /// <summary>Returns the displaced content to its name. Whatever took the name since then becomes a conflict copy.</summary>
    private IReadOnlyList<FileName> ExchangeBack(ApplyStep step, LocalPath staged, LocalPath name, FileStat mine)
    {
        try
        {
            disk.Rename(staged, name, RenameMode.Exchange);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotFound)
        {
            return disk.Stat(staged) is null ? [step.Target.Name] : PutBack(staged, step.Target.Name, step.Target.ModifiedBy);
        }
        if (disk.Stat(staged) is { } back && !ExpectedState.IsSame(mine, back))
            return [step.Target.Name, aside.StoreAsConflictCopy(staged, step.Target.Name, step.Target.ModifiedBy)];
        return [step.Target.Name];
    }

    /// <summary>Without an exchange: copies what is to be kept, checks it once more, then replaces it.</summary>
    private ApplyResult PlaceByReplacing(ApplyStep step, LocalPath staged, LocalPath name, FileStat before, FileStat mine)
    {
        FileName? copy = null;
        if (step.Displaced != ActionForExisting.Discard)
        {
            var path = TempName.ForBackup(step.Target.Name);
            try
            {
                FileCopy.Copy(disk, name, disk, path);
                if (disk.Stat(name) is not { } still || still != before)
                    return LocallyChanged(step);
                copy = aside.Store(path, step.Target.Name, step.Displaced, step.Target.ModifiedBy);
            }
            finally
            {
                TempFile.Clear(disk, path);
            }
        }
        if (disk.Stat(name) is not { } last || last != before)
            return LocallyChanged(step);
        disk.Rename(staged, name, RenameMode.Replace);
        return Complete(step, mine, copy);
    }

    /// <summary>Without an exchange no call can put a directory where a file is: the name is empty for a moment.</summary>
    private ApplyResult PlaceDirectoryOverFile(ApplyStep step, LocalPath staged, LocalPath name, FileStat before, FileStat mine)
    {
        var parking = TempName.Displaced(step.Target.Name);
        TempFile.Clear(disk, parking);
        disk.Rename(name, parking, RenameMode.NoReplace);
        if (disk.Stat(parking) is not { } displaced || !ExpectedState.IsSame(before, displaced))
            return new ApplyResult.LocallyChanged(step, PutBack(parking, step.Target.Name, step.Target.ModifiedBy));
        try
        {
            disk.Rename(staged, name, RenameMode.NoReplace);
            return Complete(step, mine, aside.Store(parking, step.Target.Name, step.Displaced, step.Target.ModifiedBy));
        }
        catch (FileSystemException e)
        {
            try
            {
                if (disk.Stat(staged) is null)
                    disk.Rename(name, staged, RenameMode.NoReplace);
                PutBack(parking, step.Target.Name, step.Target.ModifiedBy);
            }
            catch (FileSystemException)
            {
                NeedsRecovery = true;
            }
            return ApplyFailures.Of(step, e);
        }
    }
}
