using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FolderSync.Api.Http;

/// <summary>What one client can take of the service: sizes and times, each bounded. Connections: <see cref="ConnectionSlots"/>.</summary>
internal static class RestLimits
{
    public static void Set(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = RestJson.MaxBody;
        limits.MaxRequestLineSize = 16 << 10;
        limits.MaxRequestHeadersTotalSize = 32 << 10;
        limits.MaxRequestHeaderCount = 100;
        limits.MaxRequestBufferSize = 256 << 10;
        limits.MaxResponseBufferSize = 64 << 10;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(10));
        limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(10));
        limits.Http2.MaxStreamsPerConnection = 100;
    }
}
