using Microsoft.Extensions.Logging;

namespace FolderSync.Index.Sqlite;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Debug, "Opened the index {Path}: ID {IndexId}, sequence {Sequence}, {Items} local items")]
    public static partial void IndexOpened(ILogger logger, string path, ulong indexId, long sequence, long items);

    [LoggerMessage(3002, LogLevel.Warning, "The index of folder '{Folder}' was put aside as {Path}; it is made anew from the disk")]
    public static partial void IndexPutAside(ILogger logger, string folder, string path);
}
