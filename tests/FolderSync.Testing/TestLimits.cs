namespace FolderSync.Testing;

/// <summary>How long tests wait.</summary>
internal static class TestLimits
{
    /// <summary>
    /// For an event, before a test says that it does not come: the one place for that. Waiting ends with the event, so a passing test never
    /// sees it; it is for a slow machine that has other work as well. Under Wine, where a test may lose its thread, whoever runs the tests
    /// waits longer than this.
    /// </summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(OperatingSystem.IsWindows() ? 60 : 180);
}
