using Microsoft.Extensions.Logging;

namespace FolderSync.Configuration;

/// <summary>All log messages of this assembly. In one class: the generator puts several in an order that changes from build to build.</summary>
internal static partial class Log
{
    [LoggerMessage(16, LogLevel.Warning, "{Path}, from which programs made for Syncthing take the address and the key, is not written: {Why}")]
    public static partial void NoClientConfig(ILogger log, string path, string why);
}
