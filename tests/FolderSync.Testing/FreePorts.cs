using System.Net;
using System.Net.Sockets;

namespace FolderSync.Testing;

/// <summary>
/// Ports that nothing listens on, handed out in turn, so that none comes twice until thousands of others have. They lie below those that
/// systems give to outgoing connections
/// (Linux: from 32768): one of those could be taken by any connection between this answer and the listener's start.
/// </summary>
internal static class FreePorts
{
    private const int First = 23_000;
    private const int Count = 9_000;

    private static readonly Lock Gate = new();
    // Not always the same ones: another run's may still be closing.
    private static int s_next = Environment.ProcessId % Count;

    public static int Next()
    {
        lock (Gate)
        {
            for (var tries = 0; tries < Count; tries++)
            {
                var port = First + (s_next++ % Count);
                if (IsFree(port))
                    return port;
            }
            throw new InvalidOperationException($"None of the {Count} ports from {First} is free.");
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
