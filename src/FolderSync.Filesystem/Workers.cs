using System.Collections.Concurrent;

namespace FolderSync.Filesystem;

/// <summary>
/// Threads for work that blocks or computes, which keeps the thread pool free for asynchronous work. They start when first needed and end with
/// <see cref="Dispose"/>, which cancels queued work. The queue has no limit of its own: its callers bound their requests by credits.
/// </summary>
public sealed class Workers : IWorkers, IDisposable
{
    private readonly BlockingCollection<Job> _queue = new(new ConcurrentQueue<Job>());
    private readonly List<Thread> _threads = [];
    private readonly Lock _lock = new();
    private readonly string _name;
    private int _unfinished;
    private bool _disposed;

    /// <param name="parallelism">Threads, at least 1.</param>
    /// <param name="name">The threads' name, for a debugger.</param>
    public Workers(int parallelism, string name = "worker")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        Parallelism = parallelism;
        _name = name;
    }

    public int Parallelism { get; }

    /// <exception cref="ObjectDisposedException">After Dispose.</exception>
    public Task<T> Run<T>(Func<T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellation);
        var job = new Job<T>(work, cancellation);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Interlocked.Increment(ref _unfinished) > _threads.Count && _threads.Count < Parallelism)
                StartThread();
            _queue.Add(job, CancellationToken.None);
        }
        return job.Task;
    }

    /// <summary>Waits for running work and cancels the rest.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            _queue.CompleteAdding();
        }
        while (_queue.TryTake(out var job))
            job.Cancel();
        foreach (var thread in _threads)
        {
            // A worker may dispose this itself, when the process ends.
            if (thread != Thread.CurrentThread)
                thread.Join();
        }
    }

    private void StartThread()
    {
        var thread = new Thread(RunJobs) { IsBackground = true, Name = $"{_name} {_threads.Count + 1}" };
        _threads.Add(thread);
        thread.Start();
    }

    private void RunJobs()
    {
        foreach (var job in _queue.GetConsumingEnumerable())
        {
            job.Run();
            Interlocked.Decrement(ref _unfinished);
        }
    }

    private abstract class Job
    {
        public abstract void Run();

        public abstract void Cancel();
    }

    private sealed class Job<T> : Job
    {
        // The continuation runs elsewhere: it must not occupy the worker.
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Func<T> _work;
        private readonly CancellationToken _cancellation;
        private readonly CancellationTokenRegistration _registration;

        public Job(Func<T> work, CancellationToken cancellation)
        {
            _work = work;
            _cancellation = cancellation;
            _registration = cancellation.UnsafeRegister(static job => ((Job<T>)job!).CancelQueued(), this);
        }

        private int _begun;

        public Task<T> Task => _done.Task;

        public override void Run()
        {
            if (Interlocked.Exchange(ref _begun, 1) != 0)
                return;
            try
            {
                _done.SetResult(_work());
            }
            catch (OperationCanceledException e) when (_cancellation.IsCancellationRequested)
            {
                _done.SetCanceled(e.CancellationToken.IsCancellationRequested ? e.CancellationToken : _cancellation);
            }
            catch (Exception e)
            {
                _done.SetException(e);
            }
            finally
            {
                _registration.Dispose();
            }
        }

        public override void Cancel()
        {
            if (Interlocked.Exchange(ref _begun, 1) == 0)
                _done.TrySetCanceled(CancellationToken.None);
            _registration.Dispose();
        }

        private void CancelQueued()
        {
            if (Interlocked.Exchange(ref _begun, 1) == 0)
                _done.TrySetCanceled(_cancellation);
        }
    }
}
