using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>A program of ours ended under Wine without being asked to.</summary>
public sealed class ChildCrashedException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// .NET 10 itself sometimes crashes under Wine 8. A test in which that happened runs again from its start, and fails if it happens again; both are
/// reported. All other failures count at once.
/// </summary>
internal static class UnderWine
{
    public static async Task RunAsync(ITestOutputHelper output, Func<Task> test)
    {
        try
        {
            await test();
        }
        catch (ChildCrashedException e)
        {
            output.WriteLine($"The program died under Wine; the test is run again.\n{e.Message}\n{e.InnerException}");
            await test();
        }
    }
}
