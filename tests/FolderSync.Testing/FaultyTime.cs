using System.Diagnostics;

namespace FolderSync.Testing;

/// <summary>A clock, the system's where none is named, which fails once: when a certain method asks it for something. For loops that must survive a fault of their own.</summary>
/// <param name="method">As <c>Type.Method</c>.</param>
internal sealed class FaultyTime(string method, TimeProvider? time = null) : TimeProvider
{
    private readonly TimeProvider _time = time ?? System;
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _thrown;

    public Exception Fault { get; } = new InvalidOperationException($"The code of {method} broke.");

    /// <summary>Completes when the method runs again after the fault.</summary>
    public Task Resumed => _resumed.Task;

    public override long GetTimestamp()
    {
        ThrowOnce();
        return _time.GetTimestamp();
    }

    public override DateTimeOffset GetUtcNow()
    {
        ThrowOnce();
        return _time.GetUtcNow();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // A PeriodicTimer without its timer would crash the process when it is collected.
        if (!new StackTrace(false).ToString().Contains(nameof(PeriodicTimer), StringComparison.Ordinal))
            ThrowOnce();
        return _time.CreateTimer(callback, state, dueTime, period);
    }

    private void ThrowOnce()
    {
        if (!IsAskedBy(method))
            return;
        if (Interlocked.Exchange(ref _thrown, 1) == 0)
            throw Fault;
        _resumed.TrySetResult();
    }

    /// <summary>
    /// Whether this async method, or a lambda in it, is on the stack: its state machine is a nested type named after it. Code that restarts the
    /// loop may also run on the method's stack, but doesn't count. A method that was inlined is never found: a project of tests with such faults sets
    /// <c>FindsMethodsOnStack</c>.
    /// </summary>
    internal static bool IsAskedBy(string method)
    {
        var (type, name) = ($".{method.Split('.')[0]}", $"<{method.Split('.')[1]}>");
        foreach (var frame in new StackTrace(false).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { DeclaringTypeName: { } around } place)
                continue;
            // What a stream throws is the connection's failure, not a fault of whoever reads or writes.
            if (around.Contains(".RestartingLoop", StringComparison.Ordinal) || around.Contains(".ThrottledStream", StringComparison.Ordinal))
                return false;
            if (around.Contains(type, StringComparison.Ordinal) && (around.Contains(name, StringComparison.Ordinal) || place.Name.Contains(name, StringComparison.Ordinal)))
                return true;
        }
        return false;
    }
}
