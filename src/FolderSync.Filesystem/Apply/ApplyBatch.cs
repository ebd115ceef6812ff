using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// One batch: content durable → each step in order → versions durable → directories durable → results. A failed step doesn't stop the others.
/// </summary>
internal sealed partial class ApplyBatch
{
    /// <summary>From this many directories on, syncing everything once is cheaper than syncing each.</summary>
    private const int ManyDirectories = 8;

    private readonly IFileSystem _disk;
    private readonly ApplierOptions _options;
    private readonly IReadOnlyList<ApplyStep> _steps;
    private readonly ApplyResult?[] _results;
    private readonly Expectation _expectation;
    private readonly Aside _aside;
    private readonly DirectoryRemoval _removal;
    private readonly Placer _placer;
    private readonly ExactNames _names;
    private readonly Journal _journal;
    private readonly HashSet<LocalPath> _touched = [];

    /// <summary>Names whose content a move of this batch took away.</summary>
    private readonly HashSet<FileName> _taken = [];

    private readonly HashSet<FileName> _toBeTaken = [];
    private readonly Dictionary<int, ParkedMove> _parked = [];

    public ApplyBatch(IFileSystem disk, IVersioner? versioner, ApplierOptions options, TimeProvider time, IReadOnlyList<ApplyStep> steps)
    {
        _disk = disk;
        _options = options;
        _steps = steps;
        _results = new ApplyResult?[steps.Count];
        _expectation = new Expectation(disk, options);
        _aside = new Aside(disk, versioner, time);
        _removal = new DirectoryRemoval(disk, options);
        _placer = new Placer(disk, _expectation, _aside, _removal);
        _names = new ExactNames(disk);
        _journal = new Journal(disk);
        foreach (var step in steps.OfType<ApplyStep.Move>())
            _toBeTaken.Add(step.From.Name);
    }

    private sealed record ParkedMove(LocalPath Path, FileStat Before);

    /// <summary>The journal must stay: recover from it before the next batch.</summary>
    public bool IsUnsettled => _placer.Unsettled;

