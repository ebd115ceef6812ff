using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;
using FolderSync.Index;

namespace FolderSync.Engine.Scanning;

/// <summary>One scan of a folder: runs the scanner, commits changes as they come, and keeps deletions for the end.</summary>
internal sealed class FolderScan(OpenFolder open, FindingWriter writer)
{
    private const int MaxCommittedAtOnce = 1000;

    /// <summary>In the index and not on disk; decided about at the end.</summary>
    public List<FileEntry> Gone { get; } = [];

    public List<FileProblem> Problems { get; } = [];

    /// <summary>Other filesystems that are mounted where it looked.</summary>
    public List<ScanFinding.MountPoint> Mounts { get; } = [];

    /// <summary>Names that changed during the scan.</summary>
    public SortedSet<FileName> Rescan { get; } = [];

    public Task RunAsync(ScanRequest request, CancellationToken cancellation)
    {
        var config = open.Folder.Config;
        var options = new ScannerOptions
        {
            IgnorePermissions = config.IgnorePermissions,
            ModifiedWindowNanoseconds = config.ModifiedWindowSeconds * 1_000_000_000L,
        };
        var scanner = new Scanner(open.Disk, open.Folder.Parts.Workers, options);
        return scanner.ScanAsync(request, new KnownEntries(open.Index), open.Ignores, f => OnFindingsAsync(f, cancellation), Report, cancellation);
    }

    /// <summary>Announces deletions.</summary>
    public async Task CommitGoneAsync(CancellationToken cancellation)
    {
        foreach (var part in Gone.Chunk(MaxCommittedAtOnce))
            await writer.CommitAsync([.. part.Select(g => new ScanFinding.Deleted(g))], Rescan, cancellation);
    }

    private async Task OnFindingsAsync(IReadOnlyList<ScanFinding> findings, CancellationToken cancellation)
    {
        var changes = new List<ScanFinding>(findings.Count);
        foreach (var finding in findings)
        {
            switch (finding)
            {
                case ScanFinding.Deleted gone:
                    Gone.Add(gone.Known);
                    break;
                case ScanFinding.MountPoint mount:
                    Mounts.Add(mount);
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
            await writer.CommitAsync(changes, Rescan, cancellation);
    }

    private void Report(ScanProgress progress)
    {
        open.Folder.Status.Publish(s => s with { Scan = progress });
        open.Folder.Events.Publish(() => new EngineEvent.ScanProgressed(open.Folder.Id, progress));
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
