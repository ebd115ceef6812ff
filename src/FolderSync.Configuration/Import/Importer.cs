using System.Globalization;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;

namespace FolderSync.Configuration.Import;

/// <summary>Executes an import: writes identity and configuration into a home directory that has none.</summary>
public static class Importer
{
    private static readonly string[] OfOneIdentity = ["cert.pem", "key.pem", "config.yaml", "config.xml", "config-backups", "index", "state.db", "state-log.db"];

    /// <summary>The files of an earlier identity in the home directory.</summary>
    public static IReadOnlyList<string> Earlier(HomeDirectory home) => [.. OfOneIdentity.Where(n => Path.Exists(Path.Combine(home.Path, n)))];

    /// <returns>Where the previous files are now; null if there were none.</returns>
    /// <exception cref="ServiceStartException">FolderSync is running on the home directory.</exception>
    /// <exception cref="IOException"/>
    public static async Task<string?> RunAsync(ImportPlan plan, HomeDirectory home, CancellationToken cancellation)
    {
        using var homeLock = HomeLock.Acquire(home, "End it first.");
        var aside = BackUp(home);
        await plan.Identity.SaveAsync(home.Path, cancellation);
        ConfigJsonSchema.WriteTo(home);
        DurableFile.Write(home.ConfigFile, ConfigText(plan, home));
        foreach (var marker in plan.Markers.Where(m => !Path.Exists(m)))
            Directory.CreateDirectory(marker);
        return aside;
    }

    /// <summary>The commented text of a new home directory with the imported values spliced in.</summary>
    public static string ConfigText(ImportPlan plan, HomeDirectory home)
    {
        var apiKey = plan.Configuration.Page.ApiKey is { Length: > 0 } key ? key : InitialConfig.ApiKey();
        var document = ConfigDocument.Parse(home.ConfigFile, InitialConfig.Text(plan.Configuration.Engine.Name, apiKey));
        var now = ConfigReader.Read(home.ConfigFile, document, home).Configuration;
        var text = ConfigWriter.Write(document, now, plan.Configuration with { Page = plan.Configuration.Page with { ApiKey = apiKey } }).Text;
        // The next start would refuse an invalid import: detect it now, before anything is written.
        _ = ConfigReader.Read(home.ConfigFile, ConfigDocument.Parse(home.ConfigFile, text), home);
        return text;
    }

    private static string? BackUp(HomeDirectory home)
    {
        var earlier = Earlier(home);
        if (earlier.Count == 0)
            return null;
        var name = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var aside = new HomeDirectory(Path.Combine(home.Path, $"before-import-{name}"));
        aside.Create();
        foreach (var leaf in earlier)
            Directory.Move(Path.Combine(home.Path, leaf), Path.Combine(aside.Path, leaf));
        DurableName.SyncDirectory(aside.Path);
        DurableName.SyncDirectory(home.Path);
        return aside.Path;
    }
}
