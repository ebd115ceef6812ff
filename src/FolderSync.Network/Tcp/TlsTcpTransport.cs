using System.Net;
using System.Net.Sockets;
using FolderSync.Core.Model;
using FolderSync.Network.Tls;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FolderSync.Network.Tcp;

/// <summary>TLS 1.3 over TCP, the production transport.</summary>
public sealed class TlsTcpTransport : ITransport
{
    private readonly DeviceId _self;
    private readonly ITlsStack _tls;
    private readonly TimeProvider _clock;
    private readonly TlsTcpOptions _options;
    private readonly ILogger _logger;
    private readonly TcpDialer _dialer;
    private readonly LanAddresses _lan;

    /// <param name="stack">"sslstream", "bouncycastle" or null for <see cref="TlsStacks.Default"/>.</param>
    /// <exception cref="ArgumentException">There is no such stack, or it can't use this identity's key.</exception>
    public TlsTcpTransport(
        DeviceIdentity identity, string? stack = null, TimeProvider? clock = null, TlsTcpOptions? options = null, ILogger<TlsTcpTransport>? logger = null)
    {
        _self = identity.DeviceId;
        _tls = TlsStacks.Create(identity, stack);
        _clock = clock ?? TimeProvider.System;
        _options = options ?? new TlsTcpOptions();
        _logger = logger ?? NullLogger<TlsTcpTransport>.Instance;
        _dialer = new TcpDialer(_clock, _options);
        _lan = new LanAddresses(_clock);
    }

    /// <summary>"sslstream" or "bouncycastle".</summary>
    public string TlsStack => _tls.Name;

    /// <param name="address">
    /// "tcp://0.0.0.0:22000", "tcp://:22000" or "tcp://[::]:22000" for every address of both families, "tcp4://…" and "tcp6://…" for one
    /// family, "tcp://192.168.1.2:22000" for one address; port 0 for any free one.
    /// </param>
    /// <exception cref="TransportException">Explains what is wrong with the address, or which program may have the port.</exception>
    public async Task<IPeerListener> ListenAsync(string address, Func<IPAddress, bool> admits, CancellationToken cancellation)
    {
        var parsed = ParseSupported(address);
        cancellation.ThrowIfCancellationRequested();
        var endpoint = await LocalEndpointAsync(parsed, cancellation).ConfigureAwait(false);
        var socket = Bind(parsed, endpoint);
        var bound = parsed with { Port = ((IPEndPoint)socket.LocalEndPoint!).Port, Host = parsed.Host.Length == 0 ? endpoint.Address.ToString() : parsed.Host };
        return new TlsTcpListener(socket, bound.ToString(), _self, admits, _tls, _lan, _clock, _options, _logger);
    }

    /// <exception cref="TransportException">A sentence that explains why there is no connection.</exception>
    public async Task<AuthenticatedStream> DialAsync(string address, DeviceId expected, Func<IPAddress, bool> admits, CancellationToken cancellation)
    {
        var parsed = ParseSupported(address);
        if (parsed.IsWildcard || parsed.Port == 0)
            throw new TransportException($"{parsed} is an address to listen on, not one to dial. Name the other device's host and port.");

        var (socket, remote) = await _dialer.DialAsync(parsed, admits, cancellation).ConfigureAwait(false);
        var isThisComputer = IsThisComputer(socket, remote);
        var raw = new PeerSocketStream(socket);
        var session = await HandshakeAsync(raw, parsed, cancellation).ConfigureAwait(false);
        if (session.Peer != expected)
        {
            await session.Stream.DisposeAsync().ConfigureAwait(false);
            throw new TransportException(session.Peer == _self
                ? $"{parsed} is this device itself. Give the other device's address."
                : $"Device {session.Peer} answers at {parsed}, not {expected}. Is the address right, or did that device get a new identity?");
        }

        return new AuthenticatedStream(session.Stream, session.Peer, Show(remote), Dialed: true, session.Crypto, _lan.Contains(remote.Address))
        {
            Address = remote.Address,
            IsThisComputer = isThisComputer,
            Path = new TcpPath(raw),
        };
    }

    /// <summary>From its own address the system dials itself.</summary>
    private static bool IsThisComputer(Socket socket, IPEndPoint remote) =>
        IPAddress.IsLoopback(remote.Address) || (socket.LocalEndPoint as IPEndPoint)?.Address.MapToIPv6().Equals(remote.Address.MapToIPv6()) == true;

    /// <summary>Shows IPv4 addresses that arrive mapped into IPv6 as IPv4.</summary>
    internal static string Show(IPEndPoint remote) =>
        remote.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(remote.Address.MapToIPv4(), remote.Port).ToString() : remote.ToString();

    private async Task<TlsSession> HandshakeAsync(PeerSocketStream stream, PeerAddress address, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(_options.HandshakeTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await _tls.ClientAsync(stream, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransportException($"{address} accepts connections but doesn't answer the TLS handshake. Does another program listen there?", e);
        }
        catch (TransportException e)
        {
            throw new TransportException($"{address}: {e.Message}", e);
        }
    }

    private static PeerAddress ParseSupported(string address)
    {
        PeerAddress parsed;
        try
        {
            parsed = PeerAddress.Parse(address);
        }
        catch (FormatException e)
        {
            throw new TransportException(e.Message, e);
        }

        return parsed.IsSupported ? parsed : throw new TransportException($"{address}: {parsed.Scheme} addresses can't be used here, only tcp, tcp4 and tcp6.");
    }

    private static async Task<IPEndPoint> LocalEndpointAsync(PeerAddress address, CancellationToken cancellation)
    {
        // Plain tcp with a wildcard address means both families, as in Syncthing.
        if (address.IsWildcard)
        {
            var both = address.Family != AddressFamily.InterNetwork && Socket.OSSupportsIPv6;
            return new IPEndPoint(both ? IPAddress.IPv6Any : IPAddress.Any, address.Port);
        }

        if (IPAddress.TryParse(address.Host, out var literal))
            return new IPEndPoint(literal, address.Port);
        try
        {
            var found = await Dns.GetHostAddressesAsync(address.Host, address.Family, cancellation).ConfigureAwait(false);
            return new IPEndPoint(found[0], address.Port);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new TransportException($"Can't listen on {address}: the name \"{address.Host}\" has no address here.", e);
        }
    }

    private static Socket Bind(PeerAddress address, IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = address.IsWildcard && address.Family == AddressFamily.Unspecified;
            // Otherwise Windows lets a second program bind the same port.
            if (OperatingSystem.IsWindows())
                socket.ExclusiveAddressUse = true;
            socket.Bind(endpoint);
            socket.Listen(128);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new TransportException(SocketErrorText.Listening(e.SocketErrorCode, address.ToString(), address.Port), e);
        }
    }
}
