using System.Reflection;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>What the tests take from the machine they run on.</summary>
internal static class TestSettings
{
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    /// <summary>The built program: the same configuration (Debug, Release) as the tests.</summary>
    public static string FolderSyncDll { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../../../../src/FolderSync.Host/bin", Configuration(), "net10.0/foldersync.dll"));

    /// <summary>Holds 1.19/ and 1.29/ as tests/peers/get-syncthing makes them.</summary>
    public static string Peers { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_PEERS") is { Length: > 0 } named ? named : "/tmp/peers";

    /// <summary>Every scenario with every kind of peer, in full size; takes long.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_FULL") is { Length: > 0 } and not "0";

    /// <summary>For one step that is waited for: generous, since a machine may be busy; a passing test never waits for it.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(Full ? 300 : 120);

    public static string Syncthing(string version) => Path.Combine(Peers, version, "usr/bin/syncthing");

    private static string Configuration() =>
        typeof(TestSettings).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
}
