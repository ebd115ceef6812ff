using System.Net;
using System.Net.Sockets;

namespace FolderSync.Platform;

/// <summary>An address of this computer that is reserved by listening on it.</summary>
public sealed class ReservedPort : IDisposable
{
    private const int Tries = 200;

    private ReservedPort(Socket socket) => Socket = socket;

    /// <summary>Bound and listening; whoever takes it over disposes it.</summary>
    public Socket Socket { get; }

    public int Port => ((IPEndPoint)Socket.LocalEndPoint!).Port;

    /// <summary>The port, or null and the reason why it can't be used.</summary>
    /// <param name="port">0 for any.</param>
    public static ReservedPort? TryReserve(IPAddress address, int port, out string? why)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // No ReuseAddress: on Unix .NET also sets SO_REUSEPORT, and two services would share the port.
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            why = null;
            return new ReservedPort(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            why = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"port {port} is taken by another program",
                SocketError.AccessDenied => $"port {port} requires permissions that this user doesn't have; ports from 1024 up don't",
                SocketError.AddressNotAvailable => $"{address} is not an address of this computer",
                _ => e.Message,
            };
            return null;
        }
    }

    /// <summary>The first free port after <paramref name="taken"/>; null if none is near.</summary>
    public static ReservedPort? ReserveNext(IPAddress address, int taken)
    {
        for (var port = taken + 1; port <= Math.Min(taken + Tries, ushort.MaxValue); port++)
        {
            if (TryReserve(address, port, out _) is { } free)
                return free;
        }
        return null;
    }

    public void Dispose() => Socket.Dispose();

    /// <summary>The address to listen on for a host part; null for a name that has none.</summary>
    /// <param name="host">A literal address, "localhost", "" or "0.0.0.0" or "::" for all, or a name.</param>
    public static IPAddress? Address(string host)
    {
        if (host is "" or "*")
            return IPAddress.Any;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return IPAddress.Loopback;
        if (IPAddress.TryParse(host, out var literal))
            return literal;
        try
        {
            return Dns.GetHostAddresses(host).FirstOrDefault();
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // Nobody has the name, or nobody can: it is too long for one.
            return null;
        }
    }
}
