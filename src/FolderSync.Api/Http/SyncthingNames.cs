using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Http;

/// <summary>States, types and actions as Syncthing's API names them.</summary>
internal static class SyncthingNames
{
    public static string Of(FolderState state) => state switch
    {
        FolderState.Starting or FolderState.Idle => "idle",
        FolderState.ScanWaiting => "scan-waiting",
        FolderState.Scanning => "scanning",
        FolderState.SyncPreparing => "sync-preparing",
        FolderState.Syncing => "syncing",
        FolderState.Cleaning => "cleaning",
        FolderState.Error => "error",
        _ => "",
    };

    public static string Of(FileType type) => type switch
    {
        FileType.Directory => "dir",
        FileType.Symlink => "symlink",
        _ => "file",
    };

    public static string Of(ChangeAction action) => action switch
    {
        ChangeAction.Added => "added",
        ChangeAction.Deleted => "deleted",
        ChangeAction.Metadata => "metadata",
        _ => "modified",
    };

    public static string Of(ItemAction action) => action switch
    {
        ItemAction.Delete => "delete",
        ItemAction.Metadata => "metadata",
        _ => "update",
    };
}
