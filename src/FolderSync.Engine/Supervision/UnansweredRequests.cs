using FolderSync.Engine.Configuring;
using FolderSync.Engine.Folders;

namespace FolderSync.Engine.Supervision;

/// <summary>What users asked of a folder that was closed before it was done.</summary>
internal sealed record UnansweredRequests(IReadOnlyList<FolderRequest> Scans, IReadOnlyList<QueuedCommand> Commands)
{
    public const string FolderPaused = "The folder is paused.";
    public const string FolderRemoved = "The folder was removed.";
    public const string ServiceEnds = "FolderSync is shutting down.";

    public static readonly UnansweredRequests None = new([], []);

    /// <summary>Null where the folder does it after it is opened anew. What was said of the files under one path isn't said of those under another.</summary>
    public static string? WhyNotIn(FolderConfig before, FolderConfig wanted) =>
        wanted.Paused ? FolderPaused
        : wanted.Path != before.Path ? "The folder's path was changed before that was done. Ask again if it still holds."
        : null;

    /// <summary>There will be no folder that does it.</summary>
    public void Fail(string reason)
    {
        foreach (var request in Scans.Concat(Commands))
            request.Fail(reason);
    }
}
