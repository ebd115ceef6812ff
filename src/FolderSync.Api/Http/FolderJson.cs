using System.Text.Json.Nodes;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Http;

/// <summary>Bodies that routes and events share: a folder's status, a device's completion.</summary>
internal static class FolderJson
{
    public static JsonObject Status(ISyncEngine engine, FolderSnapshot folder)
    {
        var c = folder.Counts;
        var remote = new JsonObject();
        foreach (var (device, sequence) in folder.RemoteSequences.OrderBy(r => r.Key))
            remote[device.ToString()] = sequence;
        return new JsonObject
        {
            ["errors"] = folder.PullProblems.Count,
            ["pullErrors"] = folder.PullProblems.Count,
            ["scanErrors"] = folder.ScanProblems.Count,
            ["invalid"] = folder.Error,
            ["error"] = folder.Error,
            ["globalFiles"] = c.Global.Files,
            ["globalDirectories"] = c.Global.Directories,
            ["globalSymlinks"] = c.Global.Symlinks,
            ["globalDeleted"] = c.Global.Deleted,
            ["globalBytes"] = c.Global.Bytes,
            ["globalTotalItems"] = c.Global.Items,
            ["localFiles"] = c.Local.Files,
            ["localDirectories"] = c.Local.Directories,
            ["localSymlinks"] = c.Local.Symlinks,
            ["localDeleted"] = c.Local.Deleted,
            ["localBytes"] = c.Local.Bytes,
            ["localTotalItems"] = c.Local.Items,
            ["needFiles"] = c.Need.Files,
            ["needDirectories"] = c.Need.Directories,
            ["needSymlinks"] = c.Need.Symlinks,
            ["needDeletes"] = c.Need.Deleted,
            ["needBytes"] = folder.NeedBytes,
            ["needTotalItems"] = c.Need.Items,
            ["receiveOnlyChangedFiles"] = c.ReceiveOnlyChanged.Files,
            ["receiveOnlyChangedDirectories"] = c.ReceiveOnlyChanged.Directories,
            ["receiveOnlyChangedSymlinks"] = c.ReceiveOnlyChanged.Symlinks,
            ["receiveOnlyChangedDeletes"] = c.ReceiveOnlyChanged.Deleted,
            ["receiveOnlyChangedBytes"] = c.ReceiveOnlyChanged.Bytes,
            ["receiveOnlyTotalItems"] = c.ReceiveOnlyChanged.Items,
            ["inSyncFiles"] = c.Global.Files - c.Need.Files,
            ["inSyncBytes"] = c.Global.Bytes - folder.NeedBytes,
            ["state"] = SyncthingNames.Of(folder.State),
            ["stateChanged"] = RestJson.Time(folder.StateChanged),
            ["version"] = c.LocalSequence + c.RemoteSequence,
            ["sequence"] = c.LocalSequence + c.RemoteSequence,
            ["remoteSequence"] = remote,
            ["ignorePatterns"] = false,
            ["watchError"] = folder.WatchProblem is { } problem ? $"{problem.Reason} {problem.Fix}" : "",
            ["holdFiles"] = folder.Hold?.Files ?? 0,
        };
    }

    /// <summary>How much of the folders a device has; this one's own where <paramref name="id"/> is.</summary>
    public static JsonObject Completion(ISyncEngine engine, IReadOnlyList<FolderSnapshot> folders, DeviceId id)
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
        return new JsonObject
        {
            ["completion"] = Percent(need, global),
            ["globalBytes"] = global.Bytes,
            ["needBytes"] = need.Bytes,
            ["globalItems"] = global.Items - global.Deleted,
            ["needItems"] = need.Items - need.Deleted,
            ["needDeletes"] = need.Deleted,
            ["sequence"] = folders.Select(f => id == engine.Self ? f.Counts.LocalSequence : f.RemoteSequences.GetValueOrDefault(id)).Aggregate(0L, SaturatedSum),
            ["remoteState"] = state switch
            {
                RemoteFolderState.Valid => "valid",
                RemoteFolderState.Paused => "paused",
                RemoteFolderState.NotSharing => "notSharing",
                _ => "unknown",
            },
        };
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
