using System.Net.Sockets;

namespace FolderSync.Network.Tcp;

/// <summary>Explains socket errors to the user.</summary>
internal static class SocketErrorText
{
    public static string Dialing(SocketError error, string where) => error switch
    {
        SocketError.ConnectionRefused => $"Nobody listens at {where} (connection refused). Is the program running there, and is the port right?",
        SocketError.NetworkUnreachable => $"There is no route to {where} (network unreachable). Is this computer connected?",
        SocketError.HostUnreachable or SocketError.HostDown => $"{where} can't be reached (no route to host). Is that computer switched on and in this network?",
        SocketError.TimedOut => $"{where} doesn't answer (timed out). A firewall may drop the connection, or the computer is off.",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => $"{where} closed the connection.",
        SocketError.AccessDenied => $"This computer may not connect to {where} (access denied); a firewall here may forbid it.",
        SocketError.AddressNotAvailable => $"{where} is not a valid address to connect to.",
        SocketError.AddressFamilyNotSupported => $"{where} is of an address family that this computer doesn't have (such as IPv6).",
        SocketError.TooManyOpenSockets => $"{where} can't be dialed: this program has too many open files and connections.",
        _ => $"Connecting to {where} failed: {new SocketException((int)error).Message} ({error}).",
    };

    public static string Resolving(SocketError error, string host) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData => $"There is no computer named \"{host}\" (name not found).",
        SocketError.TryAgain => $"The name \"{host}\" can't be looked up at the moment (no answer from the name server).",
        _ => $"The name \"{host}\" can't be looked up: {new SocketException((int)error).Message} ({error}).",
    };

    public static string Listening(SocketError error, string address, int port) => error switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Port {port} is taken: {PortOwner.Describe(port)} Stop that program, or listen on another port than {address}.",
        SocketError.AccessDenied => $"Port {port} requires permissions that this program doesn't have. Choose a port from 1024 up instead of {address}.",
        SocketError.AddressNotAvailable => $"Can't listen on {address}: this computer has no such address.",
        SocketError.AddressFamilyNotSupported => $"Can't listen on {address}: this computer has no such address family (such as IPv6).",
        _ => $"Can't listen on {address}: {new SocketException((int)error).Message} ({error}).",
    };
}
