using System.Globalization;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>The texts that were in force: the present one and the five before it, one file each, named by time.</summary>
public sealed class ConfigBackups(string directory, TimeProvider time)
{
    private const int Kept = 6;
    private const string Prefix = "config-";
    private const string Stamp = "yyyyMMdd-HHmmss-fff";

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
            new HomeDirectory(directory).Create();
            DurableFile.Write(Path.Combine(directory, $"{Prefix}{NextMoment().ToString(Stamp, CultureInfo.InvariantCulture)}.yaml"), text);
            foreach (var old in Files().SkipLast(Kept))
                File.Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Later than that of every copy: the newest text has the last name, also where the clock was set back since.</summary>
    private DateTime NextMoment()
    {
        var now = time.GetUtcNow().UtcDateTime;
        return Files().Select(MomentOf).LastOrDefault() is { } last && now < last.AddMilliseconds(1) ? last.AddMilliseconds(1) : now;
    }

    /// <summary>Null where the file is no copy of this class.</summary>
    private static DateTime? MomentOf(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return name.Length > Prefix.Length + Stamp.Length
            && DateTime.TryParseExact(name.Slice(Prefix.Length, Stamp.Length), Stamp, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            && moment < DateTime.MaxValue.AddDays(-1) ? moment : null;
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
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, Prefix + "*.yaml").Where(f => MomentOf(f) is not null).Order(StringComparer.Ordinal) : [];
}
