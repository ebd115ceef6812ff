using System.Globalization;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>The texts that were in force: the present one and the five before it, one file each, named by time.</summary>
public sealed class ConfigBackups(string directory, TimeProvider time)
{
    private const int Kept = 6;

    /// <summary>Newest first; skips unreadable ones.</summary>
    public IEnumerable<(string Path, string Text)> Texts()
    {
        foreach (var path in Files().Reverse())
        {
            if (Read(path) is { } text)
                yield return (path, text);
        }
    }

    /// <summary>Does nothing if it is already the newest. A failure only costs the backup.</summary>
    public void Add(string text)
    {
        try
        {
            if (Texts().Select(t => t.Text).FirstOrDefault() == text)
                return;
            new HomeDirectory(directory).Make();
            var name = time.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
            var path = Path.Combine(directory, $"config-{name}.yaml");
            for (var i = 1; File.Exists(path); i++)
                path = Path.Combine(directory, $"config-{name}~{i:000}.yaml");
            DurableFile.Write(path, text);
            foreach (var old in Files().SkipLast(Kept))
                File.Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return TextFile.Decode(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ConfigException)
        {
            return null;
        }
    }

    private IEnumerable<string> Files() =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "config-*.yaml").Order(StringComparer.Ordinal) : [];
}
