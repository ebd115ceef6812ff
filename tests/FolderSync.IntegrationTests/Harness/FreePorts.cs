using System.Net;
using System.Net.Sockets;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>
/// Ports that nothing listens on, each handed out once in this process. They lie below those that systems give to outgoing connections
/// (Linux: from 32768): one of those could be taken by any connection between this answer and the listener's start.
/// </summary>
internal static class FreePorts
{
    private const int First = 23_000;
    private const int Last = 32_000;

    private static readonly Lock Gate = new();
    private static int s_next = First + (Environment.ProcessId * 61 % (Last - First));

    public static int Next()
    {
        lock (Gate)
        {
            for (var tries = First; tries < Last; tries++)
            {
                var port = s_next++;
                if (s_next > Last)
                    s_next = First;
                if (IsFree(port))
                    return port;
            }
            throw new InvalidOperationException($"No port from {First} to {Last} is free.");
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
