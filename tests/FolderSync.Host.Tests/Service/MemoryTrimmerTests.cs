using FolderSync.Host.Service;
using Xunit;

namespace FolderSync.Host.Tests.Service;

public sealed class MemoryTrimmerTests
{
    [Fact]
    public void Memory_is_given_back_once_after_work_and_not_during_it()
    {
        var (allocated, released) = (0L, 0);
        using var memory = new MemoryTrimmer(TimeProvider.System, () => allocated, () => released++);
        void Pass(long bytes)
        {
            allocated += bytes;
            memory.Check();
        }

        for (var i = 0; i < 5; i++)
            Pass(100 << 20);
        Assert.Equal(0, released);
        Pass(MemoryTrimmer.MaxIdleAllocation - 1);
        Assert.Equal(1, released);
        // An idle service allocates, too, but little: that is not worth a collection every few hours.
        for (var i = 0; i < 8; i++)
            Pass(MemoryTrimmer.MaxIdleAllocation - 1);
        Assert.Equal(1, released);
        Pass(MemoryTrimmer.MaxIdleAllocation - 1);
        Assert.Equal(2, released);
    }

    [Fact]
    public void A_start_that_took_little_is_left_alone()
    {
        var (allocated, released) = (0L, 0);
        using var memory = new MemoryTrimmer(TimeProvider.System, () => allocated, () => released++);
        foreach (var total in new[] { MemoryTrimmer.MaxIdleAllocation, MemoryTrimmer.MaxIdleAllocation, MemoryTrimmer.MaxIdleAllocation })
        {
            allocated = total;
            memory.Check();
        }
        Assert.Equal(0, released);
    }
}
