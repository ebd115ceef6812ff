namespace FolderSync.Filesystem.Scan;

/// <summary>How to scan a folder.</summary>
public sealed record ScannerOptions
{
    /// <summary>Permission bits are neither compared nor announced.</summary>
    public bool IgnorePermissions { get; init; }

    /// <summary>Renames a name that isn't in NFC; otherwise reports it.</summary>
    public bool AutoNormalize { get; init; } = true;

    /// <summary>Hashes a changed file's blocks only where their XXH64 changed.</summary>
    public bool UsePreHashes { get; init; } = true;

    /// <summary>Two mtimes closer than this count as equal; 0: the filesystem's window.</summary>
    public long ModifiedWindowNanoseconds { get; init; }
}

/// <summary>The root is missing or was replaced: deletions found since then can't be trusted.</summary>
public sealed class RootUnavailableException(RootState state) : IOException($"The folder's root can't be scanned: {Text(state)}")
{
    public RootState State { get; } = state;

    private static string Text(RootState state) => state switch
    {
        RootState.Missing => "it does not exist.",
        RootState.NotADirectory => "it is not a directory.",
        RootState.MarkerMissing => "its marker .stfolder is missing.",
        RootState.Unreadable => "it can't be read.",
        _ => "another directory is there now.",
    };
}
