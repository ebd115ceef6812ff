using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Text;

namespace FolderSync.Configuration.Checks;

public static class ConfigChecks
{
    /// <summary>The configuration in force, or null; adds results to <paramref name="findings"/>.</summary>
    public static ServiceConfig? Of(HomeDirectory home, List<CheckResult> findings)
    {
        try
        {
            using var store = ConfigStore.Open(home);
            foreach (var problem in store.Error?.Problems ?? [])
                findings.Add(Problem(problem));
            foreach (var warning in store.Warnings)
                findings.Add(CheckResult.Warn("configuration", (warning with { Hint = null }).ToString(), warning.Hint));
            if (store.Error is null && store.Warnings.Count == 0)
                findings.Add(CheckResult.Ok("configuration", $"config.yaml is valid: {HumanReadable.Count(store.Current.Engine.Folders.Length, "folder")}, {HumanReadable.Count(store.Current.Engine.Devices.Length, "device")}."));
            return store.Current;
        }
        catch (ConfigException e)
        {
            foreach (var problem in e.Problems)
                findings.Add(Problem(problem));
            return null;
        }
    }

    private static CheckResult Problem(ConfigProblem problem) =>
        CheckResult.Fail("configuration", (problem with { Hint = null }).ToString(), problem.Hint ?? "`foldersync config check` checks it again.");
}
