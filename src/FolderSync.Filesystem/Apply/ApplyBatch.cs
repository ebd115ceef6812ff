using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// One batch: content durable → each step in order → versions durable → directories durable → results. A failed step doesn't stop the others.
/// </summary>
internal sealed partial class ApplyBatch
{
    private readonly IFileSystem _disk;
    private readonly ApplierOptions _options;
    private readonly IReadOnlyList<ApplyStep> _steps;
    private readonly ApplyResult?[] _results;
    private readonly ExpectedState _expectation;
    private readonly DisplacedFileStore _displaced;
    private readonly DirectoryRemoval _removal;
    private readonly AtomicReplacer _replacer;
    private readonly ExactNames _names;
    private readonly Journal _journal;
    private readonly TouchedDirectories _touched;

    /// <summary>Names whose content a move of this batch took away.</summary>
    private readonly HashSet<FileName> _taken = [];

    private readonly HashSet<FileName> _toBeTaken = [];
    private readonly Dictionary<int, MovedAside> _movedAside = [];

    public ApplyBatch(IFileSystem disk, IVersioner? versioner, ApplierOptions options, TimeProvider time, IReadOnlyList<ApplyStep> steps)
    {
        _disk = disk;
        _options = options;
        _steps = steps;
        _results = new ApplyResult?[steps.Count];
        _expectation = new ExpectedState(disk, options);
        _displaced = new DisplacedFileStore(disk, versioner, time);
        _removal = new DirectoryRemoval(disk, options);
        _replacer = new AtomicReplacer(disk, _expectation, _displaced, _removal);
        _names = new ExactNames(disk);
        _journal = new Journal(disk);
        _touched = new TouchedDirectories(disk);
        foreach (var step in steps.OfType<ApplyStep.Move>())
            _toBeTaken.Add(step.From.Name);
    }

    private sealed record MovedAside(LocalPath Path, FileStat Before);

    /// <summary>The journal must stay: recover from it before the next batch.</summary>
    public bool NeedsRecovery => _replacer.NeedsRecovery;

    public IReadOnlyList<ApplyResult> Run()
    {
        MakeContentDurable();
        foreach (var turn in ApplyOrder.Of(_steps, _steps.Any(s => _disk.TraitsAt(LocalPath.Of(s.Target.Name)).CaseInsensitive)))
            RunOperation(turn);
        ConfirmPlaced();
        MakeNamesDurable();
        return _results!;
    }

    private void MakeContentDurable()
    {
        var noted = false;
        try
        {
            if (_steps.Any(Journal.Concerns))
            {
                _journal.Write(_steps.Where(Journal.Concerns));
                noted = true;
            }
        }
        catch (FileSystemException)
        {
            // A full disk must not block deletions. The price: a kill in the middle of this batch then needs the user's help.
        }
        var contents = _steps.OfType<ApplyStep.PlaceFile>().ToList();
        if (!_disk.Traits.CanSyncAll || (contents.Count == 0 && !noted))
            return;
        try
        {
            _disk.SyncAll();
        }
        catch (FileSystemException e)
        {
            // After a failed sync the kernel may treat lost pages as clean, so a second sync would prove nothing.
            for (var i = 0; i < _steps.Count; i++)
            {
                if (_steps[i] is not ApplyStep.PlaceFile place)
                    continue;
                _results[i] = ApplyFailures.Of(place, e);
                Try(place.Staged.Discard);
            }
        }
    }

    private void RunOperation(BatchOperation turn)
    {
        switch (turn)
        {
            case BatchOperation.Execute carry when _results[carry.Step] is null:
                var step = _steps[carry.Step];
                _results[carry.Step] = Guarded(step, () => ExecuteStep(step, carry.Step));
                break;
            case BatchOperation.MoveAside park:
                var move = (ApplyStep.Move)_steps[park.Step];
                _results[park.Step] = Guarded(move, () => MoveAside(move, park.Step));
                break;
            case BatchOperation.RotateCycle rotate:
                RotateCycle(rotate.Steps);
                break;
        }
    }

