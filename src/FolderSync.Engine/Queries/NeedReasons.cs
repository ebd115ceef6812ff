using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Status;
using FolderSync.Index;

namespace FolderSync.Engine.Queries;

public enum NeedState
{
    /// <summary>Its turn comes by itself.</summary>
    Waiting,
    Transferring,

    /// <summary>Something must change first: a device, the disk, the user's decision.</summary>
    Blocked,
}

/// <summary>Why one item isn't in sync here. <paramref name="Text"/> is a sentence and never empty.</summary>
/// <param name="Device">The peer concerned, if any.</param>
/// <param name="RetryAt">When it is retried; null if that depends on something else.</param>
public readonly record struct NeedReason(NeedState State, string Text, long BytesDone = 0, DeviceId? Device = null, DateTimeOffset? RetryAt = null);

/// <summary>The basis for the reasons of one page: one folder at one moment, and the devices that could send it files.</summary>
public sealed class NeedReasons
{
    private readonly FolderSnapshot _folder;
    private readonly Dictionary<FileName, FileProgress> _transfers;
    private readonly Dictionary<FileName, PullProblem> _problems;
    private readonly Dictionary<DeviceId, DeviceSnapshot> _devices;
    private readonly NeedReason? _forAll;

    public NeedReasons(FolderSnapshot folder, IReadOnlyList<DeviceSnapshot> devices)
    {
        _folder = folder;
        _transfers = folder.Transfers.DistinctBy(t => t.Name).ToDictionary(t => t.Name);
        _problems = folder.PullProblems.DistinctBy(p => p.Name).ToDictionary(p => p.Name);
        _devices = devices.ToDictionary(d => d.Config.Id);
        _forAll = OfFolder(folder);
    }

    /// <summary>The item's decision, which says what to do with it.</summary>
    public PullDecision Decide(NeededItem item) => PullDecision.For(item.Local, item.Global, _folder.Config.Type, _folder.Config.IgnoreDelete);

    /// <param name="holders">The peers with exactly this version; only queried when content must come from them.</param>
    public NeedReason Of(NeededItem item, Func<FileName, IReadOnlyList<DeviceId>> holders)
    {
        var decision = Decide(item);
        if (_transfers.TryGetValue(item.Global.Name, out var transfer))
            return new NeedReason(NeedState.Transferring, Transferring(transfer), transfer.BytesDone);
        if (_forAll is { } all)
            return all;
        if (decision.Kind == PullKind.None)
            return ExplainNever(item);
        if (_problems.TryGetValue(item.Global.Name, out var problem))
            return new NeedReason(NeedState.Blocked, problem.Reason, 0, problem.Device, problem.RetryAt);
        if (_folder.Hold is { Incoming: true } hold && (item.Global.Deleted || DisplacementGuard.Replaces(item.Local, decision, _folder.Config.MaxConflicts != 0)))
        {
            return new NeedReason(NeedState.Blocked, hold.Replaced == 0 && item.Global.Deleted
                ? $"{hold.Files:N0} deletions at once are held until you confirm them."
                : $"Changes that replace or delete {hold.Files:N0} files at once are held, and this one with them, until you accept them or take them back.");
        }
        return decision.Kind == PullKind.File && item.Global.Size > 0 ? OfSources(holders(item.Global.Name)) : OfTurn();
    }

    private static NeedReason? OfFolder(FolderSnapshot folder)
    {
        if (folder.Config.Paused)
            return new NeedReason(NeedState.Blocked, "This folder is paused.");
        if (folder.Error.Length > 0)
            return new NeedReason(NeedState.Blocked, $"This folder is stopped: {folder.Error}");
        if (folder.LastScan is null)
            return new NeedReason(NeedState.Waiting, "It is waiting for the folder's first scan.");
        return null;
    }

    private NeedReason ExplainNever(NeededItem item)
    {
        if (_folder.Config.Type == FolderType.SendOnly)
            return new NeedReason(NeedState.Blocked, "This folder only sends: changes of other devices are ignored. Override makes this device's version the current one everywhere.");
        return item.Global.Deleted
            ? new NeedReason(NeedState.Blocked, "This folder is set to ignore others' deletions (ignore-delete).")
            : new NeedReason(NeedState.Waiting, "It is checked again with the next change.");
    }

    private NeedReason OfSources(IReadOnlyList<DeviceId> holders)
    {
        List<DeviceId> configured = [.. holders.Where(_folder.Config.Devices.Contains)];
        if (configured.Count == 0)
            return new NeedReason(NeedState.Blocked, "No known device has this version any more. It arrives when a device that has it connects, or with a newer version.");
        if (configured.Any(IsSource))
            return OfTurn();
        var reasons = configured.Select(ExplainNoSource).Distinct().ToList();
        var what = reasons.Count == 1 ? reasons[0] : "not connected";
        return new NeedReason(NeedState.Blocked,
            $"No device that has it can send it now: {string.Join(", ", configured.Select(Name))} ({what}).", 0, configured.Count == 1 ? configured[0] : null);
    }

    private NeedReason OfTurn() => _folder.State switch
    {
        FolderState.Scanning or FolderState.ScanWaiting => new NeedReason(NeedState.Waiting, "It is queued; the folder is being scanned."),
        _ => new NeedReason(NeedState.Waiting, "It is queued."),
    };

    private bool IsSource(DeviceId id) =>
        _devices.TryGetValue(id, out var d) && d.Connected && d.Folders.GetValueOrDefault(_folder.Config.Id) == RemoteFolderState.Valid;

    private string ExplainNoSource(DeviceId id)
    {
        if (!_devices.TryGetValue(id, out var device))
            return "not connected";
        if (device.Config.Paused)
            return "paused here";
        if (!device.Connected)
            return "not connected";
        return device.Folders.GetValueOrDefault(_folder.Config.Id) switch
        {
            RemoteFolderState.Paused => "the folder is paused there",
            RemoteFolderState.NotSharing => "the folder is not shared there",
            _ => "the connection is being set up",
        };
    }

    private string Name(DeviceId id) => _devices.TryGetValue(id, out var d) && d.Config.Name.Length > 0 ? d.Config.Name : id.Short.ToString();

    private static string Transferring(FileProgress t)
    {
        var percent = t.BytesTotal == 0 ? 100 : 100 * t.BytesDone / t.BytesTotal;
        return $"It is being transferred: {percent} %.";
    }
}
