using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// Creates missing directories above a name: their entry may be a deletion that didn't know what is inside. A scan finds and announces them.
/// </summary>
internal sealed class ParentDirectories(OpenFolder open, IScanRequests scans)
{
    private const uint Permissions = 0x1ED;

    /// <summary>Blocks.</summary>
    /// <exception cref="FileSystemException">A directory can't be created.</exception>
    public void Create(FileName name)
    {
        var missing = new Stack<FileName>();
        for (var parent = name.Parent; !parent.IsRoot && open.Disk.Stat(LocalPath.Of(parent)) is not { Kind: FileKind.Directory }; parent = parent.Parent)
            missing.Push(parent);
        while (missing.TryPop(out var parent))
        {
            try
            {
                open.Disk.CreateDirectory(LocalPath.Of(parent), Permissions);
                RefuseIfShownOtherwise(LocalPath.Of(parent));
            }
            catch (FileSystemException e) when (e.Error == FileSystemError.Exists)
            {
                // Another transfer was first, or something else is there; staging will report it.
            }
            scans.Request([parent]);
        }
    }

    /// <summary>Like <see cref="Create"/>, for a step that reports the failure itself.</summary>
    public void TryCreate(FileName name)
    {
        try
        {
            Create(name);
        }
        catch (FileSystemException)
        {
            // The step reports why.
        }
    }

    /// <summary>The disk lists the directory under another name, which a scan would take for a user's.</summary>
    private void RefuseIfShownOtherwise(LocalPath made)
    {
        if (new ExactNames(open.Disk).FindMisspelled(made) is null)
            return;
        open.Disk.RemoveDirectory(made);
        throw new FileSystemException(FileSystemError.NotSupported, $"The directory '{made}' can't be created because this disk lists it under another name.");
    }
}
