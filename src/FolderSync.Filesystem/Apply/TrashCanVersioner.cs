using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>One kept version.</summary>
/// <param name="Name">What it was.</param>
/// <param name="Path">Where it stands among the versions.</param>
/// <param name="KeptAt">When it was put there.</param>
/// <param name="Modified">Its own modification time.</param>
/// <param name="Size">Bytes.</param>
public sealed record KeptVersion(FileName Name, LocalPath Path, DateTimeOffset KeptAt, FileTime Modified, long Size, FileKind Kind);

/// <summary>
/// The trash can: what a peer's change displaces is kept under `.stversions` at the same relative path; a version that stood there
/// already is kept under a stamped name. Nothing in it is ever overwritten.
/// </summary>
/// <remarks>
/// In the folder's own filesystem a version is moved, in one rename. On another one it is copied, made durable there and only then
/// removed here. Its own mtime stays; it was kept at its ctime (where there is none: mtime).
/// </remarks>
public sealed class TrashCanVersioner : IVersioner
{
    private const uint Private = 0x1C0;
    private const int MostAttempts = 1000;

    private readonly IFileSystem _folder;
    private readonly IFileSystem _versions;
    private readonly LocalPath _top;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<LocalPath> _touched = [];

    /// <summary>The version that was moved to a stamped name last.</summary>
    private (LocalPath From, LocalPath To)? _madeWay;

    /// <summary>Versions in the folder's own `.stversions`.</summary>
    public TrashCanVersioner(IFileSystem folder, TimeProvider time)
    {
        _folder = _versions = new WritableParents(folder);
        _top = LocalPath.Root.Child(InternalNames.Versions);
        _time = time;
    }

    /// <summary>Versions at the root of <paramref name="versions"/>, which may be another disk; both stay the caller's.</summary>
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
            if (IsElsewhere)
            {
                CopyAway(path, name);
                _folder.RemoveFile(path);
            }
            else
            {
                _folder.Rename(path, MakePlace(name), RenameMode.NoReplace);
            }
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            // A directory's own name is in its parent: both were touched when it was made.
            foreach (var directory in _touched.OrderByDescending(d => d.Value.Length).ThenBy(d => d.Value, StringComparer.Ordinal))
                _versions.SyncDirectory(directory);
            _touched.Clear();
        }
    }

    /// <summary>All versions, by name and then from the newest to the oldest.</summary>
    public IReadOnlyList<KeptVersion> List()
    {
        var found = new List<KeptVersion>();
        if (_versions.Stat(_top) is { Kind: FileKind.Directory })
            Walk(_top, found.Add, null);
        return [.. found.OrderBy(v => v.Name).ThenByDescending(v => v.KeptAt).ThenBy(v => v.Path.Value, StringComparer.Ordinal)];
    }

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
            MakeDirectories(_folder, name.Parent, 0x1ED, null);
            if (IsElsewhere)
                RestoreFromElsewhere(version, name);
            else
                RestoreFromHere(version, name);
            _folder.SyncDirectory(name.Parent);
            Flush();
        }
    }

    /// <summary>Removes versions kept longer than that, and directories that are empty then; 0 days: nothing. Returns how many went.</summary>
    public int CleanUp(DateTimeOffset now, int maxAgeDays)
    {
        lock (_gate)
        {
            if (maxAgeDays <= 0 || _versions.Stat(_top) is not { Kind: FileKind.Directory })
                return 0;
            var removed = 0;
            Walk(_top, version =>
            {
                if (version.KeptAt >= now.AddDays(-maxAgeDays))
                    return;
                _versions.RemoveFile(version.Path);
                removed++;
            }, RemoveIfEmpty);
            return removed;
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

    /// <summary>Copies to the other disk, durable.</summary>
    private void CopyAway(LocalPath path, FileName name)
    {
        var place = MakePlace(name);
        var temp = place.Parent.Child(TempName.For(name).Leaf);
        FileCopy.Make(_folder, path, _versions, temp);
        _versions.Rename(temp, place, RenameMode.NoReplace);
        Flush();
    }

    /// <summary>A free place for the newest version of the name, its directories made, an older one moved to a stamped name.</summary>
    private LocalPath MakePlace(FileName name)
    {
        var parent = _top;
        foreach (var part in name.Parent.IsRoot ? [] : name.Parent.Value.Split('/'))
        {
            // A version of a file that later became a directory makes way.
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
            catch (FileSystemException e) when (e.Error == FileSystemError.Exists && attempt < MostAttempts)
            {
                // Somebody took it in between.
            }
        }
    }

    private LocalPath FreeStamp(LocalPath parent, string leaf, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, _time.LocalTimeZone);
        for (var attempt = 0; attempt <= MostAttempts; attempt++)
        {
            var place = parent.Child(VersionName.Stamped(leaf, local.AddSeconds(attempt), _versions.Traits.MaxLeafLength));
            if (_versions.Stat(place) is null)
                return place;
        }
        throw new FileSystemException(FileSystemError.Exists, $"'{parent.Child(leaf)}' has too many versions of one moment.");
    }

    private static void MakeDirectories(IFileSystem disk, LocalPath directory, uint permissions, HashSet<LocalPath>? made)
    {
        if (directory.IsRoot || disk.Stat(directory) is { Kind: FileKind.Directory })
            return;
        MakeDirectories(disk, directory.Parent, permissions, made);
        disk.MakeDirectory(directory, permissions);
        made?.Add(directory.Parent);
        made?.Add(directory);
    }

    private void Walk(LocalPath directory, Action<KeptVersion> found, Action<LocalPath>? left)
    {
        foreach (var child in _versions.List(directory))
        {
            if (child.Leaf is not { } leaf)
                continue;
            var path = directory.Child(leaf);
            if (child.Stat.Kind == FileKind.Directory)
                Walk(path, found, left);
            else if (child.Stat.Kind != FileKind.Other && !InternalNames.IsTemporary(leaf) && NameOf(path) is { } name)
                found(new KeptVersion(name, path, KeptAt(child.Stat), child.Stat.Modified, child.Stat.Size, child.Stat.Kind));
        }
        if (directory != _top)
            left?.Invoke(directory);
    }

    private void RemoveIfEmpty(LocalPath directory)
    {
        try
        {
            _versions.RemoveDirectory(directory);
        }
        catch (FileSystemException e) when (e.Error is FileSystemError.NotEmpty or FileSystemError.Exists)
        {
            // It still holds versions.
        }
    }

    private FileName? NameOf(LocalPath path)
    {
        var below = _top.IsRoot ? path.Value : path.Value[(_top.Value.Length + 1)..];
        var parent = below[..(below.LastIndexOf('/') + 1)];
        return FileName.TryOf((parent + VersionName.Original(path.Leaf)).Normalize(NormalizationForm.FormC), out var name, out _) ? name : null;
    }

    private static DateTimeOffset KeptAt(FileStat stat) =>
        (stat.ChangeTime != 0 ? FileTime.FromNanoseconds(stat.ChangeTime) : stat.Modified).ToDateTimeOffset();
}
