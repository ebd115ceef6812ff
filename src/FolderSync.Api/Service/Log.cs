using System.Net;

namespace FolderSync.Api.Service;

/// <summary>
/// All log messages of this assembly. They are in one class because the generator emits several classes in an order that changes from build to
/// build.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(10, LogLevel.Warning, "The page is reachable from other computers ({Address}) and no password is set: it is disabled, and only the REST interface works, with the API key. Set a password with 'foldersync password', or set page.address to 127.0.0.1.")]
    public static partial void PageIsOpen(ILogger log, string address);

    [LoggerMessage(17, LogLevel.Information, "A password is set: the page is on.")]
    public static partial void PageIsGuarded(ILogger log);

    [LoggerMessage(18, LogLevel.Warning, "The API key has {Length} characters and can be guessed from other computers. Use at least {Safe}: remove page.api-key from config.yaml and restart to create a safe one.")]
    public static partial void KeyIsShort(ILogger log, int length, int safe);

    [LoggerMessage(20, LogLevel.Information, "'{User}' logged in from {Address}")]
    public static partial void LoggedIn(ILogger log, string user, IPAddress address);

    [LoggerMessage(21, LogLevel.Warning, "Login with a wrong name or password ('{User}') from {Address}")]
    public static partial void WrongLogin(ILogger log, string user, IPAddress address);

    [LoggerMessage(23, LogLevel.Warning, "In the last minute {Count} more logins with a wrong name or password")]
    public static partial void MoreWrongLogins(ILogger log, long count);

    [LoggerMessage(24, LogLevel.Warning, "A connection to the page was refused: there are {Count}")]
    public static partial void ConnectionRefused(ILogger log, int count);

    [LoggerMessage(25, LogLevel.Warning, "In the last minute {Count} more connections to the page were refused")]
    public static partial void MoreConnectionsRefused(ILogger log, long count);

    [LoggerMessage(26, LogLevel.Warning, "The user {User} of this computer tried to open the page with a link that was made for its owner; it was refused")]
    public static partial void LinkOfAnotherUser(ILogger log, uint user);

    [LoggerMessage(27, LogLevel.Warning, "The page's sessions can't be stored and end with the service: {Why}")]
    public static partial void SessionsNotKept(ILogger log, string why);

    [LoggerMessage(28, LogLevel.Information, "The API key was shown on the page, to {Address}")]
    public static partial void KeyShown(ILogger log, IPAddress? address);

    /// <summary>A message that a client posted to /rest/system/error.</summary>
    [LoggerMessage(22, LogLevel.Error, "{Text}")]
    public static partial void Posted(ILogger log, string text);
}
