namespace FolderSync.Testing;

/// <summary>The system's clock, whose timers ring a thousand times sooner: for what is to happen again in seconds, and is only waited for.</summary>
internal sealed class QuickTime : TimeProvider
{
    private const int Quicker = 1000;

    public static readonly QuickTime Instance = new();

    private QuickTime()
    {
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Sooner(dueTime), Sooner(period));

    private static TimeSpan Sooner(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / Quicker;
}
