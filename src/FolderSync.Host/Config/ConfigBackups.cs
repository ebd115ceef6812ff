using System.Globalization;

namespace FolderSync.Host.Config;

/// <summary>The texts that were in force: the present one and the last five before it, a file each, named by time.</summary>
internal sealed class ConfigBackups(string directory, TimeProvider time)
{
    private const int Kept = 6;

    /// <summary>The one in force last; null if there is none.</summary>
    public string? Newest() => Files().LastOrDefault() is { } file ? File.ReadAllText(file) : null;

    /// <summary>Nothing happens if it is the newest already. A failure costs only the copy.</summary>
    public void Add(string text)
    {
        try
        {
            if (Newest() == text)
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

    private IEnumerable<string> Files() =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "config-*.yaml").Order(StringComparer.Ordinal) : [];
}
