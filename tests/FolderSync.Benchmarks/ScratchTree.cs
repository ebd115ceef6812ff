using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Local;
using FolderSync.Filesystem.Scan;

namespace FolderSync.Benchmarks;

/// <summary>A directory for scans, deleted when disposed.</summary>
internal sealed class ScratchTree : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fs-bench-").FullName;
    private readonly IFileSystem _files;
    private readonly Workers _workers = new(Math.Max(2, Environment.ProcessorCount));

    public ScratchTree()
    {
        Directory.CreateDirectory(Path(".stfolder"));
        _files = new FileSystems().Open(_root);
        if (_files.CheckRoot() != RootState.Present)
            throw new InvalidOperationException($"{_root} can't be scanned: {_files.CheckRoot()}");
    }

    public static IKnownEntries NothingKnown { get; } = new Known([]);

    public string Path(string name) => System.IO.Path.Combine(_root, name);

    /// <returns>The number of findings.</returns>
    public async Task<int> ScanAsync(IKnownEntries known, IgnoreRules ignores, List<FileEntry>? into = null)
    {
        var count = 0;
        await new Scanner(_files, _workers, new ScannerOptions()).ScanAsync(new ScanRequest([]), known, ignores, Take, null, default);
        return count;

        Task Take(IReadOnlyList<ScanFinding> findings)
        {
            count += findings.Count;
            into?.AddRange(findings.OfType<ScanFinding.Changed>().Select(f => f.Entry));
            return Task.CompletedTask;
        }
    }

    public void Dispose()
    {
        _files.Dispose();
        _workers.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>Returns what a scan found, as the index would.</summary>
    internal sealed class Known(IEnumerable<FileEntry> entries) : IKnownEntries
    {
        private readonly SortedList<FileName, FileEntry> _entries = new(entries.ToDictionary(e => e.Name));

        public FileEntry? Find(FileName name) => _entries.GetValueOrDefault(name);

        public IEnumerable<FileEntry> Under(FileName directory) => directory.IsRoot ? _entries.Values : _entries.Values.Where(e => e.Name.IsUnder(directory));
    }
}