    public IReadOnlyList<ApplyResult> Run()
    {
        MakeContentDurable();
        foreach (var turn in ApplyOrder.Of(_steps, _steps.Any(s => _disk.TraitsAt(LocalPath.Of(s.Target.Name)).CaseInsensitive)))
            Take(turn);
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
                _results[i] = Failures.Of(place, e);
                Try(place.Staged.Discard);
            }
        }
    }

    private void Take(Turn turn)
    {
        switch (turn)
        {
            case Turn.Carry carry when _results[carry.Step] is null:
                var step = _steps[carry.Step];
                _results[carry.Step] = Guarded(step, () => CarryOut(step, carry.Step));
                break;
            case Turn.Park park:
                var move = (ApplyStep.Move)_steps[park.Step];
                _results[park.Step] = Guarded(move, () => Park(move, park.Step));
                break;
            case Turn.Rotate rotate:
                Rotate(rotate.Steps);
                break;
        }
    }

    private ApplyResult CarryOut(ApplyStep step, int index)
    {
        var name = step.Target.Name;
        var path = LocalPath.Of(name);
        if (step is not (ApplyStep.Remove or ApplyStep.SetMetadata) && _disk.WhyUnplaceable(name) is { } why)
            return Failures.Of(step, why, permanent: true);
        if (_names.Misspelled(path) is { } misspelled && WhyNotOver(step, misspelled) is { } other)
            return other;
        var expected = step.Expected is { Deleted: false } present ? present : null;
        if (expected is not null && _toBeTaken.Contains(name) && !(step is ApplyStep.Move own && own.From.Name == name))
        {
            if (!_taken.Contains(name))
                return Failures.Of(step, $"'{name}' waits for another item to be moved away, which failed.", WhyNotTaken(name));
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
            _names.Gone(path);
        else if (result is ApplyResult.Done)
            _names.Made(path);
        return result;
    }

    /// <summary>With what error the move failed that was to free the name.</summary>
    private FileSystemError WhyNotTaken(FileName name) =>
        _results.OfType<ApplyResult.Failed>().FirstOrDefault(r => r.Step is ApplyStep.Move move && move.From.Name == name)?.Problem.Error ?? FileSystemError.Other;

    private ApplyResult PlaceFile(ApplyStep.PlaceFile step, FileEntry? expected)
    {
        if (step.Staged.Finished is not { } mine)
            throw new InvalidOperationException($"'{step.Target.Name}' can't be placed before it is finished.");
        return _placer.Place(step, step.Staged.Path, mine, expected);
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
        _disk.MakeDirectory(temp, wanted ?? _options.DirectoryPermissions);
        return PlaceMade(step, temp, expected, () =>
        {
            if (wanted is { } permissions)
                _disk.SetPermissions(temp, permissions);
        });
    }

    private ApplyResult PlaceSymlink(ApplyStep.PlaceSymlink step, FileEntry? expected)
    {
        if (!_disk.TraitsAt(LocalPath.Of(step.Target.Name)).Symlinks)
            return Failures.Of(step, $"'{step.Target.Name}' is a symbolic link, which this disk doesn't support.", FileSystemError.NotSupported, true);
        var temp = TempName.For(step.Target.Name);
        TempFile.Clear(_disk, temp);
        _disk.MakeSymlink(temp, step.Target.SymlinkTarget ?? "");
        // Some filesystems store no times for links; the link is worth more than its time.
        return PlaceMade(step, temp, expected, () => Try(() => _disk.SetModified(temp, step.Target.Modified)));
    }

    /// <summary>Places what was created at the temp name. If that fails, removes it.</summary>
    private ApplyResult PlaceMade(ApplyStep step, LocalPath temp, FileEntry? expected, Action dress)
    {
        FileStat? mine = null;
        ApplyResult? result = null;
        try
        {
            mine = _disk.Stat(temp);
            dress();
            mine = _disk.Stat(temp);
            result = mine is { } made
                ? _placer.Place(step, temp, made, expected)
                : Failures.Of(step, $"'{temp}' vanished while '{step.Target.Name}' was placed.", FileSystemError.NotFound);
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
        if (expected is null || !_expectation.Holds(path, before, expected))
            return _placer.Unexpected(step);
        if (before.Kind == FileKind.Directory)
            return _removal.Remove(step, path) ?? new ApplyResult.Done(step, default, null);
        var temp = TempName.For(name);
        TempFile.Clear(_disk, temp);
        _disk.Rename(path, temp, RenameMode.NoReplace);
        try
        {
            if (_disk.Stat(temp) is not { } taken || !Expectation.IsSame(before, taken))
                return new ApplyResult.LocallyChanged(step, _placer.PutBack(temp, name, step.Target.ModifiedBy));
            return new ApplyResult.Done(step, default, _aside.Put(temp, name, step.Displaced, step.Target.ModifiedBy));
        }
        catch (FileSystemException e)
        {
            PutBackOrLeave(temp, name, step.Target.ModifiedBy);
            return Failures.Of(step, e);
        }
    }

    private ApplyResult SetMetadata(ApplyStep.SetMetadata step)
    {
        var path = LocalPath.Of(step.Target.Name);
        if (step.Expected is not { } expected || _disk.Stat(path) is not { } before || !_expectation.Holds(path, before, expected))
            return _placer.Unexpected(step);
        Dress(path, before, step.Target);
        return _disk.Stat(path) is { } now && now.Inode == before.Inode && now.Size == before.Size
            ? new ApplyResult.Done(step, now.Stamp, null)
            : _placer.Unexpected(step);
    }

    /// <summary>Sets mode and mtime to the target's where they differ.</summary>
    private void Dress(LocalPath path, FileStat now, FileEntry target)
    {
        if (now.Kind != FileKind.Symlink && _expectation.WantedPermissions(target) is { } permissions && permissions != now.Permissions)
            _disk.SetPermissions(path, permissions);
        if (now.Kind != FileKind.Directory && now.Modified != target.Modified)
            _disk.SetModified(path, target.Modified);
    }

    private bool IsDressed(FileStat now, FileEntry target) =>
        (now.Kind == FileKind.Directory || now.Modified == target.Modified) &&
        (now.Kind == FileKind.Symlink || _expectation.WantedPermissions(target) is not { } permissions || permissions == now.Permissions);

    /// <summary>Until this succeeds, a power cut could undo a rename that the index has recorded.</summary>
    private void MakeNamesDurable()
    {
        try
        {
            _aside.Flush();
            if (_touched.Count >= ManyDirectories && _disk.Traits.CanSyncAll)
            {
                _disk.SyncAll();
                // That is the root's filesystem, not another one that is mounted below.
                var mount = _disk.Stat(LocalPath.Root)?.Mount;
                SyncEach(_touched.Where(d => _disk.Stat(d) is { } stat && stat.Mount != mount));
            }
            else
            {
                SyncEach(_touched);
            }
        }
        catch (FileSystemException e)
        {
            for (var i = 0; i < _results.Length; i++)
            {
                if (_results[i] is ApplyResult.Done or ApplyResult.Respelled)
                    _results[i] = Failures.Of(_steps[i], e);
            }
        }
        if (!_placer.Unsettled)
            Try(_journal.Remove);
    }

    private void SyncEach(IEnumerable<LocalPath> directories)
    {
        foreach (var directory in directories.OrderBy(d => d.Value, StringComparer.Ordinal))
        {
            try
            {
                _disk.SyncDirectory(directory);
            }
            catch (FileSystemException e) when (e.Error is FileSystemError.NotFound or FileSystemError.WrongKind or FileSystemError.Escapes)
            {
                // This very batch removed or replaced it; the sync of its parent covers that.
            }
        }
    }

    private void PutBackOrLeave(LocalPath temp, FileName name, ShortId winner)
    {
        if (!Try(() => _placer.PutBack(temp, name, winner)))
            _placer.Unsettled = true;
    }

    private static T Guarded<T>(ApplyStep step, Func<T> work) where T : ApplyResult?
    {
        try
        {
            return work();
        }
        catch (FileSystemException e)
        {
            return (T)(ApplyResult)Failures.Of(step, e);
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
