using FolderSync.Filesystem;

namespace FolderSync.Engine.Folders;

/// <summary>Explains what is wrong with a folder's root and what the user can do.</summary>
internal static class RootProblem
{
    private const string Safe = "Nothing is announced or changed until then.";
    private const string ByItself = "FolderSync then resumes automatically.";

    /// <param name="isEmpty">The directory at the path is completely empty.</param>
    public static string Explain(RootState state, string path, bool isEmpty) => state switch
    {
        RootState.Missing =>
            $"The directory {path} does not exist. If it is on another disk, connect that; if it was moved or renamed, move it back or set the folder's new path " +
            $"in the configuration; if it was deleted on purpose, remove the folder from the configuration. {Safe}",
        RootState.NotADirectory => $"{path} is not a directory. Move it away and put the folder's directory back, or set its new path in the configuration. {Safe}",
        RootState.MarkerMissing or RootState.Replaced when isEmpty =>
            $"The directory {path} is empty and lacks its marker .stfolder, as if a disk is not mounted. Mount the disk that belongs there: {ByItself} " +
            $"If the files are really lost and should be restored from the other devices, remove the folder here and add it again. {Safe}",
        RootState.Replaced =>
            $"Another directory, without the marker .stfolder, is now at {path}. Put the folder's own directory back: {ByItself} " +
            $"If the new one is right, create a directory .stfolder in it; its differences then count as your changes. {Safe}",
        RootState.MarkerMissing =>
            $"The marker .stfolder is missing in {path}, so it is unknown whether this is the folder that was synced. " +
            $"If its files are present and right, create the marker again (mkdir '{Path.Combine(path, ".stfolder")}'): {ByItself} {Safe}",
        RootState.Unreadable => $"The directory {path} can't be read. Give the user who runs FolderSync permission to read it, or check the disk. {Safe}",
        _ => $"The directory {path} was replaced for a moment while FolderSync used it. Make sure that the folder's own directory stays there: {ByItself} {Safe}",
    };

    /// <summary>Runs on a worker.</summary>
    public static string Explain(RootState state, string path, IFileSystem disk)
    {
        var isEmpty = false;
        try
        {
            isEmpty = state is RootState.MarkerMissing or RootState.Replaced && disk.List(LocalPath.Root).Count == 0;
        }
        catch (FileSystemException)
        {
            // Unknown, so assume it isn't empty.
        }
        return Explain(state, path, isEmpty);
    }
}
