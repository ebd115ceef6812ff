using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Scan;
using FolderSync.Simulator.Disks;

namespace FolderSync.Filesystem.Tests.Scan;

/// <summary>Runs work synchronously on the caller's thread.</summary>
internal sealed class InlineWorkers : IWorkers
{
    public int Parallelism => 1;

    public Task<T> Run<T>(Func<T> work, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            return Task.FromResult(work());
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }
}

/// <summary>Runs work on threads.</summary>
internal sealed class ThreadWorkers(int parallelism) : IWorkers
{
    private readonly SemaphoreSlim _slots = new(parallelism);

    public int Parallelism => parallelism;

    public Task<T> Run<T>(Func<T> work, CancellationToken cancellation) => Task.Run(async () =>
    {
        await _slots.WaitAsync(cancellation);
        try
        {
            return work();
        }
        finally
        {
            _slots.Release();
        }
    }, cancellation);
}

/// <summary>An index in memory that applies findings like the engine, but without versions.</summary>
internal sealed class KnownTable : IKnownEntries
{
    private readonly SortedDictionary<FileName, FileEntry> _entries = [];

    public IReadOnlyCollection<FileEntry> All => _entries.Values;

    /// <summary>Returns entries without block lists, as an index may.</summary>
    public bool WithoutBlocks { get; set; }

    public FileEntry? Find(FileName name) => _entries.GetValueOrDefault(name);

    public IEnumerable<FileEntry> Under(FileName directory) =>
        _entries.Values.Where(e => e.Name.IsUnder(directory)).Select(e => WithoutBlocks ? e with { Blocks = null } : e).ToList();

    public void Put(FileEntry entry) => _entries[entry.Name] = entry;

    public FileEntry this[string name] => _entries[FileName.Parse(name)];

    public void Take(IEnumerable<ScanFinding> findings)
    {
        foreach (var finding in findings)
        {
            switch (finding)
            {
                case ScanFinding.Changed changed:
                    Put(changed.Entry);
                    break;
                case ScanFinding.Refreshed refreshed:
                    Put(refreshed.Entry);
                    break;
                case ScanFinding.Deleted gone:
                    _entries.Remove(gone.Known.Name);
                    break;
                case ScanFinding.NowSpecial special:
                    Put(special.Known with { LocalFlags = LocalFlags.Unsupported });
                    break;
                case ScanFinding.NowIgnored ignored:
                    Put(ignored.Known with { LocalFlags = ignored.Known.LocalFlags | LocalFlags.Ignored });
                    break;
            }
        }
    }
}

/// <summary>A folder on a simulated disk, its index, and its scans.</summary>
internal sealed class ScanRig
{
    public ScanRig(MemoryDiskOptions? disk = null, ScannerOptions? options = null)
    {
        var disks = new MemoryDisks(TimeProvider.System) { Options = disk ?? new MemoryDiskOptions() };
        FileSystem = disks.Open("/r");
        User.MakeDirectory(".stfolder");
        Options = options ?? new ScannerOptions();
    }

    public MemoryFileSystem FileSystem { get; }

    public MemoryUser User => FileSystem.Disk.User;

    public KnownTable Known { get; } = new();

    public ScannerOptions Options { get; set; }

    public IWorkers Workers { get; set; } = new InlineWorkers();

    public List<int> Batches { get; } = [];

    public IgnoreRules Ignores { get; set; } = IgnoreRules.None;

    public ScanProgress Progress { get; private set; }

    /// <summary>Scans, applies the findings to the index, and returns them as short text.</summary>
    public async Task<List<string>> ScanAsync(params string[] below) => [.. (await FindAsync(false, below)).Select(Text)];

    public async Task<List<ScanFinding>> FindAsync(bool fullVerify, params string[] below)
    {
        var findings = new List<ScanFinding>();
        await new Scanner(FileSystem, Workers, Options).ScanAsync(new ScanRequest([.. below.Select(FileName.Parse)], fullVerify), Known, Ignores, batch =>
        {
            Batches.Add(batch.Count);
            findings.AddRange(batch);
            Known.Take(batch);
            return Task.CompletedTask;
        }, p => Progress = p, CancellationToken.None);
        return findings;
    }

    /// <summary>+new *content ~metadata ^refreshed -gone =ignored !problem</summary>
    public static string Text(ScanFinding finding) => finding switch
    {
        ScanFinding.Changed { Known: null } it => "+" + it.Entry.Name,
        ScanFinding.Changed it => (it.Known!.SameContent(it.Entry) ? "~" : "*") + it.Entry.Name,
        ScanFinding.Refreshed it => "^" + it.Entry.Name,
        ScanFinding.Deleted it => "-" + it.Known.Name,
        ScanFinding.NowSpecial special => "?" + special.Known.Name,
        ScanFinding.NowIgnored it => "=" + it.Known.Name,
        ScanFinding.Problem it => "!" + it.What.Path,
        _ => throw new InvalidOperationException(),
    };
}
