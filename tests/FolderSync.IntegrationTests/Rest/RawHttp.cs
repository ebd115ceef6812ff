using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>Sends raw bytes, for requests that no HTTP client sends.</summary>
internal static class RawHttp
{
    /// <summary>The response until the service closed; empty if it closed without one.</summary>
    public static async Task<string> SendAsync(int port, ReadOnlyMemory<byte> request, bool tls = false)
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, limit.Token);
        Stream stream = client.GetStream();
        if (tls)
        {
            var secured = new SslStream(stream, false, (_, _, _, _) => true);
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, limit.Token);
            stream = secured;
        }
        await using (stream)
        {
            var reading = ReadAsync(stream, limit.Token);
            try
            {
                await stream.WriteAsync(request, limit.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // The server has closed the connection.
            }
            return await reading;
        }
    }

    public static Task<string> SendAsync(int port, string request, bool tls = false) => SendAsync(port, Encoding.Latin1.GetBytes(request), tls);

    /// <summary>The status of the first response; 0 if there was none.</summary>
    public static int StatusOf(string answer) => answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;

    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            while (await stream.ReadAsync(buffer, cancellation) is > 0 and var length)
                text.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        catch (IOException)
        {
        }
        return text.ToString();
    }
}
