using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// Creates the directories above a name that do not exist: their entry may be a deletion that did not know of what is inside. A scan finds them
/// and announces them.
/// </summary>
internal sealed class ParentDirectories(OpenFolder open, IScanRequests scans)
{
    private const uint Permissions = 0x1ED;

    /// <summary>Blocks.</summary>
    /// <exception cref="FileSystemException">One can't be created.</exception>
    public void Create(FileName name)
    {
        var missing = new Stack<FileName>();
        for (var parent = name.Parent; !parent.IsRoot && open.Disk.Stat(LocalPath.Of(parent)) is not { Kind: FileKind.Directory }; parent = parent.Parent)
            missing.Push(parent);
        while (missing.TryPop(out var parent))
        {
            try
            {
                open.Disk.MakeDirectory(LocalPath.Of(parent), Permissions);
                RefuseIfShownOtherwise(LocalPath.Of(parent));
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.Exists)
            {
                // Another transfer was first, or something else stands there; staging says what.
            }
            scans.Request([parent]);
        }
    }

    /// <summary>As <see cref="Create"/>, for a step that fails with the reason itself.</summary>
    public void TryCreate(FileName name)
    {
        try
        {
            Create(name);
        }
        catch (FileSystemException)
        {
            // The step says why.
        }
    }

    /// <summary>A disk that shows the directory under another name: a scan would take that for a user's.</summary>
    private void RefuseIfShownOtherwise(LocalPath made)
    {
        if (new ExactNames(open.Disk).Misspelled(made) is null)
            return;
        open.Disk.RemoveDirectory(made);
        throw new FileSystemException(FileSystemError.NotSupported, $"The directory '{made}' can't be made because this disk shows it under another name.");
    }
}