    private ApplyResult ExecuteStep(ApplyStep step, int index)
    {
        var name = step.Target.Name;
        var path = LocalPath.Of(name);
        if (step is not (ApplyStep.Remove or ApplyStep.SetMetadata) && _disk.ValidateName(name) is { } why)
            return ApplyFailures.Of(step, why, permanent: true);
        if (_names.FindMisspelled(path) is { } misspelled && RefuseOtherSpelling(step, misspelled) is { } other)
            return other;
        var expected = step.Expected is { Deleted: false } present ? present : null;
        if (expected is not null && _toBeTaken.Contains(name) && !(step is ApplyStep.Move own && own.From.Name == name))
        {
            if (!_taken.Contains(name))
                return ApplyFailures.Of(step, $"'{name}' waits for another item to be moved away, which failed.", WhyNotTaken(name));
            expected = null;
        }
        _touched.Add(path.Parent);
        var result = step switch
        {
            ApplyStep.PlaceFile place => PlaceFile(place, expected),
            ApplyStep.PlaceDirectory place => PlaceDirectory(place, expected),
            ApplyStep.PlaceSymlink place => PlaceSymlink(place, expected),
            ApplyStep.Move move => Move(move, index, expected),
            ApplyStep.SetMetadata set => SetMetadata(set),
            ApplyStep.Remove remove => Remove(remove, expected),
            _ => throw new ArgumentException($"Unknown step {step.GetType()}."),
        };
        if (result is ApplyResult.Done && step is ApplyStep.Remove)
            _names.OnRemoved(path);
        else if (result is ApplyResult.Done)
            _names.OnCreated(path);
        return result;
    }

    /// <summary>With what error the move failed that was to free the name.</summary>
    private FileSystemError WhyNotTaken(FileName name) =>
        _results.OfType<ApplyResult.Failed>().FirstOrDefault(r => r.Step is ApplyStep.Move move && move.From.Name == name)?.Problem.Error ?? FileSystemError.Other;

    private ApplyResult PlaceFile(ApplyStep.PlaceFile step, FileEntry? expected)
    {
        if (step.Staged.Finished is not { } mine)
            throw new InvalidOperationException($"'{step.Target.Name}' can't be placed before it is finished.");
        return _replacer.Place(step, step.Staged.Path, mine, expected);
    }

    private ApplyResult PlaceDirectory(ApplyStep.PlaceDirectory step, FileEntry? expected)
    {
        var path = LocalPath.Of(step.Target.Name);
        var wanted = _expectation.WantedPermissions(step.Target);
        if (_disk.Stat(path) is { Kind: FileKind.Directory } there)
        {
            if (wanted is { } permissions && permissions != there.Permissions)
                _disk.SetPermissions(path, permissions);
            return new ApplyResult.Done(step, _disk.Stat(path)?.Stamp ?? default, null);
        }
        var temp = TempName.For(step.Target.Name);
        TempFile.Clear(_disk, temp);
        _disk.CreateDirectory(temp, wanted ?? _options.DirectoryPermissions);
        return PlaceCreated(step, temp, expected, () =>
        {
            if (wanted is { } permissions)
                _disk.SetPermissions(temp, permissions);
        });
    }

    private ApplyResult PlaceSymlink(ApplyStep.PlaceSymlink step, FileEntry? expected)
    {
        if (!_disk.TraitsAt(LocalPath.Of(step.Target.Name)).Symlinks)
            return ApplyFailures.Of(step, $"'{step.Target.Name}' is a symbolic link, which this disk doesn't support.", FileSystemError.NotSupported, true);
        var temp = TempName.For(step.Target.Name);
        TempFile.Clear(_disk, temp);
        _disk.CreateSymlink(temp, step.Target.SymlinkTarget ?? "");
        // Some filesystems store no times for links; the link is worth more than its time.
        return PlaceCreated(step, temp, expected, () => Try(() => _disk.SetModified(temp, step.Target.Modified)));
    }

    /// <summary>Places what was created at the temp name. If that fails, removes it.</summary>
    private ApplyResult PlaceCreated(ApplyStep step, LocalPath temp, FileEntry? expected, Action dress)
    {
        FileStat? mine = null;
        ApplyResult? result = null;
        try
        {
            mine = _disk.Stat(temp);
            dress();
            mine = _disk.Stat(temp);
            result = mine is { } made
                ? _replacer.Place(step, temp, made, expected)
                : ApplyFailures.Of(step, $"'{temp}' vanished while '{step.Target.Name}' was placed.", FileSystemError.NotFound);
        }
        finally
        {
            if (result is not ApplyResult.Done)
            {
                Try(() =>
                {
                    if (mine is { } made && _disk.Stat(temp) is { } left && left.Kind == made.Kind && left.Inode == made.Inode)
                        TempFile.Clear(_disk, temp);
                });
            }
        }
        return result;
    }

