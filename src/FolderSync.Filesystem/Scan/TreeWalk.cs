using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>
/// Walks the disk in tree order and compares it with the known entries, which it reads in the same order. Only the directories from the root to the
/// current one are in memory. Blocks; each step runs on a worker, one at a time.
/// </summary>
internal sealed class TreeWalk(IFileSystem fs, IKnownEntries known, IgnoreRules ignores, FindingBuilder observing, ScannerOptions options) : IDisposable
{
    private const int EntriesInStep = 4096;
    private const int ItemsInStep = 512;
    private const long BytesInStep = 64 << 20;

    private readonly Stack<Frame> _frames = new();
    private readonly Queue<FileName> _starts = new();
    private readonly ExactNames _names = new(fs);

    /// <summary>The mounted filesystems that directories above the starts lie on.</summary>
    private readonly Dictionary<FileName, ulong> _mountsAbove = [];

    private StepLoad _step = new();
    private KnownCursor? _cursor;
    private FileName? _ignoredWhole;

    /// <summary>Known names that aren't on disk. Trust them only while the root is the same.</summary>
    public List<FileName> Gone { get; } = [];

    /// <summary>Names that changed their type during the walk: walk them again.</summary>
    public List<FileName> Changed { get; } = [];

    /// <summary>Adds a subtree; the root stands for everything. Add names in tree order, none below another.</summary>
    public void Add(FileName name) => _starts.Enqueue(name);

    public WalkStep Step(CancellationToken cancellation)
    {
        _step = new StepLoad();
        var more = true;
        while (more && !_step.IsFull)
        {
            cancellation.ThrowIfCancellationRequested();
            more = VisitNext();
        }
        if (fs.CheckRoot() is var state and not RootState.Present)
            throw new RootUnavailableException(state);
        return new WalkStep(_step.Items, _step.Entries, _step.ToHash, !more);
    }

    public void Dispose() => _cursor?.Dispose();

    private bool VisitNext()
    {
        if (_ignoredWhole is { } whole)
        {
            if (_cursor!.TakeUnder(whole) is { } below)
                Ignore(below);
            else
                _ignoredWhole = null;
            return true;
        }
        if (_frames.TryPeek(out var frame))
        {
            if (frame.Next < frame.Reading.Children.Count)
                VisitChild(frame, frame.Reading.Children[frame.Next++]);
            else
                Leave(_frames.Pop());
            return true;
        }
        if (_cursor is not null)
        {
            while (_cursor.Current is { } rest)
            {
                _cursor.Advance();
                NotOnDisk(rest);
                if (++_step.Entries >= EntriesInStep)
                    return true;
            }
            _cursor.Dispose();
            _cursor = null;
        }
        if (!_starts.TryDequeue(out var start))
            return false;
        Start(start);
        return true;
    }

    private void Start(FileName start)
    {
        var entry = start.IsRoot ? null : known.Find(start);
        // Even for a known file: it may have replaced a directory whose children are still in the index.
        _cursor = new KnownCursor(known.Under(start));
        if (start.IsRoot)
        {
            Enter(start, null, null, ignored: false);
            return;
        }
        try
        {
            MountAbove(start.Parent);
            if (StatOf(start) is { } stat)
                Visit(start, stat, entry);
            else if (entry is not null)
                NotOnDisk(entry);
        }
        catch (FileSystemException e)
        {
            Unreadable(start, e);
        }
    }

    /// <summary>A name exists only if it is spelled that way. Otherwise the name that answers in its place is walked, too.</summary>
    private FileStat? StatOf(FileName start)
    {
        var path = LocalPath.Of(start);
        var stat = fs.Stat(path);
        if (stat is null || _names.FindMisspelled(path) is not { } misspelled)
            return stat;
        if (_names.ActualSpelling(misspelled) is { } listed && FileName.TryParse(listed.Value, out var there, out _))
            Changed.Add(there);
        return null;
    }

