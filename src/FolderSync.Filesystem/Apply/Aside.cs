using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Where displaced content goes.</summary>
internal sealed class Aside(IFileSystem disk, IVersioner? versioner, TimeProvider time)
{
    private const int MostAttempts = 1000;

    /// <summary>Something was given to the versioner since its last flush.</summary>
    private bool _kept;

    /// <summary>
    /// Takes what stands at <paramref name="path"/>, displaced from <paramref name="name"/>, away from there as asked. Throws and leaves
    /// it where it is if that fails.
    /// </summary>
    /// <returns>The conflict copy's name where one was made.</returns>
    public FileName? Put(LocalPath path, FileName name, Displaced displaced, ShortId winner)
    {
        switch (displaced)
        {
            case Displaced.Conflict:
                return PutAsConflictCopy(path, name, winner);
            case Displaced.Version when versioner is not null:
                versioner.Keep(path, name);
                _kept = true;
                return null;
            default:
                disk.RemoveFile(path);
                return null;
        }
    }

    /// <summary>Renames to a conflict copy's name that is free.</summary>
    public FileName PutAsConflictCopy(LocalPath path, FileName name, ShortId winner)
    {
        var now = time.GetLocalNow();
        for (var attempt = 0; ; attempt++)
        {
            var copy = ConflictName.For(name, now, winner, attempt, Math.Max(128, disk.TraitsAt(LocalPath.Of(name)).MaxLeafLength));
            try
            {
                disk.Rename(path, LocalPath.Of(copy), RenameMode.NoReplace);
                return copy;
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.Exists && attempt < MostAttempts)
            {
                // That one is somebody's already.
            }
        }
    }

    public void Flush()
    {
        if (!_kept)
            return;
        versioner!.Flush();
        _kept = false;
    }
}
