using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.World;

/// <summary>
/// Runs all loops and work of all devices on one thread. Each loop has its own queue of callbacks; the seed chooses which queue is next, so that
/// the same seed gives the same trace.
/// </summary>
internal sealed class SimulatedPump(Random random)
{
    private readonly List<Lane> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public long Steps { get; private set; }

    public bool IsIdle => _ready.Count == 0;

    /// <summary>Runs one callback; returns false if nothing is ready.</summary>
    public bool Step()
    {
        if (_ready.Count == 0)
            return false;
        Steps++;
        var at = random.Next(_ready.Count);
        var lane = _ready[at];
        if (!lane.RunOne())
        {
            _ready[at] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }
        return true;
    }

    private sealed class Lane(SimulatedPump pump, SimulatedProcess process) : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
        private bool _isListed;

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (Environment.CurrentManagedThreadId != pump._thread)
                throw new InvalidOperationException("Something left the pump's thread: the trace would not replay.\n" + Environment.StackTrace);
            _queue.Enqueue((d, state));
            if (_isListed)
                return;
            _isListed = true;
            pump._ready.Add(this);
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing in the engine waits for another loop.");

        /// <summary>Returns false if nothing is left.</summary>
        public bool RunOne()
        {
            var (callback, state) = _queue.Dequeue();
            if (!process.IsDead)
            {
                var before = Current;
                SetSynchronizationContext(this);
                try
                {
                    callback(state);
                }
                finally
                {
                    SetSynchronizationContext(before);
                }
            }
            if (process.IsDead)
                _queue.Clear();
            return _isListed = _queue.Count > 0;
        }
    }

    /// <summary>One device's process: runs its loops and its work until it is killed.</summary>
    public sealed class SimulatedProcess(SimulatedPump pump) : IEngineScheduler, IWorkers
    {
        public bool IsDead { get; private set; }

        /// <summary>An exception that escaped from a loop: a bug.</summary>
        public List<Exception> Escaped { get; } = [];

        public int Parallelism => 2;

        public void Kill() => IsDead = true;

        public Task Start(string name, Func<Task> loop)
        {
            // Awaiters are posted to their own queue; asynchronous continuations would run on the thread pool in WhenAll.
            var ended = new TaskCompletionSource();
            new Lane(pump, this).Post(_ => Run(loop, ended), null);
            return ended.Task;
        }

        public Task<T> Run<T>(Func<T> work, CancellationToken cancellation)
        {
            var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (cancellation.IsCancellationRequested)
            {
                done.SetCanceled(cancellation);
                return done.Task;
            }
            new Lane(pump, this).Post(
                _ =>
                {
                    try
                    {
                        done.SetResult(work());
                    }
                    catch (OperationCanceledException e)
                    {
                        done.SetCanceled(e.CancellationToken);
                    }
                    catch (Exception e)
                    {
                        done.SetException(e);
                    }
                },
                null);
            return done.Task;
        }

        private async void Run(Func<Task> loop, TaskCompletionSource ended)
        {
            try
            {
                await loop();
                ended.SetResult();
            }
            catch (Exception e)
            {
                if (e is not OperationCanceledException)
                    Escaped.Add(e);
                ended.SetException(e);
            }
        }
    }
}
