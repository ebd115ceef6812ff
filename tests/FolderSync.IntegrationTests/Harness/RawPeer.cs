using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Network.Bandwidth;
using FolderSync.Network.Tcp;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>A paired peer that sends exactly what a test wants, over the real protocol.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly DeviceIdentity _identity = DeviceIdentity.Create();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Lock _lock = new();
    private readonly List<BepMessage> _received = [];
    private readonly BandwidthLimiter _sending = new(TimeProvider.System), _receiving = new(TimeProvider.System);
    private readonly CancellationTokenSource _deaf = new();
    private IBepConnection? _connection;
    private Task _reading = Task.CompletedTask;

    public DeviceId Id => _identity.DeviceId;

    /// <summary>Why the connection ended; null while it is alive.</summary>
    public string? Ended { get; private set; }

    /// <summary>Adds itself on the device, and connects.</summary>
    public async Task ConnectAsync(SyncDevice device, string name)
    {
        await device.Rest.PostAsync("config/devices", new System.Text.Json.Nodes.JsonObject { ["deviceID"] = Id.ToString(), ["name"] = name });
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        var stream = await new TlsTcpTransport(_identity).DialAsync(device.PeerAddress, device.Id, limit.Token);
        _connection = await Bep.OpenAsync(new ThrottledStream(stream.Stream, TimeProvider.System, [_sending], [_receiving]), new Hello(name, "raw", "v1", 0, 0), limit.Token);
        _connection.Compression = Compression.Always;
        _reading = ReceiveAsync(_connection);
    }

    /// <summary>Everything received so far.</summary>
    public IReadOnlyList<BepMessage> Received
    {
        get
        {
            lock (_lock)
                return [.. _received];
        }
    }

    /// <summary>KiB a second, in each direction.</summary>
    public void LimitTo(int rate) => _sending.RateKibPerSecond = _receiving.RateKibPerSecond = rate;

    /// <summary>From now on it reads nothing, and the system's buffers fill.</summary>
    public Task StopReadingAsync()
    {
        _deaf.Cancel();
        return _reading;
    }

    /// <summary>The first message of this kind, now or later.</summary>
    public async Task<T> ReceivedAsync<T>()
        where T : BepMessage
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        while (true)
        {
            if (Received.OfType<T>().FirstOrDefault() is { } message)
                return message;
            Assert.Null(Ended);
            await _arrived.WaitAsync(limit.Token);
        }
    }

    public async Task SendAsync(params BepMessage[] messages)
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        foreach (var message in messages)
            await _connection!.SendAsync(message, limit.Token);
        await _connection!.FlushAsync(limit.Token);
    }

    /// <summary>Waits until everything that was sent is processed: a request after it gets its error response when its turn has come.</summary>
    public async Task HeardAsync(int request)
    {
        await SendAsync(new BepMessage.Request(request, new FolderId("nothing"), FileName.Parse("nothing"), 0, 1, default, false, 0));
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        while (true)
        {
            lock (_lock)
            {
                if (_received.Any(m => m is BepMessage.Response r && r.Id == request))
                    return;
            }
            Assert.Null(Ended);
            await _arrived.WaitAsync(limit.Token);
        }
    }

    /// <summary>As in a ClusterConfig.</summary>
    public SharedFolder Shares(SyncDevice with, string id, string label) => new(new FolderId(id), label, FolderType.SendReceive, false,
    [
        new SharingDevice(Id, "raw", ["dynamic"], Compression.Metadata, "", 0, false, 7, false, default),
        new SharingDevice(with.Id, with.Name, ["dynamic"], Compression.Metadata, "", 0, false, 0, false, default),
    ]);

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        await _reading;
        _arrived.Dispose();
        _deaf.Dispose();
        _sending.Dispose();
        _receiving.Dispose();
    }

    private async Task ReceiveAsync(IBepConnection connection)
    {
        try
        {
            while (Ended is null)
            {
                var message = await connection.ReceiveAsync(_deaf.Token);
                lock (_lock)
                    _received.Add(message);
                if (message is BepMessage.Close close)
                    Ended = close.Reason;
                _arrived.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // It was told to read no more.
        }
        catch (Exception e) when (e is BepException or IOException or ObjectDisposedException)
        {
            Ended ??= e.Message;
            _arrived.Release();
        }
    }
}
