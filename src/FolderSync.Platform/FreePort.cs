using System.Net;
using System.Net.Sockets;

namespace FolderSync.Platform;

/// <summary>An address of this computer that is held by listening on it, so that nobody else gets it in between.</summary>
public sealed class FreePort : IDisposable
{
    private const int Tries = 200;

    private FreePort(Socket socket) => Socket = socket;

    /// <summary>Bound and listening; whoever takes it over disposes it.</summary>
    public Socket Socket { get; }

    public int Port => ((IPEndPoint)Socket.LocalEndPoint!).Port;

    /// <summary>The port, or null and why it can't be listened on.</summary>
    /// <param name="port">0 for any.</param>
    public static FreePort? TryTake(IPAddress address, int port, out string? why)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Not ReuseAddress: on Unix .NET makes it SO_REUSEPORT too, and two services would share the port.
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            why = null;
            return new FreePort(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            why = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"port {port} is taken by another program",
                SocketError.AccessDenied => $"port {port} needs more rights than this user has; ports from 1024 up don't",
                SocketError.AddressNotAvailable => $"{address} is not an address of this computer",
                _ => e.Message,
            };
            return null;
        }
    }

    /// <summary>The first free port behind <paramref name="taken"/>; null if none is near.</summary>
    public static FreePort? TakeAfter(IPAddress address, int taken)
    {
        for (var port = taken + 1; port <= Math.Min(taken + Tries, ushort.MaxValue); port++)
        {
            if (TryTake(address, port, out _) is { } free)
                return free;
        }
        return null;
    }

    public void Dispose() => Socket.Dispose();

    /// <summary>The address that a host part means for listening; null for a name that has none.</summary>
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
