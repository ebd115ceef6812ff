using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>
/// Finds the differences between disk and index: walk → hash → deliver, and finally, once the root is known to be still there, the deleted names.
/// One scan at a time; its loop runs on the caller's context, disk access and hashing on the workers.
/// </summary>
public sealed class Scanner(IFileSystem fs, IWorkers workers, ScannerOptions options)
{
    private const int BatchGone = 512;

    /// <summary>How often names that change during the scan are walked again.</summary>
    private const int Rounds = 3;

    private const string BeingChanged = "It is being changed; it will be scanned again.";

    /// <param name="onFindings">Receives batches of at most 512 findings, one at a time, in tree order, with deletions last (the scan finds a moved
    /// file's new name before it misses the old one). The scan awaits it.</param>
    /// <param name="onProgress">Called from time to time.</param>
    /// <exception cref="RootUnavailableException">The root is missing or was replaced, possibly during the scan.</exception>
    /// <exception cref="OperationCanceledException">Findings already delivered remain valid.</exception>
    public async Task ScanAsync(ScanRequest request, IKnownEntries known, IgnoreRules ignores, Func<IReadOnlyList<ScanFinding>, Task> onFindings,
        Action<ScanProgress>? onProgress, CancellationToken cancellation)
    {
        var observing = new FindingBuilder(fs, options, request.FullVerify);
        var hashing = new HashStage(new FileHasher(fs, options.UsePreHashes, request.FullVerify), workers);
        var delivery = new FindingBatcher(onFindings, onProgress);
        var names = await workers.Run(() => Starts(request.Subtrees, known, ignores), cancellation);
        var gone = new MissingNames(fs, known, ignores);
        for (var round = 1; names.Count > 0; round++)
        {
            using var walk = new TreeWalk(fs, known, ignores, observing, options);
            names.ForEach(walk.Add);
            var changing = await WalkAsync(walk, hashing, observing, delivery, cancellation);
            gone.Add(walk.Gone);
            names = await workers.Run(() => RootsToRetry([.. changing, .. walk.Changed], gone, known, ignores, cancellation), cancellation);
            if (round < Rounds)
                continue;
            foreach (var name in names)
                await delivery.AddAsync(new ScanFinding.Problem(new FileProblem(name.Value, BeingChanged, FileSystemError.InUse)), 0);
            break;
        }
        await delivery.FlushAsync();
        while (await workers.Run(() => gone.Next(BatchGone), cancellation) is { Count: > 0 } batch)
            await onFindings(batch);
    }

    private List<FileName> Starts(IReadOnlyList<FileName> below, IKnownEntries known, IgnoreRules ignores) =>
        fs.CheckRoot() is var state and not RootState.Present
            ? throw new RootUnavailableException(state)
            : ScanRoots.Of(below, fs, known, ignores);

    private List<FileName> RootsToRetry(List<FileName> changing, MissingNames gone, IKnownEntries known, IgnoreRules ignores,
        CancellationToken cancellation)
    {
        List<FileName> again = [.. changing, .. gone.TakeReappeared(cancellation)];
        return again.Count == 0 ? [] : Starts(again, known, ignores);
    }

    /// <summary>Walks the next step while one step's files are being hashed. Returns the files that turned out not to be files.</summary>
    private async Task<List<FileName>> WalkAsync(TreeWalk walk, HashStage hashing, FindingBuilder observing, FindingBatcher delivery, CancellationToken cancellation)
    {
        var changing = new List<FileName>();
        Task<WalkStep>? walking = workers.Run(() => walk.Step(cancellation), CancellationToken.None);
        try
        {
            while (walking is not null)
            {
                var step = await walking;
                walking = step.Done ? null : workers.Run(() => walk.Step(cancellation), CancellationToken.None);
                delivery.Walked(step);
                var files = step.Items.Where(i => i.File is not null).Select(i => i.File!).ToList();
                if (files.Count > 0)
                    await hashing.HashAsync(files, cancellation);
                foreach (var item in step.Items)
                    await delivery.AddAsync(item.Finding ?? Read(item.File!, changing, observing), item.File?.Stat.Size ?? 0);
                delivery.Report();
            }
            return changing;
        }
        finally
        {
            // The walk belongs to one worker at a time and must not be disposed while it runs. Its own fault matters less than the one being
            // thrown.
            if (walking is not null)
                await ((Task)walking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private static ScanFinding? Read(FileToHash file, List<FileName> changing, FindingBuilder observing)
    {
        if (file.Blocks is { } blocks)
            return observing.File(file.Name, file.Stat, file.Known, blocks, file.PreHashes);
        switch (file.Failure)
        {
            case FileSystemException { Error: FileSystemError.NotFound or FileSystemError.WrongKind or FileSystemError.Escapes }:
                changing.Add(file.Name);
                return null;
            case FileSystemException e:
                return new ScanFinding.Problem(new FileProblem(file.Name.Value, e.Message, e.Error));
            default:
                return new ScanFinding.Problem(new FileProblem(file.Name.Value, BeingChanged, FileSystemError.InUse));
        }
    }
}
