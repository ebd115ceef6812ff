using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Scan;

/// <summary>
/// Has workers hash the files of one step: many small files per job, large files split into ranges. Results come in the order of the walk, however
/// the workers were scheduled.
/// </summary>
internal sealed class HashStage(FileHasher hashing, IWorkers workers)
{
    /// <summary>Bytes per job: enough to make the handover cheap, few enough to share out and to cancel.</summary>
    private const long JobBytes = 8 << 20;

    private const int JobFiles = 64;

    private const int Attempts = 3;

    /// <summary>Ends with each file hashed, failed or unstable. A failed job doesn't leave others running.</summary>
    public async Task HashAsync(IReadOnlyList<FileToHash> files, CancellationToken cancellation)
    {
        var large = files.Where(f => f.Stat.Size > JobBytes * 2).ToList();
        await RunAsync([.. SmallJobs(files, cancellation), .. LargeJobs(large, cancellation)]);
        for (var attempt = 1; large.Count > 0; attempt++)
        {
            var round = large;
            large = await workers.Run(() => CompleteFiles(round, again: attempt < Attempts), cancellation);
            await RunAsync([.. LargeJobs(large, cancellation)]);
        }
    }

    private IEnumerable<Action> SmallJobs(IReadOnlyList<FileToHash> files, CancellationToken cancellation)
    {
        var job = new List<FileToHash>();
        var bytes = 0L;
        foreach (var file in files)
        {
            if (file.Stat.Size > JobBytes * 2)
                continue;
            job.Add(file);
            bytes += file.Stat.Size;
            if (job.Count < JobFiles && bytes < JobBytes)
                continue;
            yield return Job(job);
            (job, bytes) = ([], 0);
        }
        if (job.Count > 0)
            yield return Job(job);

        Action Job(List<FileToHash> part) => () =>
        {
            foreach (var file in part)
            {
                cancellation.ThrowIfCancellationRequested();
                hashing.HashFile(file, cancellation);
            }
        };
    }

    private IEnumerable<Action> LargeJobs(IReadOnlyList<FileToHash> files, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            hashing.Prepare(file);
            var count = file.Hashes.Length / BlockHash.Length;
            var step = (int)Math.Max(1, JobBytes * 2 / file.BlockSize);
            for (var first = 0; first < count; first += step)
            {
                var from = first;
                yield return () => hashing.HashRange(file, from, Math.Min(step, count - from), cancellation);
            }
        }
    }

    /// <summary>Completes the finished files. Those that changed meanwhile are stat'ed again and returned.</summary>
    private List<FileToHash> CompleteFiles(List<FileToHash> files, bool again)
    {
        var changed = new List<FileToHash>();
        foreach (var file in files)
        {
            FileHasher.Complete(file);
            if (again && file is { IsStable: false, Failure: null } && hashing.Restat(file))
                changed.Add(file);
        }
        return changed;
    }

    private async Task RunAsync(IEnumerable<Action> jobs)
    {
        var running = new Queue<Task>();
        Exception? failure = null;
        foreach (var job in jobs)
        {
            if (running.Count > workers.Parallelism)
                failure ??= await OutcomeAsync(running.Dequeue());
            if (failure is not null)
                break;
            running.Enqueue(workers.Run(job, CancellationToken.None));
        }
        while (running.TryDequeue(out var task))
            failure = await OutcomeAsync(task) is { } thrown ? failure ?? thrown : failure;
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private static async Task<Exception?> OutcomeAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
