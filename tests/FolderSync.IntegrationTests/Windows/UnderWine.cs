using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>A program of ours ended under Wine although nobody had told it to.</summary>
public sealed class DiedException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// .NET 10 itself dies now and then under Wine 8. A test in which that happened is run again from its start, and has failed when it happens
/// again; what was seen is written either way. Every other failure is one.
/// </summary>
internal static class UnderWine
{
    public static async Task RunAsync(ITestOutputHelper output, Func<Task> test)
    {
        try
        {
            await test();
        }
        catch (DiedException e)
        {
            output.WriteLine($"The program died under Wine; the test is run again.\n{e.Message}\n{e.InnerException}");
            await test();
        }
    }
}