    private void VisitChild(Frame frame, DirectoryChild child)
    {
        _step.Entries++;
        var name = _cursor!.NameOf(frame.Name, child.Leaf!);
        while (_cursor.TakeBefore(name) is { } missing)
            NotOnDisk(missing);
        var entry = _cursor.Take(name);
        if (frame.Reading.Skipped?.Contains(child.Leaf!) == true)
            _cursor.SkipUnder(name);
        else
            Visit(name, child.Stat, entry);
    }

    private void Visit(FileName name, FileStat stat, FileEntry? entry)
    {
        if (stat.Kind == FileKind.Other)
        {
            // What was below it, if it was a directory, is missed like anything else.
            if (entry is not null)
            {
                Found(new ScanFinding.Problem(new FileProblem(name.Value, "It is a pipe, socket or device now; these are not synced.", FileSystemError.WrongKind)));
                if ((entry.LocalFlags & LocalFlags.Unsupported) == 0)
                    Found(new ScanFinding.NowSpecial(WithBlocks(entry)!));
            }
            return;
        }
        var ignore = ignores.Match(name, stat.Kind == FileKind.Directory);
        if (ignore.Ignored)
            VisitIgnored(name, stat, entry, ignore.CanSkip);
        else if (stat.Kind == FileKind.Directory)
            Enter(name, stat, entry, ignored: false);
        else
        {
            MeetNeeded();
            if (stat.Kind == FileKind.Symlink)
                VisitSymlink(name, stat, entry);
            else
                VisitFile(name, stat, entry);
        }
    }

    private void VisitIgnored(FileName name, FileStat stat, FileEntry? entry, bool canSkip)
    {
        if (stat.Kind == FileKind.Directory && !canSkip)
        {
            Enter(name, stat, entry, ignored: true);
            return;
        }
        if (entry is not null)
            Ignore(entry);
        if (stat.Kind == FileKind.Directory)
            _ignoredWhole = name;
    }

    private void VisitFile(FileName name, FileStat stat, FileEntry? entry)
    {
        var verdict = entry is null ? ScanVerdict.Rehash : observing.Compare(entry, stat);
        if (verdict == ScanVerdict.Unchanged)
            return;
        entry = WithBlocks(entry);
        if (verdict is ScanVerdict.RefreshStamp or ScanVerdict.MetadataOnly)
        {
            Found(observing.ByMetadata(name, stat, entry!, verdict));
            return;
        }
        _step.Items.Add(new WalkItem(null, new FileToHash(name, stat, entry)));
        _step.ToHash += stat.Size;
    }

    private void VisitSymlink(FileName name, FileStat stat, FileEntry? entry)
    {
        if (entry is not null && observing.Compare(entry, stat) == ScanVerdict.Unchanged)
            return;
        try
        {
            Found(observing.Symlink(name, stat, fs.ReadSymlink(LocalPath.Of(name)), WithBlocks(entry)));
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotFound)
        {
            if (entry is not null)
                NotOnDisk(entry);
        }
        catch (FileSystemException e)
        {
            Unreadable(name, e);
        }
    }

    /// <summary>Lists a directory, reports it and descends. An ignored directory is reported only once something below it is needed.</summary>
    private void Enter(FileName name, FileStat? stat, FileEntry? entry, bool ignored)
    {
        var frame = new Frame(name, stat, entry) { Ignored = ignored };
        try
        {
            frame.Mount = stat?.Mount ?? MountAbove(name);
            if (stat is not null)
                NoteMount(name, frame.Mount, _frames.TryPeek(out var parent) ? parent.Mount : MountAbove(name.Parent));
            frame.Reading = DirectoryListing.Read(fs, name, ignores, options.AutoNormalize);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotFound && !name.IsRoot)
        {
            if (entry is not null)
                NotOnDisk(entry);
            return;
        }
        catch (FileSystemException e) when (e.Error is FileSystemError.WrongKind or FileSystemError.Escapes && !name.IsRoot)
        {
            Changed.Add(name);
            _cursor!.SkipUnder(name);
            return;
        }
        catch (FileSystemException e)
        {
            if (!ignored)
                Meet(frame);
            Unreadable(name, e);
            return;
        }
        if (!ignored)
        {
            MeetNeeded();
            Meet(frame);
        }
        foreach (var problem in frame.Reading.Problems ?? [])
            Found(new ScanFinding.Problem(problem));
        _frames.Push(frame);
    }

