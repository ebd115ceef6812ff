using System.Net;
using System.Net.Sockets;

namespace FolderSync.Testing;

/// <summary>Accepts connections and resets each at once, so that dialers may find theirs gone as soon as it is established.</summary>
internal sealed class ResettingListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Thread _accepting;

    public ResettingListener()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen();
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        // Uses its own thread, so that the reset comes as fast as possible.
        _accepting = new Thread(Accept);
        _accepting.Start();
    }

    public int Port { get; }

    public void Dispose()
    {
        _socket.Dispose();
        _accepting.Join();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                using var accepted = _socket.Accept();
                accepted.LingerState = new LingerOption(true, 0);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
