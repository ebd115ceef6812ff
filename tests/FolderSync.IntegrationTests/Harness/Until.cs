using System.Diagnostics;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Waits for other programs.</summary>
internal static class Until
{
    public static Task TrueAsync(Func<bool> holds, Func<string> otherwise) => TrueAsync(() => Task.FromResult(holds()), otherwise);

    public static async Task TrueAsync(Func<Task<bool>> holds, Func<string> otherwise)
    {
        if (!await WithinAsync(TestSettings.Patience, holds))
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
