using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Handles disks that take several spellings for one name, or list a name differently from how it was written.</summary>
internal sealed partial class ApplyBatch
{
    /// <summary>
    /// Refuses the step when the file that answers to its name is another one under another spelling. Null when the step may proceed: it is the
    /// very file that is to be renamed.
    /// </summary>
    /// <param name="misspelled">The target, or a directory above it.</param>
    private ApplyResult? RefuseOtherSpelling(ApplyStep step, LocalPath misspelled)
    {
        if (step is ApplyStep.Remove)
            return new ApplyResult.Done(step, default, null);
        var twin = _names.ActualSpelling(misspelled);
        var isTarget = misspelled == LocalPath.Of(step.Target.Name);
        if (isTarget && step is ApplyStep.Move move && (twin is null ? LocalPath.Of(move.From.Name).Parent == misspelled.Parent : twin == LocalPath.Of(move.From.Name)))
            return null;
        if (isTarget && step is ApplyStep.PlaceDirectory && twin is { } directory && TryRespell(directory, misspelled) is { } old)
            return new ApplyResult.Respelled(step, old);
        return ApplyFailures.Of(step, $"'{step.Target.Name}' can't be placed because {(twin is { } there ? $"'{there}'" : "another spelling of it")} is there and " +
            "this disk treats both as the same name. Rename one of them.", FileSystemError.Exists);
    }

    /// <summary>
    /// Renames a directory whose name changed only in spelling, as the other device did: its contents come along and nothing is fetched or
    /// displaced. Returns its old name, or null when the old name has to stay.
    /// </summary>
    private FileName? TryRespell(LocalPath twin, LocalPath target)
    {
        if (!FileName.TryParse(twin.Value, out var old, out _) || _disk.Stat(twin) is not { Kind: FileKind.Directory } || !_options.IsToBeRemoved(old))
            return null;
        _touched.Add(target.Parent);
        _disk.Rename(twin, target, RenameMode.NoReplace);
        _names.OnRemoved(twin);
        _names.OnCreated(target);
        return old;
    }

    /// <summary>
    /// A check that needs no knowledge of the disk: whatever the batch renamed and removed since, a placed name must still exist as that file and
    /// be listed as it is spelled.
    /// </summary>
    private void ConfirmPlaced()
    {
        // Don't reuse anything that was learned before the batch was done.
        var names = new ExactNames(_disk);
        for (var i = 0; i < _results.Length; i++)
        {
            if (_results[i] is ApplyResult.Done { Step: not ApplyStep.Remove } done)
                _results[i] = Guarded<ApplyResult>(done.Step, () => VerifyPlaced(done, names) ?? done);
        }
    }

    private ApplyResult? VerifyPlaced(ApplyResult.Done done, ExactNames names)
    {
        var target = done.Step.Target;
        var path = LocalPath.Of(target.Name);
        IReadOnlyList<FileName> rescan = done.ConflictCopy is { } copy ? [target.Name, copy] : [target.Name];
        if (_disk.Stat(path) is not { } now || !IsStill(target, done.Stamp, now))
            return new ApplyResult.LocallyChanged(done.Step, rescan);
        if (names.FindMisspelled(path) is not { } misspelled)
            return null;
        var shown = names.ActualSpelling(misspelled) is { } listed ? $"as '{listed}'" : "under another name";
        return UndoPlacement(done, path, names)
            ? ApplyFailures.Of(done.Step, $"'{target.Name}' can't stay on this disk because it shows '{misspelled}' {shown}.", FileSystemError.Exists)
            : new ApplyResult.LocallyChanged(done.Step, rescan);
    }

    /// <summary>
    /// Moves an item that the disk lists under another spelling back to where it came from. A scan would take that spelling for a user's rename.
    /// </summary>
    private bool UndoPlacement(ApplyResult.Done done, LocalPath path, ExactNames names) => done.Step switch
    {
        ApplyStep.PlaceFile place => Try(() => _disk.Rename(path, place.Staged.Path, RenameMode.NoReplace)),
        ApplyStep.PlaceDirectory => Try(() => _disk.RemoveDirectory(path)),
        ApplyStep.PlaceSymlink => Try(() => _disk.RemoveFile(path)),
        // The disk may list the name that it came from.
        ApplyStep.Move move => names.Exists(LocalPath.Of(move.From.Name)) || Try(() => _replacer.PutBack(path, move.From.Name, move.From.ModifiedBy)),
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
