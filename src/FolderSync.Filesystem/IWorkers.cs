namespace FolderSync.Filesystem;

/// <summary>
/// Runs work that blocks or computes: on threads in production, inline and in the seed's order in the simulator. Work is synchronous and must not
/// wait for other work.
/// </summary>
public interface IWorkers
{
    /// <summary>How many jobs run at once.</summary>
    int Parallelism { get; }

    Task<T> Run<T>(Func<T> work, CancellationToken cancellation);
}

public static class WorkersExtensions
{
    public static Task Run(this IWorkers workers, Action work, CancellationToken cancellation) =>
        workers.Run(() => { work(); return true; }, cancellation);
}
