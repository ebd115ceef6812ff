using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>
/// One connection of a peer: a send loop, a receive loop and a ticker, each on its own context. Sending and receiving never wait for each other, so
/// two busy directions can't deadlock.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private readonly EngineParts _parts;
    private readonly CancellationTokenSource _ended = new();
    private readonly SendQueue _queue;
    private readonly Wakeup _tickWake;
    private readonly PendingRequests _requests;
    private readonly LinkLiveness _liveness;
    private readonly Lock _lock = new();
    private readonly List<Task> _owned = [];

    public PeerLink(EngineParts parts, AuthenticatedStream stream, IBepConnection connection, PeerPace pace)
    {
        (_parts, Stream, Connection) = (parts, stream, connection);
        _queue = new SendQueue(parts.Time);
        _tickWake = new Wakeup(parts.Time);
        _requests = new PendingRequests(parts.Time, pace);
        _liveness = new LinkLiveness(parts.Time, stream);
        Ended = _ended.Token;
        Since = parts.Time.GetUtcNow();
    }

    public DateTimeOffset Since { get; }

    /// <summary>Its age on the monotonic clock.</summary>
    public TimeSpan Age => _liveness.Age;

    public AuthenticatedStream Stream { get; }

    /// <summary>True once the peer has sent its ClusterConfig, which precedes everything else.</summary>
    public bool IsIntroduced { get; set; }

    public IBepConnection Connection { get; }

    /// <summary>Cancelled when the link ends. It may be read at any time, even after disposal.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Why it ended.</summary>
    public string Reason => HowItEnded.Reason ?? "closed";

    public LinkEnd HowItEnded { get; } = new();

    /// <summary>It ended because the network stopped carrying it: dialing at once is worthwhile.</summary>
    public bool IsSuspect => _liveness.IsLost;

    /// <summary>The network changed, or the computer slept: finds out quickly whether the other device still responds.</summary>
    public void ProbeLiveness()
    {
        _liveness.Suspect();
        Post(new BepMessage.Ping());
        _tickWake.Set();
    }

    /// <summary>Runs until the connection ends for any reason, and never throws.</summary>
    /// <param name="onMessage">Called for everything except responses and pings, in order; its exceptions end the link.</param>
    public async Task RunAsync(string name, Func<BepMessage, Task> onMessage)
    {
        var sending = Start(name + " send", SendLoopAsync);
        var receiving = Start(name + " receive", () => ReceiveAsync(onMessage));
        var ticking = Start(name + " tick", TickLoopAsync);
        await Task.WhenAll(sending, receiving, ticking);
        _requests.FailAll(Reason);
        _queue.Dispose();
        _tickWake.Dispose();
    }

    /// <summary>A loop of this link failed unexpectedly: the link ends and is re-established.</summary>
    public void Fail(Exception e)
    {
        HowItEnded.TrySetReason($"An error in FolderSync: {e.GetType().Name}: {e.Message}");
        HowItEnded.Fault = e;
        End();
    }

    /// <summary>A loop that ends with the link and is awaited at its end.</summary>
    public void Own(Task loop)
    {
        lock (_lock)
        {
            _owned.RemoveAll(w => w.IsCompleted);
            _owned.Add(loop);
        }
    }

    /// <summary>How many connections with the peer were made or tried before; null while others were under way.</summary>
    public int? GreetingsBefore { get; init; }

    /// <summary>Ends the link and sends the peer the reason if it still listens.</summary>
    public void Close(string reason)
    {
        if (!HowItEnded.TrySetReason(reason))
            return;
        if (_queue.IsBeforeIntroduction)
        {
            // A peer takes no other message for the first one, not even this.
            End();
            return;
        }
        _queue.PostLast(new BepMessage.Close(reason));
        // The send loop ends the link once the Close is sent; a peer that doesn't read must not delay us.
        _ = new CloseDeadline(_parts.Time, _ended);
    }

    /// <summary>Ends the link, since a newer one replaces it. It waits a moment for the peer to close its end, which a dead path doesn't carry.</summary>
    public void CloseReplaced()
    {
        HowItEnded.IsReplaced = true;
        Close(LinkContention.Replaced);
        _requests.FailAll(Reason);
    }

    /// <summary>The first message. Whatever is posted or requested before it, such as a ping when the network changed, waits for it.</summary>
    public void Introduce(BepMessage.ClusterConfig config) => _queue.Introduce(config);

    /// <summary>Small messages, sent before all others. Dropped when the link ends.</summary>
    public void Post(BepMessage message) => _queue.Post(message);

    /// <summary>Indexes: waits while the line is busy.</summary>
    public ValueTask SendAsync(BepMessage message, CancellationToken cancellation) => _queue.SendAsync(new Outgoing(message), cancellation);

    /// <summary>Responses: waits while the line is busy. The data is disposed once it is written.</summary>
    /// <param name="budget">Disposed when it is written, or will never be.</param>
    public async Task RespondAsync(BepMessage.Response response, IDisposable budget)
    {
        try
        {
            await _queue.SendAsync(new Outgoing(response, budget), Ended);
        }
        catch
        {
            budget.Dispose();
            throw;
        }
    }

    /// <summary>Requests a block. The caller disposes the bytes.</summary>
    /// <param name="hasFaster">A much faster device has the block, too.</param>
    public async Task<PooledBytes> RequestAsync(FolderId folder, FileName name, Block block, bool fromTemporary, Func<bool> hasFaster, CancellationToken cancellation)
    {
        var (id, answer) = _requests.Add(block.Size, hasFaster, Ended);
        Post(new BepMessage.Request(id, folder, name, block.Offset, block.Size, block.Hash, fromTemporary, block.Index));
        await using (cancellation.Register(() => _requests.Cancel(id, cancellation)))
            return await answer;
    }

    public async ValueTask DisposeAsync()
    {
        End();
        // Even if the loops never started: nobody may wait for blocks any more.
        _requests.FailAll(Reason);
        List<Task> owned;
        lock (_lock)
            owned = [.. _owned];
        foreach (var loop in owned)
            await loop;
        await Stream.DisposeAsync();
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
            HowItEnded.TrySetReason(e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Set the reason before the other loops notice the end.
            Fail(e);
            throw;
        }
        finally
        {
            End();
        }
    }

    /// <summary>Closes the stream once all loops have ended: SSL_shutdown must not run concurrently with SSL_read or SSL_write.</summary>
    private void End()
    {
        _ended.Cancel();
        _queue.End();
        _tickWake.Set();
    }

    private async Task SendLoopAsync()
    {
        while (true)
        {
            while (_queue.TryTake(out var outgoing))
            {
                await SendAsync(outgoing);
                if (outgoing.Message is BepMessage.Close)
                {
                    await Connection.FlushAsync(Ended);
                    if (HowItEnded.IsReplaced)
                        await EndedAsync();
                    return;
                }
            }
            await Connection.FlushAsync(Ended);
            _liveness.OnSent();
            await _queue.WaitAsync();
            if (Ended.IsCancellationRequested)
                return;
        }
    }

    private async Task SendAsync(Outgoing outgoing)
    {
        try
        {
            await Connection.SendAsync(outgoing.Message, Ended);
            if (outgoing.Message is BepMessage.Request request)
                _requests.OnSent(request.Id);
            else if (outgoing.Message is BepMessage.Response response)
                response.Data.Dispose();
        }
        finally
        {
            outgoing.Budget?.Dispose();
        }
    }

    /// <summary>Receives until the end. Sends the reason to a peer that broke a rule or has to start over.</summary>
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
            // Either the send loop sends it and ends the link, or the deadline does.
            await EndedAsync();
        }
        catch (BepException e) when (e.IsClosedByPeer && HowItEnded.IsReplaced)
        {
            HowItEnded.WasReplacedAlive = true;
            throw;
        }
    }

    private Task EndedAsync() => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously).OrCancelled(Ended);

    private async Task ReceiveLoopAsync(Func<BepMessage, Task> onMessage)
    {
        while (true)
        {
            var message = await Connection.ReceiveAsync(Ended);
            _liveness.OnReceived();
            switch (message)
            {
                case BepMessage.Response response:
                    _requests.Answer(response);
                    break;
                case BepMessage.Ping:
                    break;
                case BepMessage.Close close:
                    HowItEnded.PeerReason = close.Reason;
                    throw new BepException($"The other device closed the connection: {close.Reason}");
                case var _ when HowItEnded.IsReplaced:
                    // The newer connection has the index and the requests now.
                    break;
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
            await _tickWake.WaitUntilAsync(Deadline.In(_liveness.UntilCheck, _parts.Time), CancellationToken.None);
            if (Ended.IsCancellationRequested)
                return;
            if (_liveness.Check() is { } why)
            {
                // Before the path is aborted, which makes the other loops fail with a less useful reason.
                HowItEnded.TrySetReason(why);
                if (_liveness.IsLost || _liveness.IsStuck)
                    Stream.Path?.Abort();
                throw new BepException(why);
            }
            if (_liveness.NeedsPing)
                Post(new BepMessage.Ping());
            _requests.Check(_liveness.Silence, Connection.AnswerBytesReceived);
        }
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
