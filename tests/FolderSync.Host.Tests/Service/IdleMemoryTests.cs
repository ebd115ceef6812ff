using FolderSync.Host.Service;
using Xunit;

namespace FolderSync.Host.Tests.Service;

public sealed class IdleMemoryTests
{
    [Fact]
    public void Memory_is_given_back_once_after_work_and_not_during_it()
    {
        var (allocated, released) = (0L, 0);
        using var memory = new IdleMemory(TimeProvider.System, () => allocated, () => released++);
        void Pass(long bytes)
        {
            allocated += bytes;
            memory.Look();
        }

        for (var i = 0; i < 5; i++)
            Pass(100 << 20);
        Assert.Equal(0, released);
        Pass(IdleMemory.AtRest - 1);
        Assert.Equal(1, released);
        // An idle service allocates, too, but little: that is not worth a collection every few hours.
        for (var i = 0; i < 8; i++)
            Pass(IdleMemory.AtRest - 1);
        Assert.Equal(1, released);
        Pass(IdleMemory.AtRest - 1);
        Assert.Equal(2, released);
    }

    [Fact]
    public void A_start_that_took_little_is_left_alone()
    {
        var (allocated, released) = (0L, 0);
        using var memory = new IdleMemory(TimeProvider.System, () => allocated, () => released++);
        foreach (var total in new[] { IdleMemory.AtRest, IdleMemory.AtRest, IdleMemory.AtRest })
        {
            allocated = total;
            memory.Look();
        }
        Assert.Equal(0, released);
    }
}
