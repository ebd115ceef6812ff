using Microsoft.Extensions.Logging;

namespace FolderSync.Index;

/// <summary>
/// All log messages of this library. In one class: the generator of these methods puts several in an order that changes from build to build.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Debug, "Opened the index {Path}: ID {IndexId}, sequence {Sequence}, {Items} local items")]
    public static partial void IndexOpened(ILogger logger, string path, ulong indexId, long sequence, long items);

    [LoggerMessage(3002, LogLevel.Warning, "The damaged index of folder '{Folder}' was renamed to {Path}; it is rebuilt from the disk")]
    public static partial void IndexQuarantined(ILogger logger, string folder, string path);

    [LoggerMessage(3003, LogLevel.Warning, "The index {Path} had entries beyond the present limits: {Own} of this device's entries were changed, {Devices} devices are asked for their full index")]
    public static partial void LimitsUpgraded(ILogger logger, string path, int own, int devices);

    [LoggerMessage(3101, LogLevel.Warning, "The service's state {Path} can't be read ({Reason}); it is renamed to .damaged and recreated. No synced file is affected")]
    public static partial void StateDamaged(ILogger logger, string path, string reason);

    [LoggerMessage(3102, LogLevel.Error, "The service's state {Path} can't be written ({Reason}). Statistics, history and pending requests are not stored until then; synced files are not affected")]
    public static partial void StateNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(3103, LogLevel.Warning, "The service's state {Path} could not be closed properly: {Reason}")]
    public static partial void StateNotClosed(ILogger logger, string path, string reason);
}
