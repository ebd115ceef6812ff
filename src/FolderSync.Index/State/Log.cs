using Microsoft.Extensions.Logging;

namespace FolderSync.Index.State;

internal static partial class Log
{
    [LoggerMessage(3101, LogLevel.Warning, "The service's state {Path} can't be read ({Reason}); it is put aside as .damaged and begun anew. No synced file is affected")]
    public static partial void StateDamaged(ILogger logger, string path, string reason);
}
