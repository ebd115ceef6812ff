using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Stores displaced content: discards it, versions it, or keeps it as a conflict copy.</summary>
internal sealed class DisplacedFileStore(IFileSystem disk, IVersioner? versioner, TimeProvider time)
{
    private const int MaxAttempts = 1000;

    /// <summary>The versioner received something since its last flush.</summary>
    private bool _kept;

    /// <summary>
    /// Moves the content at <paramref name="path"/>, which was displaced from <paramref name="name"/>, as requested. Throws and leaves it in place
    /// on failure.
    /// </summary>
    /// <returns>The name of the conflict copy, if one was made.</returns>
    public FileName? Store(LocalPath path, FileName name, ActionForExisting displaced, ShortId winner)
    {
        switch (displaced)
        {
            case ActionForExisting.Conflict:
                return StoreAsConflictCopy(path, name, winner);
            case ActionForExisting.Version when versioner is not null:
                versioner.Keep(path, name);
                _kept = true;
                return null;
            default:
                disk.RemoveFile(path);
                return null;
        }
    }

    /// <summary>Renames it to a free conflict-copy name.</summary>
    public FileName StoreAsConflictCopy(LocalPath path, FileName name, ShortId winner)
    {
        var attempts = 0;
        foreach (var copy in ConflictCopyNames.For(disk, name, time.GetLocalNow(), winner))
        {
            try
            {
                disk.Rename(path, LocalPath.Of(copy), RenameMode.NoReplace);
                return copy;
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.Exists && attempts < MaxAttempts)
            {
                // That name is taken; try the next.
                attempts++;
            }
        }
        throw new InvalidOperationException("There is always another name.");
    }

    public void Flush()
    {
        if (!_kept)
            return;
        versioner!.Flush();
        _kept = false;
    }
}
