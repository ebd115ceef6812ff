using FolderSync.Configuration.Yaml;

namespace FolderSync.Host.Service;

/// <summary>
/// All log messages of the service. In one class: the generator of these methods puts several in an order that changes from build to build.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "FolderSync {Version}, device {Device}, home {Home}")]
    public static partial void Starting(ILogger log, string version, string device, string home);

    [LoggerMessage(2, LogLevel.Information, "The page and the REST interface are at {Url} (to open the page: `foldersync open`)")]
    public static partial void PageAt(ILogger log, string url);

    [LoggerMessage(3, LogLevel.Information, "The page moved from {Wanted} to {Settled}: {Why}. The configuration was updated.")]
    public static partial void PageMoved(ILogger log, string wanted, string why, string settled);

    [LoggerMessage(4, LogLevel.Information, "Listening for peers on port {Port}: {Why}. The configuration was updated.")]
    public static partial void PeersMoved(ILogger log, string why, int port);

    [LoggerMessage(5, LogLevel.Warning, "{Warning}")]
    public static partial void IdentityWarning(ILogger log, string warning);

    [LoggerMessage(6, LogLevel.Warning, "{Problem}")]
    public static partial void ConfigWarning(ILogger log, ConfigProblem problem);

    [LoggerMessage(7, LogLevel.Error, "The configuration was not reloaded; the last valid version stays in force. {Problem}")]
    public static partial void ConfigRefused(ILogger log, ConfigProblem problem);

    [LoggerMessage(8, LogLevel.Information, "Configuration reloaded.")]
    public static partial void ConfigTaken(ILogger log);

    [LoggerMessage(9, LogLevel.Error, "The configuration could not be applied.")]
    public static partial void ConfigFailed(ILogger log, Exception exception);

    [LoggerMessage(11, LogLevel.Information, "Ended.")]
    public static partial void Ended(ILogger log);

    [LoggerMessage(19, LogLevel.Information, "The page and the REST interface are switched off (page.enabled: false)")]
    public static partial void PageOff(ILogger log);

    [LoggerMessage(12, LogLevel.Warning, "A change of the page's address or certificate takes effect after a restart.")]
    public static partial void PageNeedsRestart(ILogger log);

    [LoggerMessage(13, LogLevel.Warning, "Can't listen for peers on {Address}: {Why}")]
    public static partial void NotListening(ILogger log, string address, string why);

    [LoggerMessage(14, LogLevel.Warning, "{Warning}")]
    public static partial void VariableWarning(ILogger log, string warning);

    [LoggerMessage(15, LogLevel.Information, "{Source} overrides {Option} of the configuration.")]
    public static partial void Overridden(ILogger log, string option, string source);

    [LoggerMessage(23, LogLevel.Error, "An error in FolderSync ended '{Loop}'; it restarts automatically. Please report it with the log.")]
    public static partial void LoopFault(ILogger log, string loop, Exception e);

    [LoggerMessage(24, LogLevel.Error, "A background task failed. Please report it with the log.")]
    public static partial void Unobserved(ILogger log, Exception e);

    [LoggerMessage(25, LogLevel.Warning, "{Path} can't be written ({Why}): commands and the tray on this computer can't find this service until then.")]
    public static partial void NotFindable(ILogger log, string path, string why);

    [LoggerMessage(26, LogLevel.Error, "{Warning}")]
    public static partial void PageCertificate(ILogger log, string warning);
}
