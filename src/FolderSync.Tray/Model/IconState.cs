namespace FolderSync.Tray.Model;

/// <summary>The state that the icon shows.</summary>
internal enum IconState
{
    Idle,
    Syncing,
    Paused,
    Error,

    /// <summary>There is no service, or no other device is connected.</summary>
    Disconnected,

    /// <summary>Something needs the user's decision.</summary>
    Attention,
}
