using System.Collections.Immutable;
using System.Reflection;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>What the tests take from the machine they run on.</summary>
internal static class TestSettings
{
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    /// <summary>The file of another build of the program, to be tested instead of <see cref="FolderSyncDll"/>: what was published natively, for instance.</summary>
    public static string? OtherProgram { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_PROGRAM") is { Length: > 0 } named ? Path.GetFullPath(named) : null;

    /// <summary>The built program: the same configuration (Debug, Release) as the tests.</summary>
    public static string FolderSyncDll { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../../../../src/FolderSync.Host/bin", Configuration(), "net10.0/foldersync.dll"));

    /// <summary>The program under test as a single file that can be started.</summary>
    public static string Executable { get; } = OtherProgram ?? Path.ChangeExtension(FolderSyncDll, null);

    /// <summary>How the program under test is started; its arguments follow.</summary>
    public static ImmutableArray<string> Program { get; } = OtherProgram is not null ? [OtherProgram] : [Dotnet(), FolderSyncDll];

    /// <summary>Holds 1.19/ and 1.29/ as tests/peers/get-syncthing makes them.</summary>
    public static string Peers { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_PEERS") is { Length: > 0 } named ? named : "/tmp/peers";

    /// <summary>Every scenario with every kind of peer, in full size; takes long.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_FULL") is { Length: > 0 } and not "0";

    /// <summary>
    /// How long a test waits for an event, or for a program to end, before it says that it does not come: the one place for that. Waiting
    /// ends with the event, so a passing test never sees it; it is for a machine of a third of the speed that has other work as well.
    /// </summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(Full ? 600 : 300);

    /// <summary>As <see cref="Patience"/>, for what builds or installs.</summary>
    public static TimeSpan PatienceWithBuilds { get; } = TimeSpan.FromMinutes(Full ? 60 : 20);

    /// <summary>Where `dotnet test` puts what it leaves.</summary>
    public static string Results { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../TestResults"));

    public static string Syncthing(string version) => Path.Combine(Peers, version, "usr/bin/syncthing");

    /// <summary>With its directory: a test may take the PATH away.</summary>
    private static string Dotnet() => Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "dotnet")).First(File.Exists);

    private static string Configuration() =>
        typeof(TestSettings).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
}
