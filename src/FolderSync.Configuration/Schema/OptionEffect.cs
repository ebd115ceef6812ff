namespace FolderSync.Configuration.Schema;

/// <summary>What has to be done for a change of an option to be in force.</summary>
public enum OptionEffect
{
    /// <summary>Nothing: whoever uses it looks at the present configuration. Devices' options are so, too; what a connection may no longer be ends it.</summary>
    AtOnce,

    /// <summary>The folder is closed and opened again, which happens by itself.</summary>
    FolderReopens,

    /// <summary>The service is restarted by a person.</summary>
    ServiceRestarts,
}
