using Microsoft.Extensions.Logging;

namespace FolderSync.Network;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Debug, "Handshake with {remote} failed: {reason}")]
    public static partial void HandshakeFailed(ILogger logger, string remote, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "Handshake with {remote} met a fault in the TLS implementation")]
    public static partial void HandshakeBroke(ILogger logger, string remote, Exception fault);

    [LoggerMessage(2003, LogLevel.Debug, "Connection from {remote} refused: too many unfinished handshakes from there")]
    public static partial void TooMany(ILogger logger, string remote);

    [LoggerMessage(2004, LogLevel.Debug, "Connection from {remote} is from this device itself; closed")]
    public static partial void Ourselves(ILogger logger, string remote);

    [LoggerMessage(2005, LogLevel.Warning, "Accepting at {address} failed, tried again in a second: {reason}")]
    public static partial void AcceptFailed(ILogger logger, string address, string reason);
}
