using System.Globalization;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;

namespace FolderSync.Configuration.Import;

/// <summary>Carries an import's plan out: identity and configuration into a home that has none.</summary>
public static class Importer
{
    private static readonly string[] OfOneIdentity = ["cert.pem", "key.pem", "config.yaml", "config.xml", "config-backups", "index", "state.db", "state-log.db"];

    /// <summary>What of an earlier identity is in the home.</summary>
    public static IReadOnlyList<string> Earlier(HomeDirectory home) => [.. OfOneIdentity.Where(n => Path.Exists(Path.Combine(home.Path, n)))];

    /// <returns>Where what was there before is now; null if there was nothing.</returns>
    /// <exception cref="ServiceStartException">A FolderSync runs on the home.</exception>
    /// <exception cref="IOException"/>
    public static async Task<string?> RunAsync(ImportPlan plan, HomeDirectory home, CancellationToken cancellation)
    {
        using var homeLock = HomeLock.Take(home, "End it first.");
        var aside = KeepAside(home);
        await plan.Identity.SaveAsync(home.Path, cancellation);
        ConfigJsonSchema.WriteTo(home);
        DurableFile.Write(home.ConfigFile, ConfigText(plan, home));
        foreach (var marker in plan.Markers.Where(m => !Path.Exists(m)))
            Directory.CreateDirectory(marker);
        return aside;
    }

    /// <summary>The commented text of a new home, with what is taken over spliced in.</summary>
    public static string ConfigText(ImportPlan plan, HomeDirectory home)
    {
        var apiKey = plan.Configuration.Page.ApiKey is { Length: > 0 } key ? key : NewConfig.ApiKey();
        var document = ConfigDocument.Parse(home.ConfigFile, NewConfig.Text(plan.Configuration.Engine.Name, apiKey));
        var now = ConfigReader.Read(home.ConfigFile, document, home).Configuration;
        var text = ConfigWriter.Write(document, now, plan.Configuration with { Page = plan.Configuration.Page with { ApiKey = apiKey } }).Text;
        // What was not taken over would be refused at the next start: better now, before anything is written.
        _ = ConfigReader.Read(home.ConfigFile, ConfigDocument.Parse(home.ConfigFile, text), home);
        return text;
    }

    private static string? KeepAside(HomeDirectory home)
    {
        var earlier = Earlier(home);
        if (earlier.Count == 0)
            return null;
        var name = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var aside = new HomeDirectory(Path.Combine(home.Path, $"before-import-{name}"));
        aside.Make();
        foreach (var leaf in earlier)
            Directory.Move(Path.Combine(home.Path, leaf), Path.Combine(aside.Path, leaf));
        DurableName.SyncDirectory(aside.Path);
        DurableName.SyncDirectory(home.Path);
        return aside.Path;
    }
}
