using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>One kept version.</summary>
/// <param name="Name">The file that it is a version of.</param>
/// <param name="Path">Where it lies among the versions.</param>
/// <param name="KeptAt">When it became a version.</param>
/// <param name="Modified">Its own modification time.</param>
/// <param name="Size">Bytes.</param>
public sealed record KeptVersion(FileName Name, LocalPath Path, DateTimeOffset KeptAt, FileTime Modified, long Size, FileKind Kind);

/// <summary>
/// The trash can: keeps what a peer's change displaces under `.stversions` at the same relative path. An older version of that name gets a stamped
/// name. Nothing in it is ever overwritten.
/// </summary>
/// <remarks>
/// On the filesystem that it lies on a version is moved, in one rename. From one to another it is copied, made durable there and only then
/// removed here. Its own mtime stays; it was kept at its ctime (where there is none: mtime).
/// </remarks>
public sealed partial class TrashCanVersioner : IVersioner
{
    private const uint Private = 0x1C0;
    private const int MaxAttempts = 1000;

    private readonly IFileSystem _folder;
    private readonly IFileSystem _versions;
    private readonly LocalPath _top;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<LocalPath> _touched = [];

    /// <summary>The version that was last renamed to a stamped name.</summary>
    private (LocalPath From, LocalPath To)? _madeWay;

    /// <summary>Keeps versions in the folder's own `.stversions`.</summary>
    public TrashCanVersioner(IFileSystem folder, TimeProvider time)
    {
        _folder = _versions = new WritableParents(folder);
        _top = LocalPath.Root.Child(InternalNames.Versions);
        _time = time;
    }

    /// <summary>Keeps versions at the root of <paramref name="versions"/>, possibly on another disk. The caller disposes of both.</summary>
    public TrashCanVersioner(IFileSystem folder, IFileSystem versions, TimeProvider time)
    {
        _folder = new WritableParents(folder);
        _versions = new WritableParents(versions);
        _top = LocalPath.Root;
        _time = time;
    }

    private bool IsElsewhere => _top.IsRoot;

    public void Keep(LocalPath path, FileName name)
    {
        lock (_gate)
        {
            var size = _folder.Stat(path)?.Size ?? 0;
            if (IsElsewhere || !TryMoveAway(path, name))
            {
                CopyAway(path, name);
                _folder.RemoveFile(path);
            }
            OnKept(size);
        }
    }

    /// <summary>False where the file lies on another filesystem that is mounted in the folder.</summary>
    private bool TryMoveAway(LocalPath path, FileName name)
    {
        try
        {
            _folder.Rename(path, MakePlace(name), RenameMode.NoReplace);
            return true;
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.CrossDevice)
        {
            return false;
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            // A directory's own name lies in its parent: both were touched when it was created.
            foreach (var directory in _touched.OrderByDescending(d => d.Value.Length).ThenBy(d => d.Value, StringComparer.Ordinal))
                _versions.SyncDirectory(directory);
            _touched.Clear();
        }
    }

    /// <summary>Copies to the other filesystem, durable.</summary>
    private void CopyAway(LocalPath path, FileName name)
    {
        var place = MakePlace(name);
        var temp = place.Parent.Child(TempName.For(name).Leaf);
        FileCopy.Copy(_folder, path, _versions, temp);
        _versions.Rename(temp, place, RenameMode.NoReplace);
        Flush();
    }

    /// <summary>
    /// Provides the place for the newest version of the name: creates its directories and renames an older version to a stamped name.
    /// </summary>
    private LocalPath MakePlace(FileName name)
    {
        var parent = _top;
        foreach (var part in name.Parent.IsRoot ? [] : name.Parent.Value.Split('/'))
        {
            // A version of a file makes way when the name has become a directory.
            if (_versions.Stat(parent.Child(part)) is { Kind: not FileKind.Directory } file)
                MoveToStamp(parent, parent.Child(part), part, file);
            parent = parent.Child(part);
        }
        MakeDirectories(_versions, parent, Private, _touched);
        _touched.Add(parent);
        var place = parent.Child(name.Leaf);
        switch (_versions.Stat(place))
        {
            case null:
                return place;
            case { Kind: FileKind.Directory }:
                return FreeStamp(parent, name.Leaf, _time.GetUtcNow());
            case { } older:
                MoveToStamp(parent, place, name.Leaf, older);
                return place;
        }
    }

    private void MoveToStamp(LocalPath parent, LocalPath path, string leaf, FileStat older)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var free = FreeStamp(parent, leaf, KeptAt(older));
                _versions.Rename(path, free, RenameMode.NoReplace);
                _touched.Add(parent);
                if (_madeWay is null || _madeWay.Value.From != path)
                    _madeWay = (path, free);
                return;
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.Exists && attempt < MaxAttempts)
            {
                // Another thread took the name in between.
            }
        }
    }

    private LocalPath FreeStamp(LocalPath parent, string leaf, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, _time.LocalTimeZone);
        for (var attempt = 0; attempt <= MaxAttempts; attempt++)
        {
            var place = parent.Child(VersionName.Stamped(leaf, local.AddSeconds(attempt), _versions.TraitsAt(parent).MaxLeafLength));
            if (_versions.Stat(place) is null)
                return place;
        }
        throw new FileSystemException(FileSystemError.Exists, $"'{parent.Child(leaf)}' has too many versions of the same second.");
    }

    private static void MakeDirectories(IFileSystem disk, LocalPath directory, uint permissions, HashSet<LocalPath>? made)
    {
        var missing = new Stack<LocalPath>();
        for (var at = directory; !at.IsRoot && disk.Stat(at) is not { Kind: FileKind.Directory }; at = at.Parent)
            missing.Push(at);
        while (missing.TryPop(out var next))
        {
            disk.CreateDirectory(next, permissions);
            made?.Add(next.Parent);
            made?.Add(next);
        }
    }
}
