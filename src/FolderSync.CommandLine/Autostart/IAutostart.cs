namespace FolderSync.CommandLine.Autostart;

/// <summary>What starts at login, as sentences for the user.</summary>
/// <param name="On">The service or the tray icon is started.</param>
/// <param name="Lines">What starts from where.</param>
/// <param name="Notes">Further notes for the user.</param>
internal sealed record AutostartState(bool On, IReadOnlyList<string> Lines, IReadOnlyList<string> Notes);

/// <summary>Starts programs at login on one platform, without administrator rights.</summary>
internal interface IAutostart
{
    AutostartState Read();

    /// <param name="now">Also starts it now.</param>
    Task TurnOnAsync(bool now, CancellationToken cancellation);

    Task TurnOffAsync(CancellationToken cancellation);
}
