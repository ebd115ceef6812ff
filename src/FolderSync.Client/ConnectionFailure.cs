using System.Net.Sockets;

namespace FolderSync.Client;

/// <summary>Tells a failed connection by what the runtime's HTTP client throws.</summary>
/// <remarks>
/// <see cref="HttpRequestException"/> is the documented kind only: a connection that is reset as soon as it is made, as a program that
/// falls does to those who wait to be accepted, ends with the bare exception of the socket.
/// </remarks>
public static class ConnectionFailure
{
    public static bool Is(Exception e) => e is HttpRequestException or SocketException or IOException;

    /// <summary>The system's words where it gave some; without a full stop.</summary>
    public static string Reason(Exception e) => ((e.InnerException as SocketException)?.Message ?? e.Message).TrimEnd('.');
}
