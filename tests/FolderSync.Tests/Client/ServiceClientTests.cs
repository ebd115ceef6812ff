using FolderSync.Client;
using FolderSync.Tests.Network;
using Xunit;

namespace FolderSync.Tests.Client;

public sealed class ServiceClientTests
{
    private const int Tries = 500;

    /// <summary>
    /// A service that falls resets its connections at any moment; the runtime's HTTP client then throws more than its documented
    /// exception, and what asked is to hear of one kind only.
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
}
