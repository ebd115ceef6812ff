using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Network.Tls;
using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Tcp;

/// <summary>Accepts TCP connections and runs the handshakes concurrently, so that a slow or hostile peer delays nobody.</summary>
internal sealed class TlsTcpListener : IPeerListener
{
    /// <summary>Streams that completed the handshake and wait for AcceptAsync; each waits only until its handshake's deadline.</summary>
    private const int ReadyCapacity = 64;

    private static readonly TimeSpan s_pauseAfterFault = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly DeviceId _self;
    private readonly Func<IPAddress, bool> _admits;
    private readonly ITlsStack _tls;
    private readonly LanAddresses _lan;
    private readonly TimeProvider _clock;
    private readonly TlsTcpOptions _options;
    private readonly ILogger _logger;
    private readonly ListenerLog _log;
    private readonly HandshakeSlots _slots;
    private readonly Channel<AuthenticatedStream> _ready = Channel.CreateBounded<AuthenticatedStream>(ReadyCapacity);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;

    public TlsTcpListener(
        Socket socket, string address, DeviceId self, Func<IPAddress, bool> admits, ITlsStack tls, LanAddresses lan, TimeProvider clock, TlsTcpOptions options, ILogger logger)
    {
        (_socket, Address, _self, _admits, _tls, _lan, _clock, _options, _logger) = (socket, address, self, admits, tls, lan, clock, options, logger);
        _log = new ListenerLog(logger, clock);
        _slots = new HandshakeSlots(options);
        _accepting = new RestartingLoop(clock).Start(AcceptLoopAsync, e => Log.AcceptBug(_logger, Address, e), _closing.Token);
    }

    public string Address { get; }

    public async Task<AuthenticatedStream> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            return await _ready.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException($"The listener at {Address} is closed.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        await _slots.WhenEmptyAsync().ConfigureAwait(false);
        _ready.Writer.TryComplete();
        while (_ready.Reader.TryRead(out var left))
            await left.DisposeAsync().ConfigureAwait(false);
        _log.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                Begin(await _socket.AcceptAsync(_closing.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || _closing.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // The peer left before it was accepted.
            }
            catch (SocketException e)
            {
                // Out of file descriptors or memory: accepting again at once would only spin.
                _log.AcceptFailed(Address, e.Message);
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(s_pauseAfterFault, _clock, _closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop sees the cancellation.
        }
    }

    private void Begin(Socket socket)
    {
        IPEndPoint remote;
        PeerSocketStream raw;
        try
        {
            remote = (IPEndPoint)socket.RemoteEndPoint!;
            TcpDialer.ConfigureSocket(socket);
            raw = new PeerSocketStream(socket);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // It left already.
            socket.Dispose();
            return;
        }

        if (!_admits(remote.Address))
        {
            _log.NotAdmitted(TlsTcpTransport.Show(remote));
            socket.Dispose();
            return;
        }

        var deadline = new CancellationTokenSource(_options.HandshakeTimeout, _clock);
        if (_slots.TryEnter(remote.Address, raw.Abort) is not { } slot)
        {
            _log.TooMany(TlsTcpTransport.Show(remote));
            deadline.Dispose();
            socket.Dispose();
            return;
        }

        slot.Run(() => HandshakeAsync(raw, remote, slot, deadline));
    }

    /// <summary>Owns stream and deadline; never throws. Closing the listener waits for the slots.</summary>
    private async Task HandshakeAsync(PeerSocketStream raw, IPEndPoint remote, HandshakeSlots.Slot slot, CancellationTokenSource deadline)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using (deadline)
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, slot.Evicted, _closing.Token))
                await WelcomeAsync(raw, remote, slot, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _log.HandshakeBroke(TlsTcpTransport.Show(remote), e);
        }
    }

    private async Task WelcomeAsync(PeerSocketStream raw, IPEndPoint remote, HandshakeSlots.Slot slot, CancellationToken cancellation)
    {
        AuthenticatedStream? stream = null;
        try
        {
            var session = await _tls.ServerAsync(raw, cancellation).ConfigureAwait(false);
            slot.Device = session.Peer;
            stream = new AuthenticatedStream(
                session.Stream, session.Peer, TlsTcpTransport.Show(remote), Dialed: false, session.Crypto, _lan.Contains(remote.Address))
            {
                Address = remote.Address,
                Path = new TcpPath(raw),
                Slot = slot,
            };
            if (session.Peer == _self)
            {
                _log.Ourselves(stream.Remote);
                return;
            }

            await _ready.Writer.WriteAsync(stream, cancellation).ConfigureAwait(false);
            stream = null;
            slot.HandOver();
        }
        catch (Exception e) when (e is TransportException or OperationCanceledException or ChannelClosedException || slot.Evicted.IsCancellationRequested)
        {
            _log.HandshakeFailed(
                TlsTcpTransport.Show(remote), slot.Evicted.IsCancellationRequested ? "dropped for a newer one" : e is OperationCanceledException ? "timed out" : e.Message);
        }
        catch (Exception e)
        {
            // A fault of the TLS implementation caused by this peer's bytes must not end the listener.
            _log.HandshakeBroke(TlsTcpTransport.Show(remote), e);
        }
        finally
        {
            if (!slot.IsHandedOver)
                slot.MarkEnding();
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
        }
    }
}
