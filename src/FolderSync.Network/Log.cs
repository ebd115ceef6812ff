using Microsoft.Extensions.Logging;

namespace FolderSync.Network;

/// <summary>
/// All log messages of this library. In one class: the generator of these methods puts several in an order that changes from build to build.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Debug, "Handshake with {remote} failed: {reason}")]
    public static partial void HandshakeFailed(ILogger logger, string remote, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "Handshake with {remote} met a fault in the TLS implementation")]
    public static partial void HandshakeBroke(ILogger logger, string remote, Exception fault);

    [LoggerMessage(2003, LogLevel.Debug, "Connection from {remote} refused: too many of that address are being closed")]
    public static partial void TooMany(ILogger logger, string remote);

    [LoggerMessage(2004, LogLevel.Debug, "Connection from {remote} is from this device itself; closed")]
    public static partial void Ourselves(ILogger logger, string remote);

    [LoggerMessage(2005, LogLevel.Warning, "Accepting at {address} failed, tried again in a second: {reason}")]
    public static partial void AcceptFailed(ILogger logger, string address, string reason);

    [LoggerMessage(2006, LogLevel.Information, "Connection from {remote} closed: no device's allowed-networks contain that address")]
    public static partial void NotAdmitted(ILogger logger, string remote);

    [LoggerMessage(2007, LogLevel.Error, "An error in FolderSync ended accepting at {address}; it restarts automatically. Please report it with the log.")]
    public static partial void AcceptBug(ILogger logger, string address, Exception e);

    [LoggerMessage(EventId = 2008, Message = "In the last minute {Count} more {What}")]
    public static partial void Omitted(ILogger logger, LogLevel level, long count, string what);

    [LoggerMessage(2101, LogLevel.Information, "Discovery by {Method} is on, port {Port}")]
    public static partial void DiscoveryWorks(ILogger logger, string method, int port);

    [LoggerMessage(EventId = 2102, Message = "Discovery by {Method} does not work: {Reason} Devices with configured addresses still connect. It is retried.")]
    public static partial void DiscoveryFails(ILogger logger, LogLevel level, string method, string reason);

    [LoggerMessage(EventId = 2103, Message = "Found device {Device} by {Method} at {Addresses}")]
    public static partial void DeviceFound(ILogger logger, LogLevel level, string device, string method, string addresses);

    [LoggerMessage(2104, LogLevel.Information, "The network changed: {Paths}")]
    public static partial void NetworkChanged(ILogger logger, string paths);

    [LoggerMessage(2105, LogLevel.Information, "This computer or this program was suspended for {Seconds:0} s; connections are checked")]
    public static partial void Slept(ILogger logger, double seconds);

    [LoggerMessage(2106, LogLevel.Information, "Another device on this network has the name '{Taken}'; this one uses '{Name}'")]
    public static partial void NameTaken(ILogger logger, string taken, string name);

    [LoggerMessage(2107, LogLevel.Error, "Discovery by {Method} ended by a bug; it restarts")]
    public static partial void DiscoveryBug(ILogger logger, string method, Exception e);

    [LoggerMessage(2109, LogLevel.Information, "{Count} malformed mDNS packets were dropped since this was last reported")]
    public static partial void MalformedPackets(ILogger logger, long count);

    [LoggerMessage(2108, LogLevel.Error, "An error in FolderSync: the network is not watched for a moment. Please report it with the log.")]
    public static partial void WatchBug(ILogger logger, Exception e);
}
