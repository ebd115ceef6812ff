using System.Globalization;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Text;

namespace FolderSync.Configuration.Checks;

/// <summary>Linux limits the number of watched directories per user; every directory of every watched folder counts.</summary>
public static class WatchChecks
{
    private const string Limits = "/proc/sys/fs/inotify";
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    public static IEnumerable<CheckResult> Of(ServiceConfig config, TimeProvider time, CancellationToken cancellation, string limits = Limits)
    {
        if (Read(Path.Combine(limits, "max_user_watches")) is not { } watches || Read(Path.Combine(limits, "max_user_instances")) is not { } instances)
            yield break;
        var (begun, directories, complete) = (time.GetTimestamp(), 0L, true);
        foreach (var folder in config.Engine.Folders.Where(f => f.WatcherEnabled && Directory.Exists(f.Path)))
        {
            foreach (var _ in Directories(folder.Path))
            {
                cancellation.ThrowIfCancellationRequested();
                directories++;
                complete = directories <= watches && time.GetElapsedTime(begun) < ResponseTimeout;
                if (!complete)
                    break;
            }
        }
        if (directories > watches)
        {
            yield return CheckResult.Fail("watches", $"The folders have more than {watches:N0} directories, the system's limit of watches per user. Changes in the others are only found by the periodic scan.",
                $"echo fs.inotify.max_user_watches={Math.Max(524_288, watches * 4)} | sudo tee /etc/sysctl.d/60-foldersync.conf && sudo sysctl --system");
        }
        else
        {
            yield return CheckResult.Ok("watches", $"{(complete ? "" : "At least ")}{HumanReadable.Count(directories, "directory", "directories")} to watch, of {watches:N0} that this system allows.");
        }
        if (config.Engine.Folders.Count(f => f.WatcherEnabled) >= instances - 8)
        {
            yield return CheckResult.Warn("watches", $"Each folder takes one of {instances:N0} inotify instances that a user may have.",
                "echo fs.inotify.max_user_instances=1024 | sudo tee /etc/sysctl.d/61-foldersync.conf && sudo sysctl --system");
        }
    }

    private static IEnumerable<string> Directories(string root) => Directory.EnumerateDirectories(root, "*",
        new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }).Prepend(root);

    private static long? Read(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
