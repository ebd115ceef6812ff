namespace FolderSync.Filesystem.Apply;

/// <summary>A file that is being put together in a temp file beside its name.</summary>
public sealed class StagedFile;