    /// <summary>A filesystem that is mounted above a start is seen with it: what is found in it must not be taken for the folder's own.</summary>
    private ulong MountAbove(FileName directory)
    {
        if (_mountsAbove.TryGetValue(directory, out var known))
            return known;
        var mount = fs.Stat(LocalPath.Of(directory))?.Mount ?? 0;
        if (!directory.IsRoot)
            NoteMount(directory, mount, MountAbove(directory.Parent));
        return _mountsAbove[directory] = mount;
    }

    private void NoteMount(FileName directory, ulong mount, ulong mountOfParent)
    {
        if (mount != mountOfParent && mount != 0 && mountOfParent != 0)
            Found(new ScanFinding.MountPoint(directory, fs.FilesystemOf(LocalPath.Of(directory))));
    }

    private void Leave(Frame frame)
    {
        if (frame is { Ignored: true, Met: false, Known: not null })
            Ignore(frame.Known);
    }

    /// <summary>Something below ignored directories is synced. They have to be synced, too, so that it has a place on other devices.</summary>
    private void MeetNeeded()
    {
        foreach (var frame in _frames.Reverse())
        {
            if (frame is { Ignored: true, Met: false })
                Meet(frame);
        }
    }

    private void Meet(Frame frame)
    {
        frame.Met = true;
        if (frame.Stat is { } stat)
            Found(observing.Directory(frame.Name, stat, WithBlocks(frame.Known)));
    }

    private void NotOnDisk(FileEntry entry)
    {
        if (ignores.Match(entry.Name, entry.IsDirectory).Ignored)
            Ignore(entry);
        else
            Gone.Add(entry.Name);
    }

    private void Ignore(FileEntry entry)
    {
        if ((entry.LocalFlags & LocalFlags.Ignored) == 0)
            Found(new ScanFinding.NowIgnored(WithBlocks(entry)!));
    }

    /// <summary>Reports the name; neither it nor anything below it counts as deleted.</summary>
    private void Unreadable(FileName name, FileSystemException e)
    {
        if (name.IsRoot && fs.CheckRoot() is var state and not RootState.Present)
            throw new RootUnavailableException(state);
        Found(new ScanFinding.Problem(new FileProblem(name.Value, e.Message, e.Error)));
        _cursor!.SkipUnder(name);
    }

    /// <summary>A page of known entries may omit the block lists; findings need them.</summary>
    private FileEntry? WithBlocks(FileEntry? entry) => entry is { IsFile: true, Blocks: null } ? known.Find(entry.Name) ?? entry : entry;

    private void Found(ScanFinding? finding)
    {
        if (finding is not null)
            _step.Items.Add(new WalkItem(finding, null));
    }

    /// <summary>What one step has come to so far.</summary>
    private sealed class StepLoad
    {
        public List<WalkItem> Items { get; } = [];

        public int Entries { get; set; }

        public long ToHash { get; set; }

        public bool IsFull => Entries >= EntriesInStep || Items.Count >= ItemsInStep || ToHash >= BytesInStep;
    }

    private sealed class Frame(FileName name, FileStat? stat, FileEntry? known)
    {
        public FileName Name => name;

        /// <summary>Null for the root.</summary>
        public FileStat? Stat => stat;

        public FileEntry? Known => known;

        public DirectoryListing Reading { get; set; } = new([], null, null);

        public int Next { get; set; }

        /// <summary>The mounted filesystem that it lies on.</summary>
        public ulong Mount { get; set; }

        /// <summary>A pattern covers it, but something below it may still be synced.</summary>
        public bool Ignored { get; init; }

        /// <summary>True once it was reported. For an ignored directory: something in it is synced.</summary>
        public bool Met { get; set; }
    }
}
