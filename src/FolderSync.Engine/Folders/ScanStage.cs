using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>One scan of a folder: runs the scanner, has changes committed as they come, and keeps what is gone to the end.</summary>
internal sealed class ScanStage(EngineParts parts, FolderLoop folder, FolderConfig config)
{
    /// <summary>In the index and not on disk, to be decided on when all is seen.</summary>
    public List<FileEntry> Gone { get; } = [];

    public List<FileProblem> Problems { get; } = [];

    /// <summary>Names that changed while they were looked at.</summary>
    public SortedSet<FileName> Rescan { get; } = [];

    public Task RunAsync(ScanRequest request, IFolderIndex index, IgnoreRules ignores, CancellationToken cancellation)
    {
        var options = new ScannerOptions
        {
            IgnorePermissions = config.IgnorePermissions,
            ModifiedWindowNanoseconds = config.ModifiedWindowSeconds * 1_000_000_000L,
        };
        var scanner = new Scanner(folder.Disk, parts.Workers, options);
        return scanner.ScanAsync(request, new KnownEntries(index), ignores, OnFindingsAsync, folder.ReportScan, cancellation);
    }

    private async Task OnFindingsAsync(IReadOnlyList<ScanFinding> findings)
    {
        var changes = new List<ScanFinding>(findings.Count);
        foreach (var finding in findings)
        {
            switch (finding)
            {
                case ScanFinding.Gone gone:
                    Gone.Add(gone.Known);
                    break;
                case ScanFinding.Problem problem:
                    Problems.Add(problem.What);
                    break;
                default:
                    changes.Add(finding);
                    break;
            }
        }
        if (changes.Count > 0)
            await folder.CommitFindingsAsync(changes, Rescan);
    }

    /// <summary>The index as the scanner reads it, page by page, so that a long scan holds no snapshot.</summary>
    private sealed class KnownEntries(IFolderIndex index) : IKnownEntries
    {
        private const int PageSize = 2000;

        public FileEntry? Find(FileName name) => index.FindLocal(name) is { Deleted: false } entry ? entry : null;

        public IEnumerable<FileEntry> Under(FileName directory)
        {
            var after = default(FileName);
            while (true)
            {
                var page = index.LocalPage(directory, after, PageSize, withBlocks: false);
                foreach (var entry in page)
                    yield return entry;
                if (page.Count < PageSize)
                    yield break;
                after = page[^1].Name;
            }
        }
    }
}
