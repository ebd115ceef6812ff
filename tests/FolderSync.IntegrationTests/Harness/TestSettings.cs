using System.Collections.Immutable;
using System.Reflection;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>The tests' settings from the environment.</summary>
internal static class TestSettings
{
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    /// <summary>The file of another build to test instead of <see cref="FolderSyncDll"/>, such as a native one.</summary>
    public static string? OtherProgram { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_PROGRAM") is { Length: > 0 } named ? Path.GetFullPath(named) : null;

    /// <summary>The built program, in the same configuration (Debug, Release) as the tests.</summary>
    public static string FolderSyncDll { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../../../../src/FolderSync.Host/bin", Configuration(), "net10.0/foldersync.dll"));

    /// <summary>The tested program as a single executable file.</summary>
    public static string Executable { get; } = OtherProgram ?? Path.ChangeExtension(FolderSyncDll, null);

    /// <summary>The command that starts the tested program; its arguments follow.</summary>
    public static ImmutableArray<string> Program { get; } = OtherProgram is not null ? [OtherProgram] : [Dotnet(), FolderSyncDll];

    /// <summary>Contains 1.19/ and 1.29/ as tests/peers/get-syncthing creates them.</summary>
    public static string Peers { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_PEERS") is { Length: > 0 } named ? named : "/tmp/peers";

    /// <summary>Runs every scenario with every kind of peer, in full size; takes long.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_FULL") is { Length: > 0 } and not "0";

    /// <summary>
    /// The timeout of waiting for an event or for a program's exit. A passing test never reaches it; it is long enough for a busy machine of a
    /// third of the speed.
    /// </summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(Full ? 600 : 300);

    /// <summary>Like <see cref="Timeout"/>, for builds and installations.</summary>
    public static TimeSpan BuildTimeout { get; } = TimeSpan.FromMinutes(Full ? 60 : 20);

    /// <summary>Where `dotnet test` puts its results.</summary>
    public static string Results { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../TestResults"));

    public static string Syncthing(string version) => Path.Combine(Peers, version, "usr/bin/syncthing");

    /// <summary>With its directory, because a test may change PATH.</summary>
    private static string Dotnet() => Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "dotnet")).First(File.Exists);

    private static string Configuration() =>
        typeof(TestSettings).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
}
