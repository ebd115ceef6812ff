using FolderSync.Core.Decide;
using FolderSync.Engine.Primitives;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>Blocks requested on one connection and not yet received. Thread-safe.</summary>
internal sealed class PendingRequests(TimeProvider time, PeerPace pace)
{
    /// <summary>Requests that were given up and may still be answered.</summary>
    private const int MaxGivenUp = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Pending> _pending = [];
    private readonly HashSet<int> _givenUp = [];
    private int _lastId;
    private long _owed;
    private long _answerBytes;

    /// <summary>When an answer's bytes came in last, as far as the checks have seen.</summary>
    private long _answered = time.GetTimestamp();

    /// <param name="hasFaster">A much faster device has the block, too.</param>
    /// <param name="ended">Nothing is added once it is cancelled.</param>
    public (int Id, Task<PooledBytes> Answer) Add(int size, Func<bool> hasFaster, CancellationToken ended)
    {
        var pending = new Pending(size, hasFaster);
        int id;
        bool isFirst;
        lock (_lock)
        {
            ended.ThrowIfCancellationRequested();
            do
                id = _lastId = (_lastId + 1) & int.MaxValue;
            while (!_pending.TryAdd(id, pending));
            _givenUp.Remove(id);
            isFirst = _pending.Count == 1;
        }
        if (isFirst)
            pace.OnBusy();
        return (id, pending.Answer.Task);
    }

    /// <summary>The request is on its way: only from now on the device owes an answer.</summary>
    public void OnSent(int id)
    {
        lock (_lock)
        {
            if (!_pending.TryGetValue(id, out var pending))
                return;
            _owed += pending.Size;
            (pending.Sent, pending.Ahead) = (Math.Max(1, time.GetTimestamp()), _owed);
        }
    }

    /// <summary>Nobody wants the answer any more.</summary>
    public void Cancel(int id, CancellationToken cancellation) => Complete(id, isGivenUp: true)?.Answer.TrySetCanceled(cancellation);

    /// <summary>Takes ownership of a response's bytes, or disposes them.</summary>
    public void Answer(BepMessage.Response response)
    {
        var pending = Complete(response.Id, isGivenUp: false);
        if (pending is not null || IsLate(response.Id))
            pace.OnAnswered(response.Data.Length, pending is { Sent: not 0 } ? time.GetElapsedTime(pending.Sent) : null);
        var isUsed = false;
        if (pending is null)
            isUsed = false;
        else if (response.Code != ErrorCode.NoError)
            pending.Answer.TrySetException(new RequestFailedException(Explain(response.Code)));
        else if (response.Data.Length != pending.Size)
            pending.Answer.TrySetException(new RequestFailedException($"It sent {response.Data.Length} bytes where {pending.Size} were requested."));
        else
            isUsed = pending.Answer.TrySetResult(response.Data);
        if (!isUsed)
            response.Data.Dispose();
    }

    /// <summary>Gives up what the device should have answered by now.</summary>
    /// <param name="silence">How long it has sent nothing at all.</param>
    /// <param name="answerBytes">Bytes of answers received on this connection, whole and partial.</param>
    public void Check(TimeSpan silence, long answerBytes)
    {
        var (timeout, rate) = (pace.SilenceTimeout, pace.Rate);
        TimeSpan oldest;
        List<KeyValuePair<int, Pending>> owed = [];
        lock (_lock)
        {
            if (answerBytes != _answerBytes)
                (_answerBytes, _answered) = (answerBytes, time.GetTimestamp());
            oldest = _pending.Values.Where(p => p.Sent != 0).Select(p => time.GetElapsedTime(p.Sent)).DefaultIfEmpty().Max();
            owed.AddRange(_pending.Where(p => p.Value.Sent != 0).OrderBy(p => p.Key));
        }
        var unanswered = Shorter(oldest, time.GetElapsedTime(_answered));
        if (Shorter(oldest, silence) >= timeout)
            GiveUpAll(Shorter(oldest, silence));
        else if (unanswered >= RequestPacing.MaxSilenceTimeout)
            GiveUpAll(unanswered);
        else
            GiveUp([.. owed.Where(p => IsOverdue(p.Value, rate, timeout)).Select(p => p.Key)], "It took too long to answer.", isSilence: false);
        pace.OnTick();
    }

    public void FailAll(string reason)
    {
        foreach (var id in Ids(_ => true))
            Complete(id, isGivenUp: false)?.Answer.TrySetException(new RequestFailedException($"The connection ended: {reason}"));
    }

    private bool IsOverdue(Pending pending, double rate, TimeSpan timeout) =>
        time.GetElapsedTime(pending.Sent) is var age && age > timeout && age > RequestPacing.Deadline(pending.Ahead, rate, timeout, pending.HasFaster());

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void GiveUpAll(TimeSpan silence)
    {
        var sent = Ids(p => p.Sent != 0);
        // Before the waiters look for another source.
        pace.OnSilent();
        GiveUp(sent, $"It has not answered for {silence.TotalSeconds:0} seconds.", isSilence: true);
    }

    private void GiveUp(List<int> ids, string reason, bool isSilence)
    {
        foreach (var id in ids)
            Complete(id, isGivenUp: true)?.Answer.TrySetException(new RequestFailedException(reason, isSilence));
    }

    private List<int> Ids(Func<Pending, bool> which)
    {
        lock (_lock)
            return [.. _pending.Where(p => which(p.Value)).Select(p => p.Key).Order()];
    }

    private bool IsLate(int id)
    {
        lock (_lock)
            return _givenUp.Remove(id);
    }

    private Pending? Complete(int id, bool isGivenUp)
    {
        lock (_lock)
        {
            if (!_pending.Remove(id, out var pending))
                return null;
            if (pending.Sent != 0)
                _owed -= pending.Size;
            if (isGivenUp && _givenUp.Count < MaxGivenUp)
                _givenUp.Add(id);
            return pending;
        }
    }

    private static string Explain(ErrorCode code) => code switch
    {
        ErrorCode.NoSuchFile => "It no longer has this version of the file.",
        ErrorCode.InvalidFile => "It refuses to send this file.",
        _ => "It could not read the file.",
    };

    private sealed class Pending(int size, Func<bool> hasFaster)
    {
        public int Size => size;

        public Func<bool> HasFaster => hasFaster;

        /// <summary>Timestamp; 0 until then.</summary>
        public long Sent { get; set; }

        /// <summary>Bytes that the device owed when it was sent, with its own.</summary>
        public long Ahead { get; set; }

        public TaskCompletionSource<PooledBytes> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
