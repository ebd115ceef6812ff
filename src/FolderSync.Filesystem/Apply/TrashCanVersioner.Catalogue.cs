using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>What was removed from the versions.</summary>
public readonly record struct CleanedVersions(int Removed, long Bytes);

/// <summary>What is on the disk is the catalogue: nothing else says what versions there are.</summary>
public sealed partial class TrashCanVersioner
{
    private long? _totalBytes;
    private long _changes;

    /// <summary>Of all versions; null until they have been looked through once.</summary>
    public long? TotalBytes
    {
        get
        {
            lock (_gate)
                return _totalBytes;
        }
    }

    /// <summary>Raised with everything that is kept, restored or removed.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>Bytes free on the versions' disk, and its size.</summary>
    public (long Free, long Total) Space() => _versions.Space();

    /// <summary>True when the versions are on the folder's own disk, so that removing them makes room there.</summary>
    public bool IsInFolder => !IsElsewhere;

    /// <summary>All versions, by name and then from the newest to the oldest.</summary>
    public IReadOnlyList<KeptVersion> List()
    {
        var found = new List<KeptVersion>();
        if (_versions.Stat(_top) is { Kind: FileKind.Directory })
            Walk(_top, found.Add, null);
        return [.. found.OrderBy(v => v.Name).ThenByDescending(v => v.KeptAt).ThenBy(v => v.Path.Value, StringComparer.Ordinal)];
    }

    /// <summary>What is asked for when a version is restored or removed: its place among the versions.</summary>
    public string KeyOf(KeptVersion version) => _top.IsRoot ? version.Path.Value : version.Path.Value[(_top.Value.Length + 1)..];

    /// <summary>The version with that key, null where there is none. A key can't name anything but a version.</summary>
    public KeptVersion? Find(string key)
    {
        if (!FileName.TryOf(key.Normalize(NormalizationForm.FormC), out _, out _))
            return null;
        var path = key.Split('/').Aggregate(_top, (p, leaf) => p.Child(leaf));
        if (InternalNames.IsTemporary(path.Leaf) || _versions.Stat(path) is not { Kind: FileKind.File or FileKind.Symlink } stat || NameOf(path) is not { } name)
            return null;
        return new KeptVersion(name, path, KeptAt(stat), stat.Modified, stat.Size, stat.Kind);
    }

    /// <exception cref="FileSystemException">NotFound: it is gone already.</exception>
    public void Remove(KeptVersion version)
    {
        lock (_gate)
        {
            _versions.RemoveFile(version.Path);
            for (var directory = version.Path.Parent; directory != _top && !directory.IsRoot && RemoveIfEmpty(directory); directory = directory.Parent)
                continue;
            OnKept(-version.Size);
        }
    }

    /// <summary>Removes what the limits don't allow to stay, the oldest first, and directories that are empty then.</summary>
    public CleanedVersions CleanUp(DateTimeOffset now, RetentionLimits limits)
    {
        lock (_gate)
        {
            var found = new List<KeptVersion>();
            if (_versions.Stat(_top) is { Kind: FileKind.Directory })
                Walk(_top, found.Add, null);
            found.Sort((a, b) => a.KeptAt != b.KeptAt ? a.KeptAt.CompareTo(b.KeptAt) : string.CompareOrdinal(a.Path.Value, b.Path.Value));
            var going = VersionRetention.Going([.. found.Select(v => new KeptBytes(v.KeptAt, v.Size))], now, limits, _versions.Space().Free);
            var removed = found.Take(going).Sum(v => v.Size);
            _totalBytes = found.Sum(v => v.Size);
            foreach (var version in found.Take(going))
            {
                _versions.RemoveFile(version.Path);
                OnKept(-version.Size);
            }
            if (going > 0)
                Walk(_top, _ => { }, d => RemoveIfEmpty(d));
            return new CleanedVersions(going, removed);
        }
    }

    private void Walk(LocalPath directory, Action<KeptVersion> found, Action<LocalPath>? left)
    {
        foreach (var child in _versions.List(directory))
        {
            if (child.Leaf is not { } leaf)
                continue;
            var path = directory.Child(leaf);
            if (child.Stat.Kind == FileKind.Directory)
            {
                // Deeper than any name can be there is no version.
                if (path.Value.AsSpan().Count('/') <= EntryLimits.MaxDepth)
                    Walk(path, found, left);
            }
            else if (child.Stat.Kind != FileKind.Other && !InternalNames.IsTemporary(leaf) && NameOf(path) is { } name)
                found(new KeptVersion(name, path, KeptAt(child.Stat), child.Stat.Modified, child.Stat.Size, child.Stat.Kind));
        }
        if (directory != _top)
            left?.Invoke(directory);
    }

    private bool RemoveIfEmpty(LocalPath directory)
    {
        try
        {
            _versions.RemoveDirectory(directory);
            return true;
        }
        catch (FileSystemException e) when (e.Error is FileSystemError.NotEmpty or FileSystemError.Exists)
        {
            // It still holds versions.
            return false;
        }
    }

    private void OnKept(long bytes)
    {
        _totalBytes = _totalBytes is { } total ? Math.Max(0, total + bytes) : null;
        Interlocked.Increment(ref _changes);
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
