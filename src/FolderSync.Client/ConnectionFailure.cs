using System.Net.Sockets;

namespace FolderSync.Client;

/// <summary>Recognizes a failed connection by the exceptions of the runtime's HTTP client.</summary>
/// <remarks>
/// <see cref="HttpRequestException"/> is only the documented kind: a connection that is reset as soon as it is made (a crashing program does that
/// to those waiting to be accepted) ends with the socket's bare exception.
/// </remarks>
public static class ConnectionFailure
{
    public static bool Is(Exception e) => e is HttpRequestException or SocketException or IOException;

    /// <summary>The system's message if there is one; without a full stop.</summary>
    public static string Reason(Exception e) => ((e.InnerException as SocketException)?.Message ?? e.Message).TrimEnd('.');
}
