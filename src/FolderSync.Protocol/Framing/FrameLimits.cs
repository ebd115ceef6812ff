using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Framing;

/// <summary>How long things may be, in bytes. What is longer ends the connection before anything is allocated for it.</summary>
internal static class FrameLimits
{
    public const int Header = 32767;

    /// <summary>The protocol's own limit.</summary>
    public const int Message = 500_000_000;

    /// <summary>The most a block has, and what encryption and fields may add.</summary>
    public const int Response = (32 << 20) + (64 << 10);

    private const int Listing = 8 << 20, Small = 1 << 20;

    /// <summary>LZ4 gives at most 255 bytes for one.</summary>
    public const int MaxCompressionRatio = 255;

    /// <summary>The most a body of the type may have, decompressed. Only an index has a reason to be very long.</summary>
    public static int Body(MessageType type) => type switch
    {
        MessageType.Response => Response,
        MessageType.ClusterConfig or MessageType.DownloadProgress => Listing,
        MessageType.Request or MessageType.Ping or MessageType.Close => Small,
        _ => Message,
    };

    /// <summary>The most a body may have on the wire: LZ4 makes what it can't compress a little longer.</summary>
    public static int OnWire(MessageType type, bool compressed)
    {
        var limit = Body(type);
        return compressed ? Math.Min(Message, limit + (limit / 255) + 20) : limit;
    }
}
