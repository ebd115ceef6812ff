using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Framing;

/// <summary>Maximum lengths in bytes. A longer item ends the connection before memory is allocated for it.</summary>
internal static class FrameLimits
{
    public const int Header = 32767;

    /// <summary>The protocol's own limit.</summary>
    public const int Message = 500_000_000;

    /// <summary>The largest block, plus what encryption and the other fields may add.</summary>
    public const int Response = (32 << 20) + (64 << 10);

    private const int Listing = 8 << 20, Small = 1 << 20;

    /// <summary>LZ4 expands one byte to at most 255.</summary>
    public const int MaxCompressionRatio = 255;

    /// <summary>The maximum decompressed body for the type. Only an index has a reason to be very long.</summary>
    public static int Body(MessageType type) => type switch
    {
        MessageType.Response => Response,
        MessageType.ClusterConfig or MessageType.DownloadProgress => Listing,
        MessageType.Request or MessageType.Ping or MessageType.Close => Small,
        _ => Message,
    };

    /// <summary>The maximum body on the wire: LZ4 makes incompressible data slightly longer.</summary>
    public static int OnWire(MessageType type, bool compressed)
    {
        var limit = Body(type);
        return compressed ? Math.Min(Message, limit + (limit / 255) + 20) : limit;
    }
}
