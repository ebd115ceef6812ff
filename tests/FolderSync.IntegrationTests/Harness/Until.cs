using System.Diagnostics;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Waiting for what other programs do.</summary>
internal static class Until
{
    public static Task TrueAsync(Func<bool> holds, Func<string> otherwise) => TrueAsync(() => Task.FromResult(holds()), otherwise);

    public static async Task TrueAsync(Func<Task<bool>> holds, Func<string> otherwise)
    {
        if (!await WithinAsync(TestSettings.Patience, holds))
            throw new TimeoutException(otherwise());
    }

    /// <summary>False if it did not come to hold in that time.</summary>
    public static async Task<bool> WithinAsync(TimeSpan limit, Func<Task<bool>> holds)
    {
        for (var clock = Stopwatch.StartNew(); !await holds();)
        {
            if (clock.Elapsed > limit)
                return false;
            // Neither a file nor a window tells that it is there.
            await Task.Delay(50);
        }
        return true;
    }
}
