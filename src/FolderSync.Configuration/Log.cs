using Microsoft.Extensions.Logging;

namespace FolderSync.Configuration;

/// <summary>All log messages of this assembly. In one class: the generator puts several in an order that changes from build to build.</summary>
internal static partial class Log
{
    [LoggerMessage(16, LogLevel.Warning, "{Path}, where programs made for Syncthing find the address and the key, was not written: {Why}")]
    public static partial void NoClientConfig(ILogger log, string path, string why);
}
