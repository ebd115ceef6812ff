using System.Net;
using System.Net.Sockets;

namespace FolderSync.Host.Service;

/// <summary>Whether an address can be listened on, and the next port where it can.</summary>
internal static class FreePort
{
    private const int Tries = 200;

    /// <summary>Null when it is free, else why it can't be listened on.</summary>
    public static string? WhyNot(IPAddress address, int port)
    {
        Listen(address, port, out var why)?.Dispose();
        return why;
    }

    /// <summary>A socket that listens there already, so that nobody else takes the port; null, and why, where that can't be.</summary>
    public static Socket? Listen(IPAddress address, int port, out string? why)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!OperatingSystem.IsWindows())
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            why = null;
            return socket;
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
    public static int? After(IPAddress address, int taken)
    {
        using var socket = ListenAfter(address, taken);
        return (socket?.LocalEndPoint as IPEndPoint)?.Port;
    }

    /// <summary>A socket that listens on the first free port behind <paramref name="taken"/>; null if none is near.</summary>
    public static Socket? ListenAfter(IPAddress address, int taken)
    {
        for (var port = taken + 1; port <= Math.Min(taken + Tries, ushort.MaxValue); port++)
        {
            if (Listen(address, port, out _) is { } socket)
                return socket;
        }
        return null;
    }

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
        catch (SocketException)
        {
            return null;
        }
    }
}
