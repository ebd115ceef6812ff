using FolderSync.Core.Model;
using FolderSync.Index;

namespace FolderSync.Engine.Queries;

public enum PreviewedAction
{
    /// <summary>Other content replaces it.</summary>
    Replace,

    /// <summary>It is missing and will be restored.</summary>
    Restore,
    Delete,
}

/// <param name="Size">The size afterwards; for a deletion: the size of what is deleted.</param>
public readonly record struct PreviewedItem(FileName Name, PreviewedAction Action, FileType Type, long Size);

/// <summary>What Override and Revert would do with one name. Pure; agrees with the commands.</summary>
public static class Previews
{
    /// <summary>Override: what happens on the other devices.</summary>
    public static PreviewedItem OfOverride(NeededItem needed)
    {
        var (global, local) = (needed.Global, needed.Local);
        if (local is null or { Deleted: true })
            return new PreviewedItem(global.Name, PreviewedAction.Delete, global.Type, global.Size);
        return new PreviewedItem(local.Name, global.Deleted ? PreviewedAction.Restore : PreviewedAction.Replace, local.Type, local.Size);
    }

    /// <summary>Revert: what happens here.</summary>
    /// <param name="versions">Every device's entry of the name.</param>
    public static PreviewedItem OfRevert(FileEntry changed, IReadOnlyList<(DeviceId Device, FileEntry Entry)> versions, DeviceId self)
    {
        var others = versions.Where(v => v.Device != self && v.Entry is { Deleted: false, IsInvalid: false }).Select(v => v.Entry).ToList();
        if (others.Count == 0)
            return new PreviewedItem(changed.Name, PreviewedAction.Delete, changed.Type, changed.Size);
        return new PreviewedItem(changed.Name, changed.Deleted ? PreviewedAction.Restore : PreviewedAction.Replace, others[0].Type, others[0].Size);
    }
}
