namespace FolderSync.Configuration.Schema;

/// <summary>What it takes for a changed option to be in force.</summary>
public enum OptionEffect
{
    /// <summary>
    /// Nothing: its users read the current configuration. This includes devices' options; a connection that is no longer allowed is closed.
    /// </summary>
    Immediate,

    /// <summary>The folder is closed and reopened automatically.</summary>
    FolderReopens,

    /// <summary>The user has to restart the service.</summary>
    ServiceRestarts,
}
