using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>
/// Finds what on disk is not as the index has it: walk → hash → deliver, and at the end, once it is sure that the folder is
/// still there, what is gone. One scan at a time; its loop runs where it was called, disk and hashing on the workers.
/// </summary>
public sealed class Scanner(IFileSystem fs, IWorkers workers, ScannerOptions options)
{
    private const int BatchGone = 512;

    /// <summary>How often names that change under our hands are walked once more.</summary>
    private const int Rounds = 3;

    private const string BeingChanged = "It is being changed; it will be scanned again.";

    /// <param name="onFindings">
    /// Gets batches of at most 512 findings, one after the other, in tree order, the gone ones after all others (a moved file's new
    /// name is found before its old one is missed). It is waited for.
    /// </param>
    /// <param name="onProgress">Told now and then.</param>
    /// <exception cref="RootGoneException">The root is not there or is another one, maybe since some time during the scan.</exception>
    /// <exception cref="OperationCanceledException">What was delivered stands.</exception>
    public async Task ScanAsync(ScanRequest request, IKnownEntries known, IgnoreRules ignores, Func<IReadOnlyList<ScanFinding>, Task> onFindings,
        Action<ScanProgress>? onProgress, CancellationToken cancellation)
    {
        var observing = new Observing(fs, options, request.FullVerify);
        var hashing = new HashStage(new FileHashing(fs, options.UsePreHashes, request.FullVerify), workers);
        var delivery = new Delivery(onFindings, onProgress);
        var names = await workers.Run(() => Starts(request.Below, known, ignores), cancellation);
        var gone = new GoneNames(fs, known, ignores);
        for (var round = 1; names.Count > 0; round++)
        {
            using var walk = new TreeWalk(fs, known, ignores, observing, options);
            names.ForEach(walk.Add);
            var changing = await WalkAsync(walk, hashing, observing, delivery, cancellation);
            gone.Add(walk.Gone);
            names = await workers.Run(() => Again([.. changing, .. walk.Again], gone, known, ignores, cancellation), cancellation);
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
            ? throw new RootGoneException(state)
            : ScanStarts.Of(below, fs, known, ignores);

    private List<FileName> Again(List<FileName> changing, GoneNames gone, IKnownEntries known, IgnoreRules ignores,
        CancellationToken cancellation)
    {
        List<FileName> again = [.. changing, .. gone.TakeReappeared(cancellation)];
        return again.Count == 0 ? [] : Starts(again, known, ignores);
    }

    /// <summary>While one step's files are hashed the next step is walked. Comes back with the files that were no files when they were opened.</summary>
    private async Task<List<FileName>> WalkAsync(TreeWalk walk, HashStage hashing, Observing observing, Delivery delivery, CancellationToken cancellation)
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
            // The walk is one worker's at a time: it must not be disposed under it. A fault of its own comes after the one that is thrown.
            if (walking is not null)
                await ((Task)walking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private static ScanFinding? Read(FileToHash file, List<FileName> changing, Observing observing)
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
