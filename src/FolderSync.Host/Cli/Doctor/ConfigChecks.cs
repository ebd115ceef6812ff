using FolderSync.Contracts;
using FolderSync.Host.Config;

namespace FolderSync.Host.Cli.Doctor;

internal static class ConfigChecks
{
    /// <summary>What is in force, or null; what was found goes to <paramref name="findings"/>.</summary>
    public static ServiceConfig? Of(HomeDirectory home, List<DoctorCheck> findings)
    {
        try
        {
            using var store = ConfigStore.Open(home);
            foreach (var problem in store.Error?.Problems ?? [])
                findings.Add(Problem(problem));
            foreach (var warning in store.Warnings)
                findings.Add(Finding.Warn("configuration", (warning with { Hint = null }).ToString(), warning.Hint));
            if (store.Error is null && store.Warnings.Count == 0)
                findings.Add(Finding.Ok("configuration", $"config.yaml is good: {Status.Attentions.Count(store.Current.Engine.Folders.Length, "folder")}, {Status.Attentions.Count(store.Current.Engine.Devices.Length, "device")}."));
            return store.Current;
        }
        catch (ConfigException e)
        {
            foreach (var problem in e.Problems)
                findings.Add(Problem(problem));
            return null;
        }
    }

    private static DoctorCheck Problem(ConfigProblem problem) =>
        Finding.Fail("configuration", (problem with { Hint = null }).ToString(), problem.Hint ?? "`foldersync config check` looks at it again.");
}