    private ApplyResult Remove(ApplyStep.Remove step, FileEntry? expected)
    {
        var name = step.Target.Name;
        var path = LocalPath.Of(name);
        if (_disk.Stat(path) is not { } before)
            return new ApplyResult.Done(step, default, null);
        if (expected is null || !_expectation.Matches(path, before, expected))
            return _replacer.LocallyChanged(step);
        if (before.Kind == FileKind.Directory)
            return _removal.Remove(step, path) ?? new ApplyResult.Done(step, default, null);
        var temp = TempName.For(name);
        TempFile.Clear(_disk, temp);
        _disk.Rename(path, temp, RenameMode.NoReplace);
        try
        {
            if (_disk.Stat(temp) is not { } taken || !ExpectedState.IsSame(before, taken))
                return new ApplyResult.LocallyChanged(step, _replacer.PutBack(temp, name, step.Target.ModifiedBy));
            return new ApplyResult.Done(step, default, _displaced.Store(temp, name, step.Displaced, step.Target.ModifiedBy));
        }
        catch (FileSystemException e)
        {
            PutBackOrLeave(temp, name, step.Target.ModifiedBy);
            return ApplyFailures.Of(step, e);
        }
    }

    private ApplyResult SetMetadata(ApplyStep.SetMetadata step)
    {
        var path = LocalPath.Of(step.Target.Name);
        if (step.Expected is not { } expected || _disk.Stat(path) is not { } before || !_expectation.Matches(path, before, expected))
            return _replacer.LocallyChanged(step);
        ApplyMetadata(path, before, step.Target);
        return _disk.Stat(path) is { } now && now.Inode == before.Inode && now.Size == before.Size
            ? new ApplyResult.Done(step, now.Stamp, null)
            : _replacer.LocallyChanged(step);
    }

    /// <summary>Sets mode and mtime to the target's where they differ.</summary>
    private void ApplyMetadata(LocalPath path, FileStat now, FileEntry target)
    {
        if (now.Kind != FileKind.Symlink && _expectation.WantedPermissions(target) is { } permissions && permissions != now.Permissions)
            _disk.SetPermissions(path, permissions);
        if (now.Kind != FileKind.Directory && now.Modified != target.Modified)
            _disk.SetModified(path, target.Modified);
    }

    private bool HasMetadata(FileStat now, FileEntry target) =>
        (now.Kind == FileKind.Directory || now.Modified == target.Modified) &&
        (now.Kind == FileKind.Symlink || _expectation.WantedPermissions(target) is not { } permissions || permissions == now.Permissions);

    /// <summary>Until this succeeds, a power cut could undo a rename that the index has recorded.</summary>
    private void MakeNamesDurable()
    {
        try
        {
            _displaced.Flush();
            _touched.Sync();
        }
        catch (FileSystemException e)
        {
            for (var i = 0; i < _results.Length; i++)
            {
                if (_results[i] is ApplyResult.Done or ApplyResult.Respelled)
                    _results[i] = ApplyFailures.Of(_steps[i], e);
            }
        }
        if (!_replacer.NeedsRecovery)
            Try(_journal.Remove);
    }

    private void PutBackOrLeave(LocalPath temp, FileName name, ShortId winner)
    {
        if (!Try(() => _replacer.PutBack(temp, name, winner)))
            _replacer.NeedsRecovery = true;
    }

    private static T Guarded<T>(ApplyStep step, Func<T> work) where T : ApplyResult?
    {
        try
        {
            return work();
        }
        catch (FileSystemException e)
        {
            return (T)(ApplyResult)ApplyFailures.Of(step, e);
        }
    }

    private static FileSystemException? Attempt(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (FileSystemException e)
        {
            return e;
        }
    }

    private static bool Try(Action work) => Attempt(work) is null;
}
