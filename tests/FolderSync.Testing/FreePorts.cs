using System.Net;
using System.Net.Sockets;

namespace FolderSync.Testing;

/// <summary>
/// Free ports, handed out in turn, so that none repeats until thousands of others were used. They are below the system's ephemeral ports (Linux:
/// from 32768), which any outgoing connection could take before the listener starts.
/// </summary>
internal static class FreePorts
{
    private const int First = 23_000;
    private const int Count = 9_000;

    private static readonly Lock Gate = new();
    // Starts at a different port in each process: another run's ports may still be closing.
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
