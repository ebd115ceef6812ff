using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Events;

/// <summary>One event of Syncthing's API, made from one of the engine's.</summary>
/// <param name="Part">Which of several API events of the same type, if an engine event maps to several.</param>
internal readonly record struct ApiEvent(string Type, int Part = 0);

/// <summary>Maps engine events to Syncthing's. Its deprecated names stand beside the newer ones, as in Syncthing itself.</summary>
internal static class SyncthingEvents
{
    /// <summary>The events that clients see.</summary>
    public static IReadOnlyList<ApiEvent> Of(EngineEvent happened) => happened switch
    {
        EngineEvent.FoldersOffered offered => [new("PendingFoldersChanged"), .. Enumerable.Range(0, offered.Offers.Count).Select(i => new ApiEvent("FolderRejected", i))],
        EngineEvent.UnknownDeviceConnected => [new("PendingDevicesChanged"), new("DeviceRejected")],
        _ => [new(TypeOf(happened))],
    };

    public static EventData DataOf(EngineEvent happened, ApiEvent shown) => happened switch
    {
        EngineEvent.FolderStateChanged e => new EventData.StateChanged(
            e.Folder.Value, SyncthingNames.Of(e.From), SyncthingNames.Of(e.To), e.Lasted.TotalSeconds, e.Error.Length > 0 ? e.Error : null),
        EngineEvent.LocalIndexUpdated e => new EventData.LocalIndexUpdated(e.Folder.Value, e.Items, [.. e.Names.Select(n => n.Value)], e.Sequence, e.Sequence),
        EngineEvent.RemoteIndexUpdated e => new EventData.RemoteIndexUpdated(e.Device.ToString(), e.Folder.Value, e.Items, e.Sequence, e.Sequence),
        EngineEvent.LocalChangeDetected e => Change(e.Folder, e.Label, e.Name, e.Type, e.Action, e.ModifiedBy),
        EngineEvent.RemoteChangeApplied e => Change(e.Folder, e.Label, e.Name, e.Type, e.Action, e.ModifiedBy),
        EngineEvent.ItemStarted e => new EventData.ItemStarted(e.Folder.Value, e.Name.Value, SyncthingNames.Of(e.Type), SyncthingNames.Of(e.Action)),
        EngineEvent.ItemFinished e => new EventData.ItemFinished(e.Folder.Value, e.Name.Value, e.Error, SyncthingNames.Of(e.Type), SyncthingNames.Of(e.Action)),
        EngineEvent.ScanProgressed e => new EventData.FolderScanProgress(e.Folder.Value, e.Progress.HashedBytes, e.Progress.ToHashBytes, 0),
        EngineEvent.PullProblemsChanged e => new EventData.FolderErrors(e.Folder.Value, [.. e.Problems.Select(p => new FolderError(p.Name.Value, p.Reason))]),
        EngineEvent.ConflictCopyMade e => new EventData.FolderConflict(e.Folder.Value, e.Name.Value, e.Copy.Value),
        EngineEvent.FolderWarned e => new EventData.FolderWarnings(e.Folder.Value, e.Count, e.Message),
        EngineEvent.ChangesHeld e => new EventData.FolderDeletionsHeld(e.Folder.Value, e.Hold.Files, e.Hold.TotalFiles, e.Hold.Incoming),
        EngineEvent.IdentityShared e => new EventData.DeviceIdentityShared(e.Device.ToString(), e.Folder?.Value, e.Message),
        EngineEvent.IndexRebuilt e => new EventData.FolderIndexRebuilt(e.Folder.Value, e.Reason),
        EngineEvent.WatchProblemChanged e => new EventData.FolderWatchStateChanged(e.Folder.Value, e.From, e.To),
        EngineEvent.DeviceConnected e => new EventData.DeviceConnected(e.Device.ToString(), e.Name, e.ClientName, e.ClientVersion, e.Kind, e.Address),
        EngineEvent.DeviceDisconnected e => new EventData.DeviceDisconnected(e.Device.ToString(), e.Reason),
        EngineEvent.DeviceDiscovered e => new EventData.DeviceDiscovered(e.Device.ToString(), e.Addresses),
        EngineEvent.ClusterConfigReceived e => new EventData.DeviceReference(e.Device.ToString()),
        EngineEvent.RemoteProgressReceived e => new EventData.RemoteDownloadProgress(
            e.Device.ToString(), e.Folder.Value, e.Blocks.ToDictionary(b => b.Key.Value, b => b.Value)),
        EngineEvent.FoldersOffered e => Offers(e, shown),
        EngineEvent.UnknownDeviceConnected e => shown.Type == "DeviceRejected"
            ? new EventData.DeviceRejected(e.Device.ToString(), e.Name, e.Address)
            : new EventData.PendingDevicesChanged([new EventData.PendingDevice(e.Device.ToString(), e.Name, e.Address)], null),
        ServiceEvent e => DataOf(e),
        _ => throw new ArgumentException($"There is no event of Syncthing's API for {happened.GetType().Name}.", nameof(happened)),
    };

