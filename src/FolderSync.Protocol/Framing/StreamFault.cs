using System.Net.Sockets;
using System.Security.Authentication;

namespace FolderSync.Protocol.Framing;

/// <summary>Turns a stream's exceptions into reasons for the user.</summary>
internal static class StreamFault
{
    /// <summary>True for connection failures and cancellation, false for bugs.</summary>
    public static bool IsFault(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException
            or InvalidOperationException;

    /// <summary>The exception to throw instead: cancellation if it was requested, otherwise a <see cref="BepException"/>.</summary>
    public static Exception Translate(Exception e, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return e as OperationCanceledException ?? new OperationCanceledException(cancellation);
        return new BepException(Reason(e), inner: e);
    }

    private static string Reason(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket)
                return Reason(socket);
        }
        return e is ObjectDisposedException or OperationCanceledException
            ? "The connection was closed on this side."
            : $"The connection failed: {e.Message}";
    }

    private static string Reason(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionReset => "The connection was reset by the other device.",
        SocketError.ConnectionAborted or SocketError.Shutdown => "The connection was cut off.",
        SocketError.TimedOut => "The other device does not answer any more; the network may be down.",
        SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.HostDown =>
            "The other device can't be reached over the network any more.",
        SocketError.OperationAborted => "The connection was closed on this side.",
        _ => $"The connection failed: {e.Message}",
    };
}
