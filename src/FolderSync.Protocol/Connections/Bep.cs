using FolderSync.Protocol.Framing;
using FolderSync.Protocol.Messages;

namespace FolderSync.Protocol.Connections;

/// <summary>Opens BEP connections.</summary>
public static class Bep
{
    /// <summary>Exchanges Hellos over an authenticated duplex stream, which the connection then owns.</summary>
    /// <remarks>Disposes the stream on any failure. A peer that doesn't know this device closes instead of sending its Hello.</remarks>
    /// <exception cref="BepException">The other side closed, or isn't a BEP peer; the message tells which.</exception>
    /// <exception cref="OperationCanceledException">The caller's deadline passed.</exception>
    public static async Task<IBepConnection> OpenAsync(Stream stream, Hello own, CancellationToken cancellation)
    {
        var reader = new FrameReader(stream);
        var writer = new FrameWriter(stream);
        try
        {
            var hello = await HelloExchange.RunAsync(reader, writer, own, cancellation);
            return new BepConnection(stream, reader, writer, hello);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
