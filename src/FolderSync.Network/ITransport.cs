using System.Net;
using FolderSync.Core.Model;

namespace FolderSync.Network;

/// <summary>A TLS stream to a device whose certificate was shown; nothing is said yet whether it is a wanted one.</summary>
/// <param name="Remote">IP address and port, for a person.</param>
/// <param name="Dialed">This side dialed.</param>
/// <param name="Crypto">Such as "TLS1.3-TLS_AES_128_GCM_SHA256".</param>
/// <param name="IsLan">The remote address is of a directly attached or private network.</param>
public sealed record AuthenticatedStream(Stream Stream, DeviceId Peer, string Remote, bool Dialed, string Crypto, bool IsLan) : IAsyncDisposable
{
    /// <summary>The other side's; null where it has none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Null where there is none to ask: the simulator's.</summary>
    public IConnectionPath? Path { get; init; }

    /// <summary>As Syncthing's API names it: tcp-client, tcp-server.</summary>
    public string Kind => Dialed ? "tcp-client" : "tcp-server";

    /// <summary>Never throws: it is over, whatever goes wrong in the farewell.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Stream.DisposeAsync();
        }
        catch (Exception)
        {
            // A half-broken line fails in ways that each kind of stream has for itself.
        }
    }
}

/// <summary>A connection could not be made; the message is fit for a person and says what to do where that is known.</summary>
public sealed class TransportException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A listening address.</summary>
public interface IPeerListener : IAsyncDisposable
{
    /// <summary>As bound, such as "tcp://0.0.0.0:22000".</summary>
    string Address { get; }

    /// <summary>The next stream whose handshake succeeded; failed handshakes never surface and never block others.</summary>
    Task<AuthenticatedStream> AcceptAsync(CancellationToken cancellation);
}

/// <summary>Makes authenticated streams. The production one is TLS over TCP; the simulator's is in memory.</summary>
public interface ITransport
{
    /// <param name="address">"tcp://host:port", port 0 for any; <see cref="TransportException"/> says when it is taken.</param>
    /// <param name="admits">Asked of every caller's address: one that it denies is closed before a byte is sent. Thread-safe.</param>
    Task<IPeerListener> ListenAsync(string address, Func<IPAddress, bool> admits, CancellationToken cancellation);

    /// <summary>Dials and checks that it is <paramref name="expected"/> who answers.</summary>
    /// <param name="address">"tcp://host:port", "tcp4://", "tcp6://".</param>
    /// <param name="admits">Asked of every address that the host's name stands for: one that it denies is not connected to. Thread-safe.</param>
    Task<AuthenticatedStream> DialAsync(string address, DeviceId expected, Func<IPAddress, bool> admits, CancellationToken cancellation);
}

/// <summary>Without restricting addresses.</summary>
public static class TransportExtensions
{
    public static Task<IPeerListener> ListenAsync(this ITransport transport, string address, CancellationToken cancellation) =>
        transport.ListenAsync(address, static _ => true, cancellation);

    public static Task<AuthenticatedStream> DialAsync(this ITransport transport, string address, DeviceId expected, CancellationToken cancellation) =>
        transport.DialAsync(address, expected, static _ => true, cancellation);
}
