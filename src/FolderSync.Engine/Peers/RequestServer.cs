using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>
/// Answers one link's requests, several at once. An answer counts against the device's budget until it is written, so that nothing more is read from
/// disk for a device that doesn't read. Receiving never waits for it: a request is a small queued record.
/// </summary>
internal sealed class RequestServer(EngineParts parts, DeviceId peer, PeerLink link, Func<FolderId, IFolderEndpoint?> folders, SharedBudget.Account bytes)
{
    private const int AtOnce = 4;
    private const int MaxQueued = 16_384;
    private const int MaxRequestSize = 32 << 20;

    private readonly Channel<BepMessage.Request> _queue = Channel.CreateBounded<BepMessage.Request>(MaxQueued);

    /// <summary>Queues a request; throws when the peer floods.</summary>
    public void Enqueue(BepMessage.Request request)
    {
        if (!_queue.Writer.TryWrite(request))
            throw new BepException($"The other device requests more than {MaxQueued} blocks at once.", isViolation: true);
    }

    /// <summary>No more requests will come: the serving loops end.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    public Task RunAsync(string name) =>
        Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => parts.Supervisor.Start($"{name} serve {i}", ServeLoopAsync, link.Fail, link.Ended)));

    private async Task ServeLoopAsync()
    {
        try
        {
            // Ends with the queue and not by cancellation: a connection's end isn't exceptional.
            while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (_queue.Reader.TryRead(out var request) && !link.Ended.IsCancellationRequested)
                    await ServeAsync(request);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The link has ended.
        }
    }

    private async Task ServeAsync(BepMessage.Request request)
    {
        if (request.Size is < 0 or > MaxRequestSize || request.Offset < 0)
        {
            await link.SendAsync(new BepMessage.Response(request.Id, PooledBytes.Empty, ErrorCode.InvalidFile), link.Ended);
            return;
        }
        var grant = await bytes.AcquireAsync(request.Size, link.Ended);
        BepMessage.Response response;
        try
        {
            response = await ReadAsync(request);
        }
        catch
        {
            grant.Dispose();
            throw;
        }
        await link.RespondAsync(response, grant);
    }

    private async Task<BepMessage.Response> ReadAsync(BepMessage.Request request)
    {
        var (code, data) = folders(request.Folder) is { } folder ? await folder.ServeAsync(peer, request, link.Ended) : (ErrorCode.Generic, null);
        return new BepMessage.Response(request.Id, data ?? PooledBytes.Empty, code);
    }
}
