using System.Diagnostics;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Waits for other programs.</summary>
internal static class Wait
{
    public static Task UntilAsync(Func<bool> holds, Func<string> otherwise) => UntilAsync(() => Task.FromResult(holds()), otherwise);

    public static async Task UntilAsync(Func<Task<bool>> holds, Func<string> otherwise)
    {
        if (!await WithinAsync(TestSettings.Timeout, holds))
            throw new TimeoutException(otherwise());
    }

    /// <summary>Returns false if the condition isn't true within this time.</summary>
    public static async Task<bool> WithinAsync(TimeSpan limit, Func<Task<bool>> holds)
    {
        for (var clock = Stopwatch.StartNew(); !await holds();)
        {
            if (clock.Elapsed > limit)
                return false;
            // No event reports new files or windows.
            await Task.Delay(50);
        }
        return true;
    }
}
