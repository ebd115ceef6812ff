using System.Net;
using System.Net.Sockets;
using System.Text;
using FolderSync.Contracts;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Client.Tests;

public sealed class ServiceClientTests
{
    private const int Tries = 500;

    /// <summary>
    /// A crashing service may reset its connections at any moment. The runtime's HTTP client then throws more than its documented exception, but
    /// callers must see only one type.
    /// </summary>
    [Fact]
    public async Task A_connection_that_is_gone_at_once_is_a_service_that_can_not_be_reached()
    {
        using var listener = new ResettingListener();
        using var client = new ServiceClient(new ServiceAddress($"http://127.0.0.1:{listener.Port}/", "key", Environment.ProcessId));
        for (var i = 0; i < Tries; i++)
        {
            Assert.False(await client.IsRunningAsync(default));
            var failure = await Assert.ThrowsAsync<ServiceException>(() => client.StatusAsync(default));
            Assert.StartsWith($"The service at {client.Address.Url} can't be reached: ", failure.Message);
            Assert.Null(failure.Status);
            await Assert.ThrowsAsync<ServiceException>(() => client.ShutdownAsync(default));
        }
    }

    /// <summary>Another program may have the port since; whatever it says, the caller hears of one kind of failure.</summary>
    [Theory]
    [InlineData("200 OK\r\nContent-Type: text/html", "<html>", "is not FolderSync")]
    [InlineData("200 OK\r\nContent-Type: application/json", "{", "is not FolderSync")]
    [InlineData("200 OK\r\nContent-Type: application/json", "null", "is not FolderSync")]
    [InlineData("200 OK\r\nContent-Type: application/json; charset=nonsense", "{}", "is not FolderSync")]
    [InlineData("500 Oops\r\nContent-Type: text/plain; charset=nonsense", "why", "The service answered 500")]
    [InlineData("500 Oops\r\nContent-Type: text/html", "<html>", "The service answered 500")]
    [InlineData("409 Conflict\r\nContent-Type: text/plain", "Only a send-only folder can be overridden.\n", "Only a send-only folder can be overridden.")]
    [InlineData("403 Forbidden", "", "refused the API key")]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:1/", "", "The service answered 302")]
    public async Task Whatever_answers_there_the_failure_is_of_one_kind(string head, string body, string told)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new ServiceClient(new ServiceAddress($"http://{listener.LocalEndpoint}/", "key", Environment.ProcessId));
        var asking = client.StatusAsync(default);
        using (var asked = await listener.AcceptTcpClientAsync().WaitAsync(TestLimits.Timeout))
        {
            // All of the request, else the answer's end is a reset.
            var buffer = new byte[16 << 10];
            for (var read = 0; !buffer.AsSpan(0, read).EndsWith("\r\n\r\n"u8);)
                read += await asked.GetStream().ReadAsync(buffer.AsMemory(read));
            await asked.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        }
        var failure = await Assert.ThrowsAsync<ServiceException>(() => asking.WaitAsync(TestLimits.Timeout));
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A service that has just started on a busy computer is slow, not unresponsive.</summary>
    [Fact]
    public async Task A_slow_service_is_waited_for_and_one_that_hangs_is_told()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = new ServiceAddress($"http://{silent.LocalEndpoint}/", "key", Environment.ProcessId);
        var time = new ManualTime();
        using var client = new ServiceClient(address, time);

        var slow = client.IsRunningAsync(default);
        using (var asked = await silent.AcceptTcpClientAsync().WaitAsync(TestLimits.Timeout))
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await asked.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            Assert.True(await slow.WaitAsync(TestLimits.Timeout));
        }

        var hanging = client.IsRunningAsync(default);
        using var second = await silent.AcceptTcpClientAsync().WaitAsync(TestLimits.Timeout);
        time.Advance(TimeSpan.FromMinutes(1));
        var failure = await Assert.ThrowsAsync<ServiceException>(() => hanging.WaitAsync(TestLimits.Timeout));
        Assert.Contains("does not respond", failure.Message, StringComparison.Ordinal);
    }
}
