using System.Net;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class FreePortTests
{
    [Theory]
    [InlineData("", "0.0.0.0")]
    [InlineData("*", "0.0.0.0")]
    [InlineData("LocalHost", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    public void A_host_means_an_address_to_listen_at(string host, string address) => Assert.Equal(address, ReservedPort.Address(host)?.ToString());

    [Fact]
    public void A_host_that_is_too_long_for_one_means_none() => Assert.Null(ReservedPort.Address(new string('a', 300)));

    [Fact]
    public void A_held_port_is_nobody_elses_and_the_next_one_is_found()
    {
        using var held = ReservedPort.TryReserve(IPAddress.Loopback, 0, out _)!;
        Assert.Null(ReservedPort.TryReserve(IPAddress.Loopback, held.Port, out var why));
        Assert.Contains("taken", why, StringComparison.Ordinal);
        using var next = ReservedPort.ReserveNext(IPAddress.Loopback, held.Port);
        Assert.True(next is null || next.Port > held.Port);
    }
}
