using System.Net;
using FolderSync.Core.Model;
using FolderSync.Network.Bandwidth;

namespace FolderSync.Network;

/// <summary>A TLS stream to a device that has proved its certificate. Whether that device is wanted isn't decided yet.</summary>
/// <param name="Remote">IP address and port, for display.</param>
/// <param name="Dialed">This side dialed.</param>
/// <param name="Crypto">Such as "TLS1.3-TLS_AES_128_GCM_SHA256".</param>
/// <param name="IsLan">True when the remote address is in a directly attached or private network.</param>
public sealed record AuthenticatedStream(Stream Stream, DeviceId Peer, string Remote, bool Dialed, string Crypto, bool IsLan) : IAsyncDisposable
{
    /// <summary>The other side's address; null when it has none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>A dialed connection that doesn't leave this computer.</summary>
    public bool IsThisComputer { get; init; }

    /// <summary>Null when there is none: in the simulator.</summary>
    public IConnectionPath? Path { get; init; }

    /// <summary>How long the other side keeps this side waiting; null while nobody measures it.</summary>
    public IStreamProgress? Progress { get; init; }

    /// <summary>An incoming connection's place until its Hello is read; null for others.</summary>
    public IIncomingSlot? Slot { get; init; }

    /// <summary>The type in Syncthing's API: tcp-client, tcp-server.</summary>
    public string Kind => Dialed ? "tcp-client" : "tcp-server";

    /// <summary>Never throws: the connection is over, whatever fails while closing it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Stream.DisposeAsync();
        }
        catch (Exception)
        {
            // Each kind of stream has its own ways to fail on a broken connection.
        }
        // Only now its memory is free.
        Slot?.Dispose();
    }
}

/// <summary>A connection could not be made. The message is for the user and says what to do if that is known.</summary>
public sealed class TransportException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A listening address.</summary>
public interface IPeerListener : IAsyncDisposable
{
    /// <summary>As bound, such as "tcp://0.0.0.0:22000".</summary>
    string Address { get; }

    /// <summary>The next stream whose handshake succeeded; failed handshakes never surface and never block others.</summary>
    Task<AuthenticatedStream> AcceptAsync(CancellationToken cancellation);
}

/// <summary>Makes authenticated streams. Production uses TLS over TCP; the simulator's are in memory.</summary>
public interface ITransport
{
    /// <param name="address">"tcp://host:port", port 0 for any; <see cref="TransportException"/> when it is taken.</param>
    /// <param name="admits">Called with every caller's address: a rejected caller is closed before a byte is sent. Thread-safe.</param>
    Task<IPeerListener> ListenAsync(string address, Func<IPAddress, bool> admits, CancellationToken cancellation);

    /// <summary>Dials and verifies that <paramref name="expected"/> answers.</summary>
    /// <param name="address">"tcp://host:port", "tcp4://", "tcp6://".</param>
    /// <param name="admits">Called with every resolved address: a rejected one isn't connected to. Thread-safe.</param>
    Task<AuthenticatedStream> DialAsync(string address, DeviceId expected, Func<IPAddress, bool> admits, CancellationToken cancellation);
}

/// <summary>Overloads without address restrictions.</summary>
public static class TransportExtensions
{
    public static Task<IPeerListener> ListenAsync(this ITransport transport, string address, CancellationToken cancellation) =>
        transport.ListenAsync(address, static _ => true, cancellation);

    public static Task<AuthenticatedStream> DialAsync(this ITransport transport, string address, DeviceId expected, CancellationToken cancellation) =>
        transport.DialAsync(address, expected, static _ => true, cancellation);
}
