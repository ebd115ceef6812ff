using FolderSync.Core.Decide;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>How much a device may owe, and for how long.</summary>
public sealed class RequestPacingTests
{
    private const long Megabyte = 1 << 20;

    [Theory]
    // Nothing measured yet, or slow: its share.
    [InlineData(2, 2, 0, 2)]
    [InlineData(2, 2, 0.02, 2)]
    // Doubles with each window that was answered, up to two seconds of the rate.
    [InlineData(2, 2, 100, 4)]
    [InlineData(8, 8, 100, 16)]
    [InlineData(8, 8, 5, 10)]
    // A device that became slower owes less.
    [InlineData(16, 1, 1, 2)]
    // Nobody more than that.
    [InlineData(32, 16, 1000, 32)]
    public void Window(long window, long answered, double rate, long expected) =>
        Assert.Equal(expected * Megabyte, RequestPacing.Window(window * Megabyte, answered * Megabyte, rate * Megabyte));

    [Theory]
    // Unknown rate: as long as it does send something.
    [InlineData(1, 0, false, 3600)]
    [InlineData(1, 0, true, 120)]
    // Four times what the measured rate says, after the timeout.
    [InlineData(1, 1, false, 34)]
    [InlineData(10, 1, true, 70)]
    [InlineData(100, 1, false, 430)]
    [InlineData(100, 1, true, 120)]
    // A block of 16 MiB at 20 KiB/s.
    [InlineData(16, 0.01953125, false, 3306.8)]
    [InlineData(1000, 0.01953125, false, 3600)]
    public void Deadline(long ahead, double rate, bool hasFaster, double seconds) =>
        Assert.Equal(seconds, RequestPacing.Deadline(ahead * Megabyte, rate * Megabyte, RequestPacing.MinSilenceTimeout, hasFaster).TotalSeconds, 0.1);

    [Fact]
    public void The_timeout_doubles_with_each_silence_and_returns_with_a_quick_answer()
    {
        var timeout = RequestPacing.MinSilenceTimeout;
        foreach (var seconds in (int[])[60, 120, 120])
            Assert.Equal(seconds, (timeout = RequestPacing.TimeoutAfterSilence(timeout)).TotalSeconds);
        Assert.Equal(120, RequestPacing.TimeoutAfterAnswer(timeout, TimeSpan.FromSeconds(40)).TotalSeconds);
        Assert.Equal(30, RequestPacing.TimeoutAfterAnswer(timeout, TimeSpan.FromSeconds(1)).TotalSeconds);
    }
}
