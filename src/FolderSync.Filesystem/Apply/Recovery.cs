using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// Reads the journal of a killed batch and gives every piece of content left at a temp name a name again: its own if that is free, otherwise the
/// place that was meant for it.
/// </summary>
internal sealed class Recovery
{
    private readonly IFileSystem _disk;
    private readonly ApplierOptions _options;
    private readonly ExpectedState _expectation;
    private readonly DisplacedFileStore _displaced;
    private readonly Journal _journal;
    private readonly HashSet<LocalPath> _touched = [];
    private readonly SortedSet<FileName> _rescan = [];

    public Recovery(IFileSystem disk, IVersioner? versioner, ApplierOptions options, TimeProvider time)
    {
        _disk = disk;
        _options = options;
        _expectation = new ExpectedState(disk, options);
        _displaced = new DisplacedFileStore(disk, versioner, time);
        _journal = new Journal(disk);
    }

    public IReadOnlyList<FileName> Run()
    {
        if (!_journal.Exists)
            return [];
        foreach (var record in _journal.Read())
        {
            _rescan.Add(record.Name);
            if (record.From is { } from)
                _rescan.Add(from);
            RecoverRecord(record, TempName.For(record.Name));
            RecoverRecord(record, TempName.ForMoveAside(record.Name));
            RecoverRecord(record, TempName.Displaced(record.Name));
            RecoverExchange(record, TempName.ForExchange(TempName.For(record.Name)));
        }
        _displaced.Flush();
        foreach (var directory in _touched.Where(d => _disk.Stat(d) is { Kind: FileKind.Directory } || d.IsRoot))
            _disk.SyncDirectory(directory);
        _journal.Remove();
        return [.. _rescan];
    }

    private void RecoverRecord(JournalRecord record, LocalPath temp)
    {
        if (_disk.Stat(temp) is not { } left)
            return;
        _touched.Add(temp.Parent);
        _touched.Add(LocalPath.Of(record.Name).Parent);
        if (!IsNew(record, temp, left))
            RestoreDisplaced(record, temp, left);
        else if (record.From is { } from)
            ReturnToFrom(record, temp, left, from);
        else if (left.Kind != FileKind.File)
            TempFile.Clear(_disk, temp);
    }

    /// <summary>A kill interrupted an exchange between its two steps. The new object isn't worth keeping there: it is fetched again.</summary>
    private void RecoverExchange(JournalRecord record, LocalPath between)
    {
        RecoverRecord(record, between);
        if (_disk.Stat(between) is { } left && IsNew(record, between, left))
            TempFile.Clear(_disk, between);
    }

    private bool IsNew(JournalRecord record, LocalPath temp, FileStat left)
    {
        if (record.NewInode != 0)
            return left.Inode == record.NewInode;
        return left.Kind == FileKind.Directory ||
               (left.Kind == FileKind.Symlink && record.NewLink is not null && _disk.ReadSymlink(temp) == record.NewLink &&
                left.Inode != record.OldInode);
    }

    /// <summary>Restores displaced content.</summary>
    private void RestoreDisplaced(JournalRecord record, LocalPath temp, FileStat left)
    {
        if (_disk.Stat(LocalPath.Of(record.Name)) is null)
        {
            _disk.Rename(temp, LocalPath.Of(record.Name), RenameMode.NoReplace);
            return;
        }
        var known = left.Kind == record.OldKind && _expectation.SameTime(temp, left.Modified, record.OldModified) &&
                    (left.Kind == FileKind.Symlink || left.Size == record.OldSize) &&
                    (record.OldInode == 0 || left.Inode == 0 || record.OldInode == left.Inode);
        // An edit that nobody has seen is never discarded, whatever the step asked for.
        if (_displaced.Store(temp, record.Name, known ? record.Displaced : ActionForExisting.Conflict, record.Winner) is { } copy)
            _rescan.Add(copy);
    }

    private void ReturnToFrom(JournalRecord record, LocalPath temp, FileStat left, FileName from)
    {
        if (_disk.Stat(LocalPath.Of(from)) is not null)
        {
            _rescan.Add(_displaced.StoreAsConflictCopy(temp, from, record.Winner));
            return;
        }
        if (left.Kind != FileKind.Symlink && _disk.TraitsAt(temp).Permissions && left.Permissions != record.FromPermissions)
            _disk.SetPermissions(temp, record.FromPermissions);
        if (left.Kind != FileKind.Directory)
            _disk.SetModified(temp, record.FromModified);
        MakeParents(LocalPath.Of(from));
        _disk.Rename(temp, LocalPath.Of(from), RenameMode.NoReplace);
    }

    /// <summary>The batch may have removed the directory after the move took its last content away.</summary>
    private void MakeParents(LocalPath path)
    {
        var missing = new Stack<LocalPath>();
        _touched.Add(path.Parent);
        for (var parent = path.Parent; !parent.IsRoot && _disk.Stat(parent) is null; parent = parent.Parent)
        {
            missing.Push(parent);
            _touched.Add(parent.Parent);
        }
        while (missing.TryPop(out var parent))
            _disk.CreateDirectory(parent, _options.DirectoryPermissions);
    }
}
