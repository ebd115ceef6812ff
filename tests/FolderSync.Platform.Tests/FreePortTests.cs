using System.Net;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class FreePortTests
{
    [Fact]
    public void A_held_port_is_nobody_elses_and_the_next_one_is_found()
    {
        using var held = FreePort.TryTake(IPAddress.Loopback, 0, out _)!;
        Assert.Null(FreePort.TryTake(IPAddress.Loopback, held.Port, out var why));
        Assert.Contains("taken", why, StringComparison.Ordinal);
        using var next = FreePort.TakeAfter(IPAddress.Loopback, held.Port);
        Assert.True(next is null || next.Port > held.Port);
    }
}
