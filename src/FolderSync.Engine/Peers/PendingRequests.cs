using FolderSync.Engine.Primitives;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>Blocks requested on one connection and not yet received. Thread-safe.</summary>
internal sealed class PendingRequests(TimeProvider time)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(120);

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Pending> _pending = [];
    private int _lastId;
    private long _outstanding;

    /// <summary>Bytes requested and not yet received.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    /// <param name="ended">Nothing is added once it is cancelled.</param>
    public (int Id, Task<PooledBytes> Answer) Add(int size, CancellationToken ended)
    {
        var pending = new Pending(size, time.GetTimestamp());
        int id;
        lock (_lock)
        {
            ended.ThrowIfCancellationRequested();
            do
                id = _lastId = (_lastId + 1) & int.MaxValue;
            while (!_pending.TryAdd(id, pending));
        }
        Interlocked.Add(ref _outstanding, size);
        return (id, pending.Answer.Task);
    }

    public void Cancel(int id, CancellationToken cancellation) => Complete(id, p => p.Answer.TrySetCanceled(cancellation));

    /// <summary>Takes ownership of a response's bytes, or disposes them.</summary>
    public void Answer(BepMessage.Response response)
    {
        var isUsed = false;
        Complete(response.Id, p =>
        {
            if (response.Code != ErrorCode.NoError)
                p.Answer.TrySetException(new RequestFailedException(Explain(response.Code)));
            else if (response.Data.Length != p.Size)
                p.Answer.TrySetException(new RequestFailedException($"It sent {response.Data.Length} bytes where {p.Size} were requested."));
            else
                isUsed = p.Answer.TrySetResult(response.Data);
        });
        if (!isUsed)
            response.Data.Dispose();
    }

    public void FailOverdue()
    {
        foreach (var id in Ids(p => time.GetElapsedTime(p.Asked) > AnswerWithin))
            Complete(id, p => p.Answer.TrySetException(new RequestFailedException("It did not answer within two minutes.")));
    }

    public void FailAll(string reason)
    {
        foreach (var id in Ids(_ => true))
            Complete(id, p => p.Answer.TrySetException(new RequestFailedException($"The connection ended: {reason}")));
    }

    private List<int> Ids(Func<Pending, bool> which)
    {
        lock (_lock)
            return [.. _pending.Where(p => which(p.Value)).Select(p => p.Key).Order()];
    }

    private void Complete(int id, Action<Pending> how)
    {
        Pending? pending;
        lock (_lock)
        {
            if (!_pending.Remove(id, out pending))
                return;
        }
        Interlocked.Add(ref _outstanding, -pending.Size);
        how(pending);
    }

    private static string Explain(ErrorCode code) => code switch
    {
        ErrorCode.NoSuchFile => "It no longer has this version of the file.",
        ErrorCode.InvalidFile => "It refuses to send this file.",
        _ => "It could not read the file.",
    };

    private sealed record Pending(int Size, long Asked)
    {
        public TaskCompletionSource<PooledBytes> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