    private static string TypeOf(EngineEvent happened) => happened switch
    {
        EngineEvent.FolderStateChanged => "StateChanged",
        EngineEvent.RemoteChangeApplied => "RemoteChangeDetected",
        EngineEvent.ScanProgressed => "FolderScanProgress",
        EngineEvent.PullProblemsChanged => "FolderErrors",
        EngineEvent.ConflictCopyMade => "FolderConflict",
        EngineEvent.FolderWarned => "FolderWarnings",
        EngineEvent.ChangesHeld => "FolderDeletionsHeld",
        EngineEvent.IdentityShared => "DeviceIdentityShared",
        EngineEvent.IndexRebuilt => "FolderIndexRebuilt",
        EngineEvent.WatchProblemChanged => "FolderWatchStateChanged",
        EngineEvent.RemoteProgressReceived => "RemoteDownloadProgress",
        ServiceEvent.Started => "StartupComplete",
        ServiceEvent.Listening => "ListenAddressesChanged",
        ServiceEvent.DevicePaused { Paused: false } => "DeviceResumed",
        ServiceEvent.FolderPaused { Paused: false } => "FolderResumed",
        ServiceEvent.SyncPaused => "FolderSyncPaused",
        ServiceEvent.PendingDevicesRemoved => "PendingDevicesChanged",
        ServiceEvent.PendingFoldersRemoved => "PendingFoldersChanged",
        ServiceEvent.LoginAttempted => "LoginAttempt",
        // The other events have the same name in both.
        _ => happened.GetType().Name,
    };

    private static EventData DataOf(ServiceEvent happened) => happened switch
    {
        ServiceEvent.Starting e => new EventData.Starting(e.Home, e.Self.ToString()),
        ServiceEvent.Started e => new EventData.StartupComplete(e.Self.ToString()),
        ServiceEvent.Listening e => new EventData.ListenAddressesChanged(Url(e.Address), [Url(e.Address)], [Url(e.Address)]),
        ServiceEvent.DevicePaused e => new EventData.DeviceReference(e.Device.ToString()),
        ServiceEvent.FolderPaused e => new EventData.FolderPaused(e.Folder.Value, e.Label),
        ServiceEvent.SyncPaused e => new EventData.FolderSyncPaused(e.Paused, e.Until),
        ServiceEvent.PendingDevicesRemoved e => new EventData.PendingDevicesChanged(null, [.. e.Devices.Select(d => new EventData.RemovedDevice(d.ToString()))]),
        ServiceEvent.PendingFoldersRemoved e => new EventData.PendingFoldersChanged(null, [.. e.Offers.Select(o => new EventData.RemovedFolder(o.Device?.ToString(), o.Folder.Value))]),
        ServiceEvent.ConfigSaved e => new EventData.RawJson(e.Json),
        ServiceEvent.LoginAttempted e => new EventData.LoginAttempt(e.Address, e.User, e.Succeeded, e.Proxy),
        ServiceEvent.DownloadProgress e => new EventData.DownloadProgress(e.Folders.ToDictionary(f => f.Config.Id.Value, Progress)),
        ServiceEvent.FolderSummary e => new EventData.FolderSummary(e.Folder.Value, e.Status),
        ServiceEvent.FolderCompletion e => new EventData.FolderCompletion(e.Completion),
        _ => throw new ArgumentException($"There is no event of Syncthing's API for {happened.GetType().Name}.", nameof(happened)),
    };

    private static EventData Change(FolderId folder, string label, FileName name, FileType type, ChangeAction action, ShortId by) =>
        new EventData.ChangeDetected(folder.Value, folder.Value, label, SyncthingNames.Of(action), SyncthingNames.Of(type), name.Value, by.ToString());

    private static EventData Offers(EngineEvent.FoldersOffered e, ApiEvent shown)
    {
        var device = e.Device.ToString();
        if (shown.Type == "FolderRejected")
            return new EventData.FolderRejected(device, e.Offers[shown.Part].Folder.Value, e.Offers[shown.Part].Label);
        return new EventData.PendingFoldersChanged(
            [.. e.Offers.Select(o => new EventData.PendingFolder(device, o.Folder.Value, o.Label, o.ReceiveEncrypted, RemoteEncrypted: false))], null);
    }

    private static IReadOnlyDictionary<string, EventData.FileProgressData> Progress(FolderSnapshot folder) => folder.Transfers.DistinctBy(t => t.Name).ToDictionary(
        t => t.Name.Value, t => new EventData.FileProgressData(t.BlocksTotal, t.BlocksReused, 0, 0, t.BlocksCopied, t.BlocksPulled, 0, t.BytesDone, t.BytesTotal));

    private static EventData.ListenUrl Url(string address)
    {
        var parts = address.Split("://", 2);
        return new EventData.ListenUrl(parts.Length == 2 ? parts[0] : "tcp", parts[^1].TrimEnd('/'));
    }
}
