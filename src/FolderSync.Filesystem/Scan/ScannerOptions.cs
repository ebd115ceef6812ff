namespace FolderSync.Filesystem.Scan;

/// <summary>How a folder is scanned.</summary>
public sealed record ScannerOptions
{
    /// <summary>Permission bits are neither compared nor announced.</summary>
    public bool IgnorePermissions { get; init; }

    /// <summary>A name that is not in normalization form C is renamed on disk; otherwise it is reported.</summary>
    public bool AutoNormalize { get; init; } = true;

    /// <summary>A changed file's blocks are hashed only where their XXH64 changed.</summary>
    public bool UsePreHashes { get; init; } = true;

    /// <summary>Two mtimes closer than this are the same; 0: by the filesystem.</summary>
    public long ModifiedWindowNanoseconds { get; init; }
}

/// <summary>The root is not there any more, or is not the folder it was: nothing that a scan found gone since may be believed.</summary>
public sealed class RootGoneException(RootState state) : IOException($"The folder's root can't be scanned: {Text(state)}")
{
    public RootState State { get; } = state;

    private static string Text(RootState state) => state switch
    {
        RootState.Missing => "it does not exist.",
        RootState.NotADirectory => "it is not a directory.",
        RootState.MarkerMissing => "its marker .stfolder is missing.",
        RootState.Unreadable => "it can't be read.",
        _ => "another directory stands there now.",
    };
}
