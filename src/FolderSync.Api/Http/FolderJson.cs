using FolderSync.Contracts;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Http;

/// <summary>Bodies that routes and events share: a folder's status, a device's completion.</summary>
internal static class FolderJson
{
    public static FolderStatus Status(FolderSnapshot folder)
    {
        var c = folder.Counts;
        return new FolderStatus(
            Errors: folder.PullProblems.Count,
            PullErrors: folder.PullProblems.Count,
            ScanErrors: folder.ScanProblems.Count,
            Invalid: folder.Error,
            Error: folder.Error,
            GlobalFiles: c.Global.Files,
            GlobalDirectories: c.Global.Directories,
            GlobalSymlinks: c.Global.Symlinks,
            GlobalDeleted: c.Global.Deleted,
            GlobalBytes: c.Global.Bytes,
            GlobalTotalItems: c.Global.Items,
            LocalFiles: c.Local.Files,
            LocalDirectories: c.Local.Directories,
            LocalSymlinks: c.Local.Symlinks,
            LocalDeleted: c.Local.Deleted,
            LocalBytes: c.Local.Bytes,
            LocalTotalItems: c.Local.Items,
            NeedFiles: c.Need.Files,
            NeedDirectories: c.Need.Directories,
            NeedSymlinks: c.Need.Symlinks,
            NeedDeletes: c.Need.Deleted,
            NeedBytes: folder.NeedBytes,
            NeedTotalItems: c.Need.Items,
            ReceiveOnlyChangedFiles: c.ReceiveOnlyChanged.Files,
            ReceiveOnlyChangedDirectories: c.ReceiveOnlyChanged.Directories,
            ReceiveOnlyChangedSymlinks: c.ReceiveOnlyChanged.Symlinks,
            ReceiveOnlyChangedDeletes: c.ReceiveOnlyChanged.Deleted,
            ReceiveOnlyChangedBytes: c.ReceiveOnlyChanged.Bytes,
            ReceiveOnlyTotalItems: c.ReceiveOnlyChanged.Items,
            InSyncFiles: c.Global.Files - c.Need.Files,
            InSyncBytes: c.Global.Bytes - folder.NeedBytes,
            State: SyncthingNames.Of(folder.State),
            StateChanged: folder.StateChanged,
            Version: c.LocalSequence + c.RemoteSequence,
            Sequence: c.LocalSequence + c.RemoteSequence,
            RemoteSequence: folder.RemoteSequences.OrderBy(r => r.Key).ToDictionary(r => r.Key.ToString(), r => r.Value),
            IgnorePatterns: false,
            WatchError: folder.WatchProblem is { } problem ? $"{problem.Reason} {problem.Fix}" : "",
            HoldFiles: folder.Hold?.Files ?? 0);
    }

    /// <summary>How much of the folders a device has; this one's own where <paramref name="id"/> is.</summary>
    public static Completion Completion(ISyncEngine engine, IReadOnlyList<FolderSnapshot> folders, DeviceId id)
    {
        var (need, global) = (default(Counts), default(Counts));
        foreach (var one in folders)
        {
            if (engine.Index(one.Config.Id) is not { } index)
                continue;
            var (n, g) = id == engine.Self ? (index.Counts.Need, index.Counts.Global) : index.CompletionOf(id);
            (need, global) = (need + n, global + g);
        }
        var state = folders.Count == 1 && engine.Devices.FirstOrDefault(d => d.Config.Id == id) is { } peer
            ? peer.Folders.GetValueOrDefault(folders[0].Config.Id)
            : RemoteFolderState.Unknown;
        return new Completion(
            Percent(need, global),
            GlobalBytes: global.Bytes,
            NeedBytes: need.Bytes,
            GlobalItems: global.Items - global.Deleted,
            NeedItems: need.Items - need.Deleted,
            NeedDeletes: need.Deleted,
            Sequence: folders.Select(f => id == engine.Self ? f.Counts.LocalSequence : f.RemoteSequences.GetValueOrDefault(id)).Aggregate(0L, SaturatedSum),
            RemoteState: state switch
            {
                RemoteFolderState.Valid => "valid",
                RemoteFolderState.Paused => "paused",
                RemoteFolderState.NotSharing => "notSharing",
                _ => "unknown",
            });
    }

    /// <summary>A device chooses the numbers of its own index: their sum may be more than a number holds.</summary>
    private static long SaturatedSum(long a, long b) => b > long.MaxValue - a ? long.MaxValue : a + b;

    /// <summary>By bytes; what has none (deletions, links) keeps it below 100.</summary>
    private static double Percent(Counts need, Counts global)
    {
        if (need.Items == 0)
            return 100;
        var percent = global.Bytes == 0 ? 100 : 100.0 * (global.Bytes - need.Bytes) / global.Bytes;
        return Math.Clamp(percent, 0, need.Bytes == 0 ? 95 : 99.99);
    }
}
