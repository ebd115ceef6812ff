using System.Globalization;

namespace FolderSync.Filesystem.Watch;

/// <summary>Explains to the user that the system has no inotify watches left, with the commands that help. Pure.</summary>
internal static class WatchLimits
{
    private const long Step = 8192;

    /// <param name="watched">Directories of this folder that are watched.</param>
    /// <param name="missing">Directories of this folder that are not.</param>
    /// <param name="limit">The user's present limit, shared by all programs; 0 if unknown.</param>
    public static WatchProblem OfWatches(string root, long watched, long missing, long limit, TimeSpan poll)
    {
        var needed = RoundUp((Math.Max(limit, watched) + missing) * 5 / 4);
        var now = limit > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({limit})") : "";
        return new WatchProblem(
            string.Create(CultureInfo.InvariantCulture, $"Of the {watched + missing} directories in '{DisplayName.Of(root)}' {missing} can't be watched: the system's limit of watches{now} is reached, at least {missing} more are needed. Changes there are found every {poll.TotalSeconds:0} seconds."),
            Commands("fs.inotify.max_user_watches", needed));
    }

    /// <summary>No instance is left: none of the folder is watched.</summary>
    public static WatchProblem OfInstances(string root, long limit, TimeSpan poll) => new(
        string.Create(CultureInfo.InvariantCulture, $"'{DisplayName.Of(root)}' can't be watched: the system's limit of watching programs (inotify instances{(limit > 0 ? $": {limit}" : "")}) is reached. Changes are found every {poll.TotalSeconds:0} seconds."),
        Commands("fs.inotify.max_user_instances", Math.Max(limit, 128) * 4));

    private static string Commands(string key, long value) => string.Create(CultureInfo.InvariantCulture,
        $"sudo sysctl {key}={value} && echo '{key}={value}' | sudo tee /etc/sysctl.d/90-foldersync-{key[(key.LastIndexOf('_') + 1)..]}.conf");

    private static long RoundUp(long value) => (value + Step - 1) / Step * Step;
}
