using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery;

internal static partial class DiscoveryLog
{
    [LoggerMessage(2101, LogLevel.Information, "Discovery by {Method} is on, port {Port}")]
    public static partial void Working(ILogger logger, string method, int port);

    [LoggerMessage(EventId = 2102, Message = "Discovery by {Method} does not work: {Reason} Devices with written addresses connect all the same. It is tried again.")]
    public static partial void NotWorking(ILogger logger, LogLevel level, string method, string reason);

    [LoggerMessage(EventId = 2103, Message = "Found device {Device} by {Method} at {Addresses}")]
    public static partial void Found(ILogger logger, LogLevel level, string device, string method, string addresses);

    [LoggerMessage(2104, LogLevel.Information, "The network changed: {Paths}")]
    public static partial void NetworkChanged(ILogger logger, string paths);

    [LoggerMessage(2105, LogLevel.Information, "This computer or this program stood still for {Seconds:0} s; connections are checked")]
    public static partial void Slept(ILogger logger, double seconds);

    [LoggerMessage(2106, LogLevel.Information, "The name '{Taken}' is another device's on this network; this one is '{Name}' there")]
    public static partial void Renamed(ILogger logger, string taken, string name);

    [LoggerMessage(2107, LogLevel.Error, "Discovery by {Method} ended by a bug; it starts anew")]
    public static partial void Bug(ILogger logger, string method, Exception e);
}
