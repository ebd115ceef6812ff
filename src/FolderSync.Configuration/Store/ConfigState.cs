using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>A text and its effect: parsed, checked, and overridden by flags and environment.</summary>
/// <param name="FromFile">The document's own content.</param>
/// <param name="Configuration">Including the overrides.</param>
/// <param name="Error">Why the file differs from this text; null while it doesn't.</param>
public sealed record ConfigState(ConfigDocument Document, ServiceConfig FromFile, ServiceConfig Configuration, IReadOnlyList<ConfigProblem> Warnings, ConfigException? Error)
{
    /// <exception cref="ConfigException">The text or an override breaks a rule.</exception>
    public static ConfigState Parse(HomeDirectory home, string text, ConfigOverrides overrides)
    {
        var document = ConfigDocument.Parse(home.ConfigFile, text);
        var read = ConfigReader.Read(home.ConfigFile, document, home);
        return new ConfigState(document, read.Configuration, overrides.ApplyTo(read.Configuration), read.Warnings, null);
    }

    /// <summary>
    /// The configuration for a service that starts now: the file or, if that is missing, torn or invalid, the last good text. Changes nothing.
    /// </summary>
    /// <exception cref="ConfigException">The file is invalid and there is no good text, or it belongs to a newer version, or an override is
    /// invalid.</exception>
    public static ConfigState Load(HomeDirectory home, ConfigBackups backups, ConfigOverrides overrides)
    {
        try
        {
            var text = ReadFile(home);
            return IsPartiallyWritten(text) && backups.Texts().Any()
                ? throw new ConfigException(home.ConfigFile, 0, 0, "The file is empty or damaged.")
                : Parse(home, text, overrides);
        }
        catch (ConfigException refused) when (refused.First.File == home.ConfigFile && !refused.IsNewer)
        {
            foreach (var (path, text) in backups.Texts())
            {
                if (TryParse(home, text, overrides) is { } good)
                    return good with { Error = refused.And(LastGood(home, path)) };
            }
            throw;
        }
    }

    /// <exception cref="ConfigException">It is missing, too large, not text, or unreadable.</exception>
    public static string ReadFile(HomeDirectory home)
    {
        try
        {
            var file = new FileInfo(home.ConfigFile);
            if (file.Exists && file.Length > 4L * YamlTreeReader.MaxLength)
                throw new ConfigException(home.ConfigFile, 0, 0, $"The file has {file.Length:N0} bytes; at most {YamlTreeReader.MaxLength:N0} are read.");
            return TextFile.Decode(home.ConfigFile, DurableFile.Read(home.ConfigFile));
        }
        catch (FileNotFoundException e)
        {
            throw new ConfigException(home.ConfigFile, 0, 0, "The file doesn't exist.", $"Create it with `foldersync init --home {home.Path}`.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(home.ConfigFile, 0, 0, $"The file can't be read: {e.Message}", null, e);
        }
    }

    /// <summary>True for what a power cut leaves of a file.</summary>
    public static bool IsPartiallyWritten(string text) => string.IsNullOrWhiteSpace(text.TrimStart(TextFile.ByteOrderMark)) || text.Contains('\0');

    private static ConfigState? TryParse(HomeDirectory home, string text, ConfigOverrides overrides)
    {
        try
        {
            return Parse(home, text, overrides);
        }
        catch (ConfigException e) when (e.First.File == home.ConfigFile)
        {
            return null;
        }
    }

    private static ConfigProblem LastGood(HomeDirectory home, string path)
    {
        var since = File.GetLastWriteTime(path).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        return new ConfigProblem(home.ConfigFile, 0, 0, $"The last valid version is in force, that of {since}.", $"It is stored as '{path}'. Fix the file, or copy that one over it.");
    }
}
