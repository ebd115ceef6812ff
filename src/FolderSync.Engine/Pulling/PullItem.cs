using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Pulling;

/// <summary>A needed name with its decision.</summary>
/// <param name="Global">The wanted version.</param>
/// <param name="Local">The index's present entry, possibly a tombstone; null: it never existed.</param>
/// <param name="Holders">Peers that announce exactly this version.</param>
internal sealed record PullItem(FileEntry Global, FileEntry? Local, PullDecision Decision, IReadOnlyList<DeviceId> Holders)
{
    public FileName Name => Global.Name;

    /// <summary>What must be on disk for the step to be taken.</summary>
    public FileEntry? Expected => Local is { Deleted: false } ? Local : null;

    /// <summary>For the history.</summary>
    public ChangeAction Change =>
        Global.Deleted ? ChangeAction.Deleted : Expected is null ? ChangeAction.Added : Decision.Kind == PullKind.Metadata ? ChangeAction.Metadata : ChangeAction.Modified;

    public ItemAction Action => Decision.Kind switch
    {
        PullKind.Delete => ItemAction.Delete,
        PullKind.Metadata => ItemAction.Metadata,
        _ => ItemAction.Update,
    };

    /// <summary>The wanted content under the free name of a conflict copy (<see cref="PullDecision.Aside"/>). Blocks.</summary>
    public FileEntry AsCopy(OpenFolder open)
    {
        var copy = ConflictCopyNames.For(open.Disk, Name, open.Folder.Parts.Time.GetLocalNow(), Local!.ModifiedBy)
            .First(c => open.Index.FindGlobal(c) is null && open.Disk.Stat(LocalPath.Of(c)) is null);
        return LocalChange.Seen(Global with { Name = copy }, mine: null, global: null, open.Folder.Parts.Self.Short, open.Folder.NowSeconds, open.Folder.Config.Type);
    }

    /// <summary>What to do with what is at the name now. Reads the index.</summary>
    public ActionForExisting Displaced(OpenFolder open)
    {
        // A directory has no content of its own: only what lives in it is in the way.
        if (this is { Expected.IsDirectory: true, Decision.Kind: PullKind.File or PullKind.Symlink })
            return IndexTree.HasLiving(open.Index, Name) ? Filesystem.Apply.ActionForExisting.Conflict : Filesystem.Apply.ActionForExisting.Discard;
        return Decision.Conflict && open.Folder.Config.MaxConflicts != 0 ? Filesystem.Apply.ActionForExisting.Conflict : open.DisplacedByVersioning;
    }
}
