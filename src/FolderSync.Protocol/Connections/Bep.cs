using FolderSync.Protocol.Framing;
using FolderSync.Protocol.Messages;

namespace FolderSync.Protocol.Connections;

/// <summary>Where a BEP connection begins.</summary>
public static class Bep
{
    /// <summary>Exchanges Hellos over an authenticated duplex stream, which the connection then owns.</summary>
    /// <remarks>On any failure the stream is disposed. A peer that doesn't know this device closes instead of its Hello.</remarks>
    /// <exception cref="BepException">The other side closed, or is no peer; the message says which.</exception>
    /// <exception cref="OperationCanceledException">The deadline that the caller set is over.</exception>
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
