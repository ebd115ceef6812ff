using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>The way back from the versions.</summary>
public sealed partial class TrashCanVersioner
{
    /// <summary>
    /// Brings a version back to its name; what stands there becomes a version itself. The next scan takes it for a local change.
    /// </summary>
    /// <exception cref="FileSystemException">NotFound: there is no such version. WrongKind: a directory stands at the name. Nothing is
    /// lost then: the version is where it was.</exception>
    public void Restore(KeptVersion version)
    {
        lock (_gate)
        {
            if (_versions.Stat(version.Path) is null)
                throw new FileSystemException(FileSystemError.NotFound, $"There is no version '{version.Path}' any more.");
            var name = LocalPath.Of(version.Name);
            if (_folder.Stat(name) is { Kind: FileKind.Directory })
                throw new FileSystemException(FileSystemError.WrongKind,
                    $"'{version.Name}' can't be restored because a directory stands at its name; rename that first.");
            RefuseOtherSpelling(name);
            MakeDirectories(_folder, name.Parent, 0x1ED, null);
            if (IsElsewhere || !TryRestoreFromHere(version, name))
                RestoreFromElsewhere(version, name);
            _folder.SyncDirectory(name.Parent);
            Flush();
            // What stood there may have been bigger or smaller: counted anew by the next cleaning.
            _totalBytes = null;
            _spare = null;
            Interlocked.Increment(ref _changes);
        }
    }

    /// <summary>
    /// Gives <paramref name="name"/> the content that stands at <paramref name="other"/>, another name of the folder; what has the name
    /// now becomes a version. At no moment is either content without a name.
    /// </summary>
    /// <exception cref="FileSystemException">Nothing is lost then.</exception>
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
                var copy = TempName.Copy(name);
                FileCopy.Make(_folder, other, _folder, copy);
                PutAt(copy, path, name);
                _folder.RemoveFile(other);
            }
            _folder.SyncDirectory(path.Parent);
            if (other.Parent != path.Parent)
                _folder.SyncDirectory(other.Parent);
            Flush();
        }
    }

    /// <summary>What the disk takes for the name is another file: that one is not to be displaced.</summary>
    private void RefuseOtherSpelling(LocalPath name)
    {
        var names = new ExactNames(_folder);
        if (names.Misspelled(name) is { } misspelled)
            throw new FileSystemException(FileSystemError.Exists,
                $"'{name}' can't be put back because {(names.TrueSpelling(misspelled) is { } other ? $"'{other}'" : "another spelling of it")} is there and " +
                "this disk takes the two for the same name; rename that first.");
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
            // What stood at the name is among the versions now, and gets the place of the newest one.
            if (version.Path.Leaf != version.Name.Leaf)
                Keep(version.Path, version.Name);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotSupported)
        {
            Keep(name, version.Name);
            _folder.Rename(Now(version.Path), name, RenameMode.NoReplace);
        }
    }

    /// <summary>What stands at the name is copied to the versions before it is replaced, so that it is never at a temp name only.</summary>
    private void RestoreFromElsewhere(KeptVersion version, LocalPath name)
    {
        var temp = TempName.Copy(version.Name);
        FileCopy.Make(_versions, version.Path, _folder, temp);
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
                if (_folder.Stat(temp) is { } displaced && !Expectation.IsSame(before, displaced))
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

    /// <summary>Where the version stands that stood there before a newer one took the place.</summary>
    private LocalPath Now(LocalPath version) => _madeWay is var (from, to) && from == version ? to : version;
}
