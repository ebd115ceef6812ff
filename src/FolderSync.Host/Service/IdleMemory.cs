using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Gives memory back to the system once work is over. The collector runs only when something is allocated: what a first scan or a large
/// pull took would stay for as long as nothing happens, which may be for days.
/// </summary>
/// <param name="allocated">Bytes allocated since the process began.</param>
/// <param name="release">Collects everything and gives back what is free.</param>
internal sealed class IdleMemory(TimeProvider time, Func<long> allocated, Action release) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Less than this in an interval is rest: timers, a page that is open.</summary>
    public const long AtRest = 2 << 20;

    /// <summary>Less than this in all is not worth a collection.</summary>
    public const long Worthwhile = 16 << 20;

    private long _released;
    private long _before;

    public IdleMemory(TimeProvider time)
        : this(time, () => GC.GetTotalAllocatedBytes(), Release)
    {
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private static void Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // What SQLite and OpenSSL freed lies in the C library's own heaps.
        NativeHeap.Trim();
    }

    /// <summary>Once an <see cref="Interval"/>.</summary>
    internal void Look()
    {
        var now = allocated();
        if (now - _before < AtRest && now - _released >= Worthwhile)
        {
            release();
            _released = now;
        }
        _before = now;
    }
}
