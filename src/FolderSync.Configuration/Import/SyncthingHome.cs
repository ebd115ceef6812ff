using System.Xml;
using System.Xml.Linq;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;

namespace FolderSync.Configuration.Import;

/// <summary>The directory with a Syncthing's identity and configuration. It is only read.</summary>
/// <param name="path">Absolute.</param>
public sealed class SyncthingHome(string path)
{
    private const long MaxBytes = 16 << 20;
    private const int MaxDepth = 32;

    public string Path { get; } = path;

    public string ConfigFile => System.IO.Path.Combine(Path, "config.xml");

    /// <summary>The existing directories among Syncthing's default places; the most usual one first.</summary>
    public static IReadOnlyList<SyncthingHome> Find(Func<string, string?> environment) =>
        [.. Places(environment).Where(System.IO.Path.IsPathFullyQualified).Distinct().Select(p => new SyncthingHome(p)).Where(h => h.IsThere)];

    /// <summary>True when a configuration and a key exist and aren't FolderSync's own.</summary>
    public bool IsThere
    {
        get
        {
            try
            {
                return File.Exists(ConfigFile) && File.Exists(System.IO.Path.Combine(Path, "cert.pem")) && !SyncthingClientConfig.IsOurs(ConfigFile);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>The root of config.xml. Accepts no DTD and no entities, and reads nothing outside the file.</summary>
    /// <exception cref="InvalidDataException">It isn't a Syncthing configuration.</exception>
    /// <exception cref="IOException"/>
    public XElement ReadConfig()
    {
        if (!File.Exists(ConfigFile))
            throw new InvalidDataException($"There is no config.xml in '{Path}'. Give the directory that `syncthing paths` shows.");
        if (SyncthingClientConfig.IsOurs(ConfigFile))
            throw new InvalidDataException($"'{ConfigFile}' belongs to FolderSync, which wrote it for programs that look for Syncthing there. Give a Syncthing's home.");
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxBytes,
            MaxCharactersFromEntities = 1024,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            CheckDepth(settings);
            using var stream = File.OpenRead(ConfigFile);
            using var reader = XmlReader.Create(stream, settings);
            var root = XDocument.Load(reader).Root!;
            return root.Name.LocalName == "configuration"
                ? root
                : throw new InvalidDataException($"'{ConfigFile}' is not a Syncthing's configuration: it starts with <{root.Name.LocalName}>.");
        }
        catch (XmlException e)
        {
            throw new InvalidDataException(e.LineNumber > 0
                ? $"{ConfigFile}:{e.LineNumber}:{e.LinePosition}: This is not Syncthing's XML: {e.Message}"
                : $"{ConfigFile}: This is not Syncthing's XML, which has neither a DTD nor entities.", e);
        }
    }

    public override string ToString() => Path;

    /// <summary>Building the tree takes a stack frame per level.</summary>
    private void CheckDepth(XmlReaderSettings settings)
    {
        using var stream = File.OpenRead(ConfigFile);
        using var reader = XmlReader.Create(stream, settings);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
                throw new InvalidDataException($"'{ConfigFile}' is nested deeper than a Syncthing's configuration ever is.");
        }
    }

    private static IEnumerable<string> Places(Func<string, string?> environment)
    {
        foreach (var variable in (string[])["STHOMEDIR", "STCONFDIR"])
        {
            if (environment(variable) is { Length: > 0 } named)
                yield return named;
        }
        if (OperatingSystem.IsWindows())
        {
            yield return System.IO.Path.Combine(environment("LOCALAPPDATA") ?? "", "Syncthing");
            yield break;
        }
        var user = environment("HOME") is { Length: > 0 } home ? home : HomeDirectory.OfUser;
        if (OperatingSystem.IsMacOS())
            yield return System.IO.Path.Combine(user, "Library", "Application Support", "Syncthing");
        yield return System.IO.Path.Combine(environment("XDG_STATE_HOME") is { Length: > 0 } state ? state : System.IO.Path.Combine(user, ".local", "state"), "syncthing");
        yield return System.IO.Path.Combine(environment("XDG_CONFIG_HOME") is { Length: > 0 } config ? config : System.IO.Path.Combine(user, ".config"), "syncthing");
        yield return System.IO.Path.Combine(user, "snap", "syncthing", "common", "syncthing");
    }
}
