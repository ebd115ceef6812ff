using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Engine.Transfer;

/// <summary>A needed name with what was decided for it.</summary>
/// <param name="Global">What shall stand.</param>
/// <param name="Local">What the index says stands now, a tombstone too; null: nothing ever.</param>
/// <param name="Holders">Peers that announce exactly this version.</param>
internal sealed record PullItem(FileEntry Global, FileEntry? Local, PullDecision Decision, IReadOnlyList<DeviceId> Holders)
{
    public FileName Name => Global.Name;

    /// <summary>What must stand on disk now for the step to be taken.</summary>
    public FileEntry? Expected => Local is { Deleted: false } ? Local : null;
}
