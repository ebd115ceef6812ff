using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Disks that take several spellings for one name, or show a name otherwise than it was written.</summary>
internal sealed partial class ApplyBatch
{
    /// <summary>
    /// The result where the step must leave alone what answers to its name under another spelling; null where it may go on: what stands
    /// there is the very file that is to be renamed.
    /// </summary>
    /// <param name="misspelled">The target, or a directory above it.</param>
    private ApplyResult? WhyNotOver(ApplyStep step, LocalPath misspelled)
    {
        if (step is ApplyStep.Remove)
            return new ApplyResult.Done(step, default, null);
        var twin = _names.TrueSpelling(misspelled);
        var isTarget = misspelled == LocalPath.Of(step.Target.Name);
        if (isTarget && step is ApplyStep.Move move && (twin is null ? LocalPath.Of(move.From.Name).Parent == misspelled.Parent : twin == LocalPath.Of(move.From.Name)))
            return null;
        if (isTarget && step is ApplyStep.PlaceDirectory && twin is { } directory && TryRespell(directory, misspelled) is { } old)
            return new ApplyResult.Respelled(step, old);
        return Failures.Of(step, $"'{step.Target.Name}' can't be placed because {(twin is { } there ? $"'{there}'" : "another spelling of it")} is there and " +
            "this disk takes the two for the same name. Rename one of them.", FileSystemError.Exists);
    }

    /// <summary>
    /// A directory whose name changed in spelling alone takes all that is in it along, as it did where it was renamed: nothing is fetched or
    /// displaced for that. Its old name; null where that is to stay.
    /// </summary>
    private FileName? TryRespell(LocalPath twin, LocalPath target)
    {
        if (!FileName.TryOf(twin.Value, out var old, out _) || _disk.Stat(twin) is not { Kind: FileKind.Directory } || !_options.IsToBeRemoved(old))
            return null;
        _touched.Add(target.Parent);
        _disk.Rename(twin, target, RenameMode.NoReplace);
        _names.Gone(twin);
        _names.Made(target);
        return old;
    }

    /// <summary>
    /// The net that needs no knowledge of the disk: whatever the batch renamed and removed since, a name that counts as placed stands, as
    /// that file, and is listed as it is spelled.
    /// </summary>
    private void ConfirmPlaced()
    {
        // Nothing that was found out before all was done.
        var names = new ExactNames(_disk);
        for (var i = 0; i < _results.Length; i++)
        {
            if (_results[i] is ApplyResult.Done { Step: not ApplyStep.Remove } done)
                _results[i] = Guarded<ApplyResult>(done.Step, () => WhyNotPlaced(done, names) ?? done);
        }
    }

    private ApplyResult? WhyNotPlaced(ApplyResult.Done done, ExactNames names)
    {
        var target = done.Step.Target;
        var path = LocalPath.Of(target.Name);
        IReadOnlyList<FileName> rescan = done.ConflictCopy is { } copy ? [target.Name, copy] : [target.Name];
        if (_disk.Stat(path) is not { } now || !IsStill(target, done.Stamp, now))
            return new ApplyResult.LocallyChanged(done.Step, rescan);
        if (names.Misspelled(path) is not { } misspelled)
            return null;
        var shown = names.TrueSpelling(misspelled) is { } listed ? $"as '{listed}'" : "under another name";
        return TakeBack(done, path, names)
            ? Failures.Of(done.Step, $"'{target.Name}' can't stay on this disk because it shows '{misspelled}' {shown}.", FileSystemError.Exists)
            : new ApplyResult.LocallyChanged(done.Step, rescan);
    }

    /// <summary>What was put at a name that the disk shows otherwise goes back to where it came from: a scan would take it for a user's.</summary>
    private bool TakeBack(ApplyResult.Done done, LocalPath path, ExactNames names) => done.Step switch
    {
        ApplyStep.PlaceFile place => Try(() => _disk.Rename(path, place.Staged.Path, RenameMode.NoReplace)),
        ApplyStep.PlaceDirectory => Try(() => _disk.RemoveDirectory(path)),
        ApplyStep.PlaceSymlink => Try(() => _disk.RemoveFile(path)),
        // The name it came from may be what the disk shows.
        ApplyStep.Move move => names.Stands(LocalPath.Of(move.From.Name)) || Try(() => _placer.PutBack(path, move.From.Name, move.From.ModifiedBy)),
        _ => false,
    };

    private bool IsStill(FileEntry target, DiskStamp placed, FileStat now) => target.Type switch
    {
        FileType.Directory => now.Kind == FileKind.Directory,
        FileType.Symlink => now.Kind == FileKind.Symlink,
        _ => now.Kind == FileKind.File && now.Size == target.Size && now.Modified == placed.Modified &&
             (!_disk.TraitsAt(LocalPath.Of(target.Name)).CanSyncAll || placed.Inode == 0 || now.Inode == placed.Inode),
    };
}
