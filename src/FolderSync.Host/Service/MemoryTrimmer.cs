using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Returns memory to the system after work is done. The garbage collector only runs when something is allocated: the memory of a first scan or a
/// large pull would stay while nothing happens, possibly for days.
/// </summary>
/// <param name="allocated">Bytes allocated since the process started.</param>
/// <param name="release">Collects everything and returns free memory.</param>
internal sealed class MemoryTrimmer(TimeProvider time, Func<long> allocated, Action release) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Allocating less than this per interval counts as idle: timers, an open page.</summary>
    public const long MaxIdleAllocation = 2 << 20;

    /// <summary>Less than this in total isn't worth a collection.</summary>
    public const long MinToTrim = 16 << 20;

    private long _released;
    private long _before;

    public MemoryTrimmer(TimeProvider time)
        : this(time, () => GC.GetTotalAllocatedBytes(), Release)
    {
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Check();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private static void Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // SQLite's and OpenSSL's freed memory is in the C library's heap.
        NativeHeap.Trim();
    }

    /// <summary>Runs once per <see cref="Interval"/>.</summary>
    internal void Check()
    {
        var now = allocated();
        if (now - _before < MaxIdleAllocation && now - _released >= MinToTrim)
        {
            release();
            _released = now;
        }
        _before = now;
    }
}
