using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Status;
using FolderSync.Index;

namespace FolderSync.Api.Extensions;

/// <summary>Folders, devices and rates for an overview, each in one call.</summary>
internal sealed class OverviewRoutes(ISyncEngine engine, RateMeter rates) : IExtensionRoutes
{
    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/folders", () => JsonResults.Of(Folders(), JsonResults.Json.IReadOnlyListFolderRow))
            .Produces<IReadOnlyList<FolderRow>>().WithSummary("All folders with state, progress, rate and time left.");
        api.MapGet("/folder", (string? folder) => JsonResults.Of(Details(folder), JsonResults.Json.FolderDetails))
            .Produces<FolderDetails>().WithSummary("One folder's transfers, problems and held changes.");
        api.MapPost("/deletions", DeletionsAsync)
            .Produces(200).WithSummary("Decides about held changes: action=delete (or confirm) carries them out, action=restore takes them back.");
        api.MapGet("/devices", () => JsonResults.Of(Devices(), JsonResults.Json.IReadOnlyListDeviceRow))
            .Produces<IReadOnlyList<DeviceRow>>().WithSummary("All devices with connection, rates and completion.");
        api.MapGet("/rates", () => JsonResults.Of(Rates(), JsonResults.Json.RateList))
            .Produces<RateList>().WithSummary("Bytes per second over all devices, for each of the last 300 seconds.");
    }

    private IReadOnlyList<FolderRow> Folders()
    {
        var statistics = engine.State.Folders().ToDictionary(f => f.Folder);
        var conflicts = engine.State.Conflicts().CountBy(c => c.Folder).ToDictionary(c => c.Key, c => c.Value);
        return [.. engine.Folders.Select(f => Row(f, statistics.GetValueOrDefault(f.Config.Id), conflicts.GetValueOrDefault(f.Config.Id)))];
    }

    private FolderRow Row(FolderSnapshot folder, FolderStatistics? statistics, int conflicts)
    {
        var config = folder.Config;
        var c = folder.Counts;
        var rate = rates.Of(config.Id);
        var under = folder.Transfers.Sum(t => t.BytesDone);
        var needBytes = Math.Max(0, c.Need.Bytes - under);
        var needItems = c.Need.Items - c.Need.Deleted;
        return new FolderRow(
            config.Id.Value,
            config.Label,
            config.Path,
            TypeOf(config.Type),
            SyncthingNames.Of(folder.State),
            folder.Error,
            config.Paused,
            c.Global.Files,
            c.Global.Bytes,
            c.Local.Files,
            c.Local.Bytes,
            needItems,
            needBytes,
            c.Need.Deleted,
            Math.Max(0, c.Global.Bytes - needBytes),
            Completion(c.Need.Items, needBytes, c.Global.Bytes),
            rate,
            c.Need.Items == 0 ? null : RateMeter.SecondsLeft(needBytes, rate),
            statistics is { LastFile.Length: > 0 } s ? new LastChange(s.LastFileTime, s.LastFile, s.LastFileDeleted) : null,
            Hold(folder.Hold),
            folder.PullProblems.Count + folder.ScanProblems.Count,
            conflicts,
            Watch(folder),
            folder.LastScan ?? statistics?.LastScan,
            Scan(folder),
            [.. config.Devices.Select(d => d.ToString())]);
    }

    private FolderDetails Details(string? id)
    {
        var folder = RestErrors.Folder(engine, id);
        return new FolderDetails(
            SyncthingNames.Of(folder.State),
            folder.Error,
            [.. folder.Transfers.Select(t => new TransferRow(t.Name.Value, t.BytesDone, t.BytesTotal, t.BlocksTotal, t.BlocksReused, t.BlocksCopied, t.BlocksPulled))],
            [.. folder.PullProblems.Take(500).Select(p => new ItemProblem(p.Name.Value, p.Reason, p.Device?.ToString(), p.RetryAt, p.Permanent))],
            [.. folder.ScanProblems.Take(500).Select(p => new ScanProblem(p.Path, p.Reason))],
            Watch(folder),
            Scan(folder),
            Hold(folder.Hold));
    }

    private async Task<IResult> DeletionsAsync(string? folder, string? action)
    {
        var id = RestErrors.Folder(engine, folder).Config.Id;
        if (action is not ("delete" or "confirm" or "restore"))
            throw new BadHttpRequestException("Give an action for the held changes: action=delete (or confirm) carries them out, action=restore takes them back.");
        await JsonResults.OrConflictAsync(Confirm());
        return RestJson.Empty();

        async Task<bool> Confirm()
        {
            await engine.DecideHeldChangesAsync(id, action != "restore", CancellationToken.None);
            return true;
        }
    }

    private IReadOnlyList<DeviceRow> Devices()
    {
        var statistics = engine.State.Devices().ToDictionary(d => d.Device);
        return [.. engine.Devices.Select(d => Row(d, statistics.GetValueOrDefault(d.Config.Id)))];
    }

    private DeviceRow Row(DeviceSnapshot device, DeviceStatistics? statistics)
    {
        var config = device.Config;
        var shared = engine.Config.Folders.Where(f => f.Devices.Contains(config.Id)).ToList();
        var (need, global) = (default(Counts), default(Counts));
        foreach (var folder in shared)
        {
            if (engine.Index(folder.Id)?.CompletionOf(config.Id) is { } completion)
                (need, global) = (need + completion.Need, global + completion.Global);
        }
        var (receive, send) = rates.Of(config.Id);
        return new DeviceRow(
            config.Id.ToString(),
            config.Name,
            config.Paused,
            device.Connected,
            device.Address,
            device.Kind,
            device.IsLan,
            device.Crypto,
            device.ClientName,
            device.ClientVersion,
            device.BytesReceived,
            device.BytesSent,
            receive,
            send,
            device.LastSeen ?? statistics?.LastSeen,
            Completion(need.Items, need.Bytes, global.Bytes),
            need.Bytes,
            device.ConnectedSince,
            device.DialErrors.ToDictionary(e => e.Key, e => e.Value.Reason),
            [.. shared.Select(f => f.Id.Value)],
            device.NotAnsweringSince);
    }

    private RateList Rates() => new(1, [.. rates.Samples().Select(s => new RatePoint(s.Time, s.In, s.Out))]);

    /// <summary>The completion in bytes; items without bytes (deletions, links) keep it below 100.</summary>
    internal static double Completion(long needItems, long needBytes, long globalBytes)
    {
        if (needItems == 0)
            return 100;
        var percent = globalBytes == 0 ? 100 : 100.0 * (globalBytes - needBytes) / globalBytes;
        return Math.Clamp(percent, 0, needBytes == 0 ? 95 : 99.99);
    }

    private static string TypeOf(FolderType type) => type switch
    {
        FolderType.SendOnly => "sendonly",
        FolderType.ReceiveOnly => "receiveonly",
        _ => "sendreceive",
    };

    private static string? Watch(FolderSnapshot folder) => folder.WatchProblem is { } problem ? $"{problem.Reason} {problem.Fix}" : null;

    private static Contracts.ScanProgress? Scan(FolderSnapshot folder) =>
        folder.Scan is { } scan ? new Contracts.ScanProgress(scan.Entries, scan.HashedBytes, scan.ToHashBytes) : null;

    private static FolderHold? Hold(ChangeHold? hold) =>
        hold is null ? null : new FolderHold(
            hold.Incoming, hold.Files, hold.TotalFiles, hold.Since, [.. hold.Names.Select(n => n.Value)], hold.Why, hold.Replaced, [.. hold.Devices.Select(d => d.ToString())]);
}
