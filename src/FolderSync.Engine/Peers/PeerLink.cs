using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>A request that a peer answered with an error code, or not at all.</summary>
internal sealed class RequestFailedException(string message) : Exception(message);

/// <summary>
/// One connection of a peer: a send loop, a receive loop and a ticker, each on its own context. Sending never waits for receiving and the
/// other way round, so two full directions can't lock each other.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(120);
    /// <summary>A path that is in doubt has this long to carry a ping there and its acknowledgement back.</summary>
    private static readonly TimeSpan DoubtFor = TimeSpan.FromSeconds(2);

    /// <summary>Unanswered this long, a path that was in doubt carries nothing.</summary>
    private static readonly TimeSpan LostAfterDoubt = TimeSpan.FromSeconds(1.5);

    /// <summary>Unanswered this long, it carries nothing though nobody doubted it.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(30);

    private readonly EngineParts _parts;
    private readonly AuthenticatedStream _stream;
    private readonly IBepConnection _connection;
    private readonly CancellationTokenSource _ended = new();
    private readonly Wakeup _sendWake;
    private readonly Wakeup _tickWake;
    private readonly Channel<BepMessage> _urgent = Channel.CreateUnbounded<BepMessage>();
    private readonly Channel<BepMessage> _bulk = Channel.CreateBounded<BepMessage>(8);
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Pending> _pending = [];
    private readonly List<Task> _followed = [];
    private int _nextRequest;
    private long _outstanding;
    private long _lastReceived;
    private long _lastSent;
    private readonly long _begun;
    private string? _reason;
    private long _doubted;

    public PeerLink(EngineParts parts, AuthenticatedStream stream, IBepConnection connection)
    {
        (_parts, _stream, _connection) = (parts, stream, connection);
        _sendWake = new Wakeup(parts.Time);
        _tickWake = new Wakeup(parts.Time);
        Ended = _ended.Token;
        Since = parts.Time.GetUtcNow();
        _begun = _lastReceived = _lastSent = parts.Time.GetTimestamp();
    }

    public DateTimeOffset Since { get; }

    /// <summary>How long it has been there, whatever was done to the clock meanwhile.</summary>
    public TimeSpan Age => _parts.Time.GetElapsedTime(_begun);

    public AuthenticatedStream Stream => _stream;

    /// <summary>The peer has said what it shares, which comes before all else.</summary>
    public bool IsIntroduced { get; set; }

    public IBepConnection Connection => _connection;

    /// <summary>Cancelled when the link is at its end. Whoever still holds the link may read it at any time, also after its disposal.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Bytes asked for and not yet answered.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    /// <summary>Why it ended.</summary>
    public string Reason => _reason ?? "closed";

    /// <summary>It ended for a path that was in doubt: dialing anew is worth a try at once.</summary>
    public bool WasDoubted { get; private set; }

    /// <summary>The network changed, or time passed unseen: finds out quickly whether the other device is still there.</summary>
    public void Doubt()
    {
        Volatile.Write(ref _doubted, Math.Max(1, _parts.Time.GetTimestamp()));
        Post(new BepMessage.Ping());
        _tickWake.Set();
    }

    /// <summary>Runs until the connection ends, for whatever reason, and never throws.</summary>
    /// <param name="onMessage">Called for everything but responses and pings, in order; its exceptions end the link.</param>
    public async Task RunAsync(string name, Func<BepMessage, Task> onMessage)
    {
        var sending = Start(name + " send", SendLoopAsync);
        var receiving = Start(name + " receive", () => ReceiveAsync(onMessage));
        var ticking = Start(name + " tick", TickLoopAsync);
        await Task.WhenAll(sending, receiving, ticking);
        FailPending();
        _sendWake.Dispose();
        _tickWake.Dispose();
    }

    /// <summary>A loop that works for this link failed for a reason nobody expected: the link ends, and is made anew.</summary>
    public void Fail(Exception e)
    {
        Interlocked.CompareExchange(ref _reason, $"An error in FolderSync: {e.GetType().Name}: {e.Message}", null);
        Fault = e;
        End();
    }

    /// <summary>Work that ends with the link, and is waited for at its end.</summary>
    public void Follow(Task work)
    {
        lock (_lock)
        {
            _followed.RemoveAll(w => w.IsCompleted);
            _followed.Add(work);
        }
    }

    /// <summary>What <see cref="Fail"/> was called with last.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Ends the link; the peer is told the reason where it still listens.</summary>
    public void Close(string reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
            return;
        _urgent.Writer.TryWrite(new BepMessage.Close(reason));
        _urgent.Writer.TryComplete();
        _sendWake.Set();
        // The send loop ends the link once the Close is out; a peer that does not read must not hold us.
        _ = new CloseDeadline(_parts.Time, _ended);
    }

    /// <summary>Small messages, before all others. Lost when the link ends.</summary>
    public void Post(BepMessage message)
    {
        if (_urgent.Writer.TryWrite(message))
            _sendWake.Set();
    }

    /// <summary>Responses and indexes: waits while the line is busy.</summary>
    public async ValueTask SendAsync(BepMessage message, CancellationToken cancellation)
    {
        await _bulk.Writer.WriteAsync(message, cancellation);
        _sendWake.Set();
    }

    /// <summary>Asks for a block. The caller disposes the bytes.</summary>
    public async Task<PooledBytes> RequestAsync(FolderId folder, FileName name, Block block, bool fromTemporary, CancellationToken cancellation)
    {
        var pending = new Pending(block.Size, _parts.Time.GetTimestamp());
        int id;
        lock (_lock)
        {
            Ended.ThrowIfCancellationRequested();
            do
                id = _nextRequest = (_nextRequest + 1) & int.MaxValue;
            while (!_pending.TryAdd(id, pending));
        }
        Interlocked.Add(ref _outstanding, block.Size);
        Post(new BepMessage.Request(id, folder, name, block.Offset, block.Size, block.Hash, fromTemporary, block.Index));
        await using (cancellation.Register(() => Complete(id, p => p.Answer.TrySetCanceled(cancellation))))
            return await pending.Answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        End();
        // Also where the loops never began: whoever asked for a block is not to wait for them.
        FailPending();
        List<Task> followed;
        lock (_lock)
            followed = [.. _followed];
        foreach (var work in followed)
            await work;
        await _stream.DisposeAsync();
    }

    private Task Start(string name, Func<Task> loop) => _parts.Supervisor.Start(name, () => GuardAsync(loop), Fail, Ended);

    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop();
        }
        catch (Exception e) when (e is BepException or IOException or ObjectDisposedException or ChannelClosedException)
        {
            Interlocked.CompareExchange(ref _reason, e.Message, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Its reason stands before the other loops see the end.
            Fail(e);
            throw;
        }
        finally
        {
            End();
        }
    }

    /// <summary>The stream is closed when all loops have ended: SSL_shutdown must not run concurrently with SSL_read or SSL_write.</summary>
    private void End()
    {
        _bulk.Writer.TryComplete();
        _ended.Cancel();
        _sendWake.Set();
        _tickWake.Set();
    }

    private async Task SendLoopAsync()
    {
        while (true)
        {
            while (_urgent.Reader.TryRead(out var message) || _bulk.Reader.TryRead(out message))
            {
                await _connection.SendAsync(message, Ended);
                if (message is BepMessage.Response response)
                    response.Data.Dispose();
                if (message is BepMessage.Close)
                {
                    await _connection.FlushAsync(Ended);
                    return;
                }
            }
            await _connection.FlushAsync(Ended);
            Volatile.Write(ref _lastSent, _parts.Time.GetTimestamp());
            await _sendWake.WaitUntilAsync(Deadline.Never, CancellationToken.None);
            if (Ended.IsCancellationRequested)
                return;
        }
    }

    /// <summary>Receives until the end; a peer that broke a rule, or is to begin anew, is told why.</summary>
    private async Task ReceiveAsync(Func<BepMessage, Task> onMessage)
    {
        var isHandling = false;
        try
        {
            await ReceiveLoopAsync(async message =>
            {
                isHandling = true;
                await onMessage(message);
                isHandling = false;
            });
        }
        catch (BepException e) when (e.IsViolation || isHandling)
        {
            Close(e.Message);
            // The send loop says it and ends the link, or the deadline does.
            await new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously).OrCancelled(Ended);
        }
    }

    private async Task ReceiveLoopAsync(Func<BepMessage, Task> onMessage)
    {
        while (true)
        {
            var message = await _connection.ReceiveAsync(Ended);
            Volatile.Write(ref _lastReceived, _parts.Time.GetTimestamp());
            switch (message)
            {
                case BepMessage.Response response:
                    Answer(response);
                    break;
                case BepMessage.Ping:
                    break;
                case BepMessage.Close close:
                    throw new BepException($"The other device closed the connection: {close.Reason}");
                default:
                    await onMessage(message);
                    break;
            }
        }
    }

    private async Task TickLoopAsync()
    {
        while (true)
        {
            var isDoubted = Volatile.Read(ref _doubted) != 0;
            await _tickWake.WaitUntilAsync(Deadline.In(isDoubted ? DoubtFor : Tick, _parts.Time), CancellationToken.None);
            if (Ended.IsCancellationRequested)
                return;
            CheckPath();
            if (_parts.Time.GetElapsedTime(Volatile.Read(ref _lastReceived)) > DeadAfter)
                throw new BepException("Nothing was heard of the other device for 5 minutes.");
            if (_parts.Time.GetElapsedTime(Volatile.Read(ref _lastSent)) > PingAfter)
                Post(new BepMessage.Ping());
            FailOverdue();
        }
    }

    private void CheckPath()
    {
        var doubted = Volatile.Read(ref _doubted);
        if (_stream.Path is not { } path)
            return;
        var isLost = path.Unanswered > (doubted == 0 ? LostAfter : LostAfterDoubt) || (doubted != 0 && path.HasLostItsAddress);
        if (isLost)
        {
            WasDoubted = true;
            const string Why = "The network no longer carries the connection.";
            Interlocked.CompareExchange(ref _reason, Why, null);
            path.Abort();
            throw new BepException(Why);
        }
        if (doubted != 0 && _parts.Time.GetElapsedTime(doubted) >= DoubtFor)
            Interlocked.CompareExchange(ref _doubted, 0, doubted);
    }

    private void Answer(BepMessage.Response response)
    {
        var isUsed = false;
        Complete(response.Id, p =>
        {
            if (response.Code != ErrorCode.NoError)
                p.Answer.TrySetException(new RequestFailedException(Explain(response.Code)));
            else if (response.Data.Length != p.Size)
                p.Answer.TrySetException(new RequestFailedException($"It sent {response.Data.Length} bytes where {p.Size} were asked for."));
            else
                isUsed = p.Answer.TrySetResult(response.Data);
        });
        if (!isUsed)
            response.Data.Dispose();
    }

    private bool Complete(int id, Action<Pending> how)
    {
        Pending? pending;
        lock (_lock)
        {
            if (!_pending.Remove(id, out pending))
                return false;
        }
        Interlocked.Add(ref _outstanding, -pending.Size);
        how(pending);
        return true;
    }

    private void FailOverdue()
    {
        List<int> overdue;
        lock (_lock)
            overdue = [.. _pending.Where(p => _parts.Time.GetElapsedTime(p.Value.Asked) > AnswerWithin).Select(p => p.Key)];
        foreach (var id in overdue)
            Complete(id, p => p.Answer.TrySetException(new RequestFailedException("It did not answer within two minutes.")));
    }

    private void FailPending()
    {
        List<int> all;
        lock (_lock)
            all = [.. _pending.Keys];
        foreach (var id in all)
            Complete(id, p => p.Answer.TrySetException(new RequestFailedException($"The connection ended: {Reason}")));
    }

    private static string Explain(ErrorCode code) => code switch
    {
        ErrorCode.NoSuchFile => "It no longer has this version of the file.",
        ErrorCode.InvalidFile => "It refuses to give this file.",
        _ => "It could not read the file.",
    };

    private sealed record Pending(int Size, long Asked)
    {
        public TaskCompletionSource<PooledBytes> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class CloseDeadline
    {
        private readonly ITimer _timer;

#pragma warning disable RS0030 // Nobody looks at the clock when it rings.
        public CloseDeadline(TimeProvider time, CancellationTokenSource ended) => _timer = time.CreateTimer(
            _ =>
            {
                _timer?.Dispose();
                ended.Cancel();
            },
            null,
            TimeSpan.FromSeconds(5),
            Timeout.InfiniteTimeSpan);
#pragma warning restore RS0030
    }
}
