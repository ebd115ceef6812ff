using FolderSync.Core.Model;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Primitives;

/// <summary>
/// All log messages of the engine. In one class: the generator of these methods puts several in an order that changes from build to build.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "{Device} is connected at {Address}, {Client} {Version}")]
    public static partial void Connected(ILogger log, string device, string address, string client, string version);

    [LoggerMessage(101, LogLevel.Information, "{Device} is disconnected: {Reason}")]
    public static partial void Disconnected(ILogger log, string device, string reason);

    [LoggerMessage(102, LogLevel.Warning, "{Device}, folder {Folder}: {Reason}")]
    public static partial void FolderRefused(ILogger log, string device, FolderId folder, string reason);

    [LoggerMessage(103, LogLevel.Warning, "{Device} has repeatedly sent wrong data; other devices are now preferred. Check its disk and memory.")]
    public static partial void WrongData(ILogger log, string device);

    [LoggerMessage(106, LogLevel.Warning, "{Device} does not answer requests; other devices are asked instead, and it is tried again.")]
    public static partial void NotAnswering(ILogger log, string device);

    [LoggerMessage(107, LogLevel.Information, "{Device} answers requests again")]
    public static partial void AnswersAgain(ILogger log, string device);

    [LoggerMessage(104, LogLevel.Warning, "{Device} offers a folder under the ID '{Shown}', which is ignored: {Reason} Give it another ID there.")]
    public static partial void FolderIdRefused(ILogger log, string device, string shown, string reason);

    [LoggerMessage(105, LogLevel.Warning, "{Device} offers {Count} folders that are not shared here; only the first {Most} of them can be accepted for now.")]
    public static partial void ManyOffers(ILogger log, string device, int count, int most);

    [LoggerMessage(110, LogLevel.Information, "Listening at {Address}")]
    public static partial void Listening(ILogger log, string address);

    [LoggerMessage(111, LogLevel.Warning, "Can't listen at {Address}: {Reason}")]
    public static partial void NotListening(ILogger log, string address, string reason);

    [LoggerMessage(112, LogLevel.Debug, "Connection with {Address} rejected: {Reason}")]
    public static partial void NotAdmitted(ILogger log, string address, string reason);

    [LoggerMessage(113, LogLevel.Information, "Device {Device} ({Name}) at {Address} wants to connect and is unknown here. Pair it with 'foldersync pair {Device}', or on the page.")]
    public static partial void Unknown(ILogger log, DeviceId device, string name, string address);

    [LoggerMessage(114, LogLevel.Error, "A connection with {Address} ended by a bug")]
    public static partial void ConnectionBug(ILogger log, string address, Exception e);

    [LoggerMessage(117, LogLevel.Information, "In the last minute {Count} more unknown devices connected")]
    public static partial void MoreUnknown(ILogger log, long count);

    [LoggerMessage(118, LogLevel.Debug, "In the last minute {Count} more connections of unknown devices were rejected")]
    public static partial void MoreRejected(ILogger log, long count);

    [LoggerMessage(119, LogLevel.Error, "In the last minute {Count} more connections ended by a bug")]
    public static partial void MoreConnectionBugs(ILogger log, long count);

    [LoggerMessage(115, LogLevel.Error, "An error in FolderSync ended '{Loop}'; it restarts automatically. Please report it with the log.")]
    public static partial void LoopFault(ILogger log, string loop, Exception e);

    [LoggerMessage(116, LogLevel.Error, "Statistics, history and pending requests can't be stored now: {Reason} Files are still synced.")]
    public static partial void StateNotKept(ILogger log, string reason);

    [LoggerMessage(200, LogLevel.Error, "Folder {Folder} stopped by a bug")]
    public static partial void Bug(ILogger log, string folder, Exception e);

    [LoggerMessage(207, LogLevel.Warning, "Folder {Folder} is not being watched: {Reason}")]
    public static partial void NotWatched(ILogger log, string folder, string reason);

    [LoggerMessage(203, LogLevel.Warning, "Folder {Folder}: a part of it could not be closed properly")]
    public static partial void NotClosed(ILogger log, string folder, Exception e);

    [LoggerMessage(201, LogLevel.Error, "Folder {Folder}: its index is damaged and is rebuilt from the disk: {Reason}")]
    public static partial void IndexDamaged(ILogger log, string folder, string reason);

    [LoggerMessage(202, LogLevel.Warning, "Folder {Folder} is stopped: {Reason}")]
    public static partial void FolderError(ILogger log, string folder, string reason);

    [LoggerMessage(204, LogLevel.Information, "Folder {Folder}: {Command} done")]
    public static partial void Command(ILogger log, string folder, string command);

    [LoggerMessage(205, LogLevel.Warning, "Folder {Folder}: old versions could not be cleaned up: {Reason}")]
    public static partial void CleanUpFailed(ILogger log, string folder, string reason);

    [LoggerMessage(206, LogLevel.Warning, "Folder {Folder}: there are {Count} conflict copies of {Item}, more than {Most}; all are kept")]
    public static partial void ManyConflicts(ILogger log, string folder, string item, int count, int most);

    [LoggerMessage(207, LogLevel.Warning, "Folder {Folder}: {Count} items announced by {Device} are not accepted; '{Item}': {Reason} The others are synced")]
    public static partial void EntriesRefused(ILogger log, string folder, string device, long count, string item, string reason);

    [LoggerMessage(210, LogLevel.Information, "Folder {Folder}: {Removed} old versions removed, {Bytes} bytes")]
    public static partial void Cleaned(ILogger log, string folder, int removed, long bytes);

    [LoggerMessage(213, LogLevel.Information, "Folder {Folder}: {Removed} old versions deleted to free space, {Bytes} bytes")]
    public static partial void MadeRoom(ILogger log, string folder, int removed, long bytes);

    [LoggerMessage(214, LogLevel.Warning, "Folder {Folder}: {Reason}")]
    public static partial void Warned(ILogger log, string folder, string reason);

    [LoggerMessage(215, LogLevel.Warning, "The history of this device's clock can't be stored: {Reason} Versions may be kept longer than configured")]
    public static partial void ClockNotKept(ILogger log, string reason);

    [LoggerMessage(216, LogLevel.Warning, "Folder {Folder}: {Name} has another content elsewhere under the same version, made by {Device}; both are kept")]
    public static partial void Forked(ILogger log, string folder, FileName name, ShortId device);

    [LoggerMessage(117, LogLevel.Warning, "{Message}")]
    public static partial void IdentityShared(ILogger log, string message);

    [LoggerMessage(211, LogLevel.Information, "Folder {Folder}: {Name} restored from its versions")]
    public static partial void Restored(ILogger log, string folder, FileName name);

    [LoggerMessage(212, LogLevel.Information, "Folder {Folder}: the conflict of {Copy} is resolved, {Kept} is kept; the other content is among the versions")]
    public static partial void Resolved(ILogger log, string folder, FileName copy, FileName kept);
}
