namespace FolderSync.Core.Decide;

/// <summary>How many bytes are requested from one device at a time, and how long it may take to answer: both follow from what was measured.</summary>
public static class RequestPacing
{
    /// <summary>What each device may owe, whatever the others do: enough for a fast network's first answers.</summary>
    public const long Share = 2 << 20;

    /// <summary>The most that one device may owe.</summary>
    public const long MaxWindow = 32 << 20;

    /// <summary>Without any byte for so long a device that owes answers counts as not answering. A sleeping disk takes up to 20 s to spin up.</summary>
    public static readonly TimeSpan MinSilenceTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The same for a device that has been found to be slow, and for one that sends everything but answers.</summary>
    public static readonly TimeSpan MaxSilenceTimeout = TimeSpan.FromSeconds(120);

    /// <summary>No request is kept longer than this.</summary>
    private static readonly TimeSpan MaxDeadline = TimeSpan.FromHours(1);

    /// <summary>Seconds of the measured rate: several round trips of any network.</summary>
    private const double WindowSeconds = 2;

    /// <summary>Answers may come in another order, and a rate varies.</summary>
    private const double DeadlineFactor = 4;

    /// <summary>The window after an answer: it doubles with each window that was answered, up to what the device sends in two seconds.</summary>
    /// <param name="answered">Bytes of the answer.</param>
    /// <param name="rate">Bytes a second, as measured.</param>
    public static long Window(long window, long answered, double rate) =>
        Math.Clamp(Math.Min(window + answered, (long)(rate * WindowSeconds)), Share, MaxWindow);

    /// <summary>How long one request may take from the moment it is sent, while the device does answer others.</summary>
    /// <param name="ahead">Bytes that the device owed then, with this request's.</param>
    /// <param name="rate">Bytes a second; 0 while unknown.</param>
    /// <param name="hasFaster">A much faster device has the block, too: then the answer isn't worth a long wait.</param>
    public static TimeSpan Deadline(long ahead, double rate, TimeSpan timeout, bool hasFaster)
    {
        var ceiling = hasFaster ? MaxSilenceTimeout : MaxDeadline;
        if (rate <= 0)
            return ceiling;
        var expected = timeout + TimeSpan.FromSeconds(Math.Min(ahead / rate * DeadlineFactor, MaxDeadline.TotalSeconds));
        return expected < ceiling ? expected : ceiling;
    }

    /// <summary>How long the next silence is borne after an answer in time: what proved slow, such as a disk, keeps what it needs.</summary>
    /// <param name="took">How long the answer took.</param>
    public static TimeSpan TimeoutAfterAnswer(TimeSpan timeout, TimeSpan took) => took < MinSilenceTimeout / 2 ? MinSilenceTimeout : timeout;

    /// <summary>The same after a silence that was too long: otherwise a device that always needs a little more would never be waited for.</summary>
    public static TimeSpan TimeoutAfterSilence(TimeSpan timeout) => 2 * timeout < MaxSilenceTimeout ? 2 * timeout : MaxSilenceTimeout;
}
