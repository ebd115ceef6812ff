using FolderSync.Platform;

namespace FolderSync.Configuration.Home;

/// <summary>The directory in which one FolderSync keeps its identity, configuration and state, and the files in it.</summary>
/// <param name="path">Absolute or relative to the working directory.</param>
public sealed class HomeDirectory(string path)
{
    public const string Variable = "FOLDERSYNC_HOME";

    /// <summary>Absolute.</summary>
    public string Path { get; } = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    public string ConfigFile => In("config.yaml");

    /// <summary>The last accepted texts of <see cref="ConfigFile"/>.</summary>
    public string ConfigBackups => In("config-backups");

    /// <summary>Where the running service can be reached.</summary>
    public string RuntimeFile => In("runtime.json");

    /// <summary>Locked by the one process that runs on this home directory.</summary>
    public string LockFile => In("lock");

    /// <summary>The folders' indexes.</summary>
    public string IndexDirectory => In("index");

    public string StateFile => In("state.db");

    /// <summary>The user's own directory.</summary>
    public static string OfUser => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The default home directory: FOLDERSYNC_HOME, otherwise the platform's default.</summary>
    public static string Default(Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        if (environment(Variable) is { Length: > 0 } named)
            return named;
        if (OperatingSystem.IsWindows())
            return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "FolderSync");
        if (environment("XDG_STATE_HOME") is { Length: > 0 } state && System.IO.Path.IsPathFullyQualified(state))
            return System.IO.Path.Combine(state, "foldersync");
        return System.IO.Path.Combine(environment("HOME") is { Length: > 0 } home ? home : OfUser, ".local", "state", "foldersync");
    }

    /// <summary>Creates a missing directory for its owner only.</summary>
    public void Create() => OwnerOnlyDirectory.Create(Path);

    public override string ToString() => Path;

    private string In(string leaf) => System.IO.Path.Combine(Path, leaf);
}
