using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Text;

namespace FolderSync.Configuration.Checks;

public static class ConfigChecks
{
    /// <summary>The configuration in force, or null; adds results to <paramref name="findings"/>.</summary>
    public static ServiceConfig? Of(HomeDirectory home, List<Finding> findings)
    {
        try
        {
            using var store = ConfigStore.Open(home);
            foreach (var problem in store.Error?.Problems ?? [])
                findings.Add(Problem(problem));
            foreach (var warning in store.Warnings)
                findings.Add(Finding.Warn("configuration", (warning with { Hint = null }).ToString(), warning.Hint));
            if (store.Error is null && store.Warnings.Count == 0)
                findings.Add(Finding.Ok("configuration", $"config.yaml is valid: {Amount.Count(store.Current.Engine.Folders.Length, "folder")}, {Amount.Count(store.Current.Engine.Devices.Length, "device")}."));
            return store.Current;
        }
        catch (ConfigException e)
        {
            foreach (var problem in e.Problems)
                findings.Add(Problem(problem));
            return null;
        }
    }

    private static Finding Problem(ConfigProblem problem) =>
        Finding.Fail("configuration", (problem with { Hint = null }).ToString(), problem.Hint ?? "`foldersync config check` checks it again.");
}
