namespace FolderSync.CommandLine.Autostart;

/// <summary>What a login starts, as sentences for a person.</summary>
/// <param name="On">The service or the tray icon is started.</param>
/// <param name="Lines">What is where.</param>
/// <param name="Notes">What a person should know besides.</param>
internal sealed record AutostartState(bool On, IReadOnlyList<string> Lines, IReadOnlyList<string> Notes);

/// <summary>How a platform starts programs at a login. Without rights of an administrator.</summary>
internal interface IAutostart
{
    AutostartState Read();

    /// <param name="now">Starts it now, too.</param>
    Task TurnOnAsync(bool now, CancellationToken cancellation);

    Task TurnOffAsync(CancellationToken cancellation);
}
