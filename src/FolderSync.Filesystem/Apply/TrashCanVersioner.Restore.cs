using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Restores versions.</summary>
public sealed partial class TrashCanVersioner
{
    /// <summary>
    /// Restores a version to its name; whatever stands there becomes a version itself. The next scan treats it as a local change.
    /// </summary>
    /// <exception cref="FileSystemException">NotFound: there is no such version. WrongKind: a directory has the name. Nothing is lost: the version
    /// stays where it was.</exception>
    public void Restore(KeptVersion version)
    {
        lock (_gate)
        {
            if (_versions.Stat(version.Path) is null)
                throw new FileSystemException(FileSystemError.NotFound, $"There is no version '{version.Path}' any more.");
            var name = LocalPath.Of(version.Name);
            if (_folder.Stat(name) is { Kind: FileKind.Directory })
                throw new FileSystemException(FileSystemError.WrongKind,
                    $"'{version.Name}' can't be restored because a directory has its name; rename that first.");
            RefuseOtherSpelling(name);
            MakeDirectories(_folder, name.Parent, 0x1ED, null);
            if (IsElsewhere || !TryRestoreFromHere(version, name))
                RestoreFromElsewhere(version, name);
            _folder.SyncDirectory(name.Parent);
            Flush();
            // The displaced file may have had another size: the next cleanup counts anew.
            _totalBytes = null;
            _reclaimable = null;
            Interlocked.Increment(ref _changes);
        }
    }

    /// <summary>
    /// Gives <paramref name="name"/> the content of <paramref name="other"/>, another name in the folder; the present content of the name becomes a
    /// version. Both contents always have a name.
    /// </summary>
    /// <exception cref="FileSystemException">Nothing is lost.</exception>
    public void Replace(LocalPath other, FileName name)
    {
        lock (_gate)
        {
            var path = LocalPath.Of(name);
            RefuseOtherSpelling(path);
            try
            {
                PutAt(other, path, name);
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.CrossDevice)
            {
                var copy = TempName.ForBackup(name);
                FileCopy.Copy(_folder, other, _folder, copy);
                PutAt(copy, path, name);
                _folder.RemoveFile(other);
            }
            _folder.SyncDirectory(path.Parent);
            if (other.Parent != path.Parent)
                _folder.SyncDirectory(other.Parent);
            Flush();
        }
    }

    /// <summary>The disk takes another file for this name: that one must not be displaced.</summary>
    private void RefuseOtherSpelling(LocalPath name)
    {
        var names = new ExactNames(_folder);
        if (names.FindMisspelled(name) is { } misspelled)
            throw new FileSystemException(FileSystemError.Exists,
                $"'{name}' can't be restored because {(names.ActualSpelling(misspelled) is { } other ? $"'{other}'" : "another spelling of it")} is there and " +
                "this disk treats both as the same name; rename that first.");
    }

    private void PutAt(LocalPath other, LocalPath path, FileName name)
    {
        switch (_folder.Stat(path))
        {
            case null:
                _folder.Rename(other, path, RenameMode.NoReplace);
                break;
            case { Kind: FileKind.File or FileKind.Symlink }:
                ReplaceKept(other, path, name);
                break;
            default:
                throw new FileSystemException(FileSystemError.WrongKind, $"'{name}' is not a file; rename it first.");
        }
    }

    private void ReplaceKept(LocalPath other, LocalPath path, FileName name)
    {
        try
        {
            _folder.Rename(other, path, RenameMode.Exchange);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotSupported)
        {
            Keep(path, name);
            _folder.Rename(other, path, RenameMode.NoReplace);
            return;
        }
        Keep(other, name);
    }

    /// <summary>False where the name lies on another filesystem that is mounted in the folder: nothing has changed then.</summary>
    private bool TryRestoreFromHere(KeptVersion version, LocalPath name)
    {
        try
        {
            RestoreFromHere(version, name);
            return true;
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.CrossDevice)
        {
            // The first rename says so, whatever its mode.
            return false;
        }
    }

    private void RestoreFromHere(KeptVersion version, LocalPath name)
    {
        _touched.Add(version.Path.Parent);
        _madeWay = null;
        if (_folder.Stat(name) is null)
        {
            _folder.Rename(version.Path, name, RenameMode.NoReplace);
            return;
        }
        try
        {
            _folder.Rename(version.Path, name, RenameMode.Exchange);
            // What stood at the name has become the newest version and takes the newest version's place.
            if (version.Path.Leaf != version.Name.Leaf)
                Keep(version.Path, version.Name);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotSupported)
        {
            Keep(name, version.Name);
            _folder.Rename(Now(version.Path), name, RenameMode.NoReplace);
        }
    }

    /// <summary>Copies the present content to the versions before replacing it, so that it never exists only at a temp name.</summary>
    private void RestoreFromElsewhere(KeptVersion version, LocalPath name)
    {
        var temp = TempName.ForBackup(version.Name);
        FileCopy.Copy(_versions, version.Path, _folder, temp);
        _madeWay = null;
        if (_folder.Stat(name) is not { } before)
        {
            _folder.Rename(temp, name, RenameMode.NoReplace);
        }
        else
        {
            CopyAway(name, version.Name);
            try
            {
                _folder.Rename(temp, name, RenameMode.Exchange);
                if (_folder.Stat(temp) is { } displaced && !ExpectedState.IsSame(before, displaced))
                    CopyAway(temp, version.Name);
                TempFile.Clear(_folder, temp);
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.NotSupported)
            {
                _folder.Rename(temp, name, RenameMode.Replace);
            }
        }
        _folder.SyncDirectory(name.Parent);
        _versions.RemoveFile(Now(version.Path));
        _touched.Add(version.Path.Parent);
    }

    /// <summary>Where the version is now, in case a newer one took its place.</summary>
    private LocalPath Now(LocalPath version) => _madeWay is var (from, to) && from == version ? to : version;
}
