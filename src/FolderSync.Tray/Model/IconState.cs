namespace FolderSync.Tray.Model;

/// <summary>What the icon says at a glance.</summary>
internal enum IconState
{
    Idle,
    Syncing,
    Paused,
    Error,

    /// <summary>No service, or no other device is there.</summary>
    Disconnected,

    /// <summary>Something waits for a person's word.</summary>
    Attention,
}
