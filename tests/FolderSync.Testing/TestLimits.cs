namespace FolderSync.Testing;

/// <summary>The timeouts of tests.</summary>
internal static class TestLimits
{
    /// <summary>
    /// The timeout of waiting for an event. A passing test never reaches it; it is long because the machine may be slow and busy. Under Wine, where
    /// a test may lose its thread, the runner waits longer than this.
    /// </summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(OperatingSystem.IsWindows() ? 60 : 180);
}
