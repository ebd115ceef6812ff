using System.Globalization;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Status;
using FolderSync.Platform;

namespace FolderSync.Api.Extensions;

/// <summary>Checks what synchronizing needs; each result says how to fix it.</summary>
internal sealed class DoctorRoutes(ISyncEngine engine, ConfigStore config, PageEndpoint page, IPauseController pause, ProblemStore problems) : IExtensionRoutes
{
    /// <summary>If two clocks differ by more than this, the wrong edit may win a conflict.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(60);

    /// <summary>The oldest Syncthing that we test against.</summary>
    private static readonly Version OldestSyncthing = new(1, 19);

    public void Map(RouteGroupBuilder api) => api.MapGet("/doctor", (Func<CancellationToken, Task<IResult>>)(async cancellation =>
        {
            // A disk that doesn't respond must not block the request's thread.
            var checks = await Task.Run(() => Checks().ToList(), cancellation);
            return JsonResults.Of(checks, JsonResults.Json.IReadOnlyListDoctorCheck);
        }))
        .Produces<IReadOnlyList<DoctorCheck>>().WithSummary("Checks of ports, watches, clock, disk, permissions and peers' versions, each with its fix.");

    private IEnumerable<DoctorCheck> Checks() =>
    [
        .. Configuration(), .. Ports(), Page(), .. Home(), .. engine.Folders.SelectMany(Folder), .. Watches(), .. Clock(), .. engine.Devices.SelectMany(Device), .. Others(),
    ];

    private IEnumerable<DoctorCheck> Configuration()
    {
        foreach (var problem in config.Error?.Problems ?? [])
            yield return Fail("configuration", $"{problem.File}:{problem.Line}:{problem.Column}: {problem.Message} The last valid version stays in force.", problem.Hint ?? "Fix that line; the file is reloaded when it is saved.");
        foreach (var warning in config.Warnings)
            yield return Warn("configuration", $"{warning.File}:{warning.Line}:{warning.Column}: {warning.Message}", warning.Hint ?? "Check that line.");
        if (config.Error is null && config.Warnings.Count == 0)
            yield return Ok("configuration", $"'{config.Home.ConfigFile}' is in force.");
    }

    private IEnumerable<DoctorCheck> Ports()
    {
        foreach (var (address, why) in engine.ListenErrors)
            yield return Fail("port", $"Can't listen for peers on {address}: {why}", "Stop the program that uses the port, or set another under network: listen in config.yaml.");
        if (engine.ListenAddresses.Count > 0)
            yield return Ok("port", $"Listening for peers on {string.Join(", ", engine.ListenAddresses)}.");
        else if (engine.ListenErrors.Count == 0)
            yield return Warn("port", "Not listening on any address: only this device can make connections.", "Set network: listen in config.yaml if other devices should connect to it.");
    }

    private DoctorCheck Page()
    {
        ConfigAddress.TrySplit(page.Page.Address, out var host, out _);
        var isLoopback = host == "localhost" || (System.Net.IPAddress.TryParse(host.Trim('[', ']'), out var ip) && System.Net.IPAddress.IsLoopback(ip));
        return isLoopback || page.Page.PasswordHash.Length > 0
            ? Ok("page", $"The page and REST are at {page.Url}")
            : Warn("page", $"The page's address {page.Page.Address} is reachable from other computers and no password is set: it is switched off, only REST with the API key answers.",
                "Set a password in the page's settings on this computer, or set page: address to 127.0.0.1:8384.");
    }

    private IEnumerable<DoctorCheck> Home()
    {
        var home = config.Home.Path;
        if (!OperatingSystem.IsWindows())
        {
            var open = File.GetUnixFileMode(home) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
            yield return open == 0
                ? Ok("permissions", $"Only you can read '{home}', where the device's key is.")
                : Warn("permissions", $"Other users of this computer can read '{home}', where the device's key is.", $"chmod 700 '{home}'");
        }
        if (Space(home) is var (free, _) && free < 100 << 20)
            yield return Fail("disk", $"Only {Size(free)} are free where '{home}' is: the index can't grow.", "Free some space on that disk.");
    }

    private IEnumerable<DoctorCheck> Folder(FolderSnapshot folder)
    {
        var (name, path) = (folder.Config.DisplayName, folder.Config.Path);
        if (folder.Config.Paused)
        {
            yield return Ok("folder", $"{name} is paused.");
            yield break;
        }
        if (folder.Error.Length > 0)
        {
            yield return Fail("folder", $"{name} is stopped: {folder.Error}", "Fix that; the folder resumes automatically.");
            yield break;
        }
        var failing = folder.PullProblems.Count(p => p.Permanent || p.RetryAt is not null);
        if (failing + folder.ScanProblems.Count is var count and > 0)
            yield return Warn("folder", $"{name}: {count} items can't be read or synced.", "See the folder's out-of-sync items: each has its reason.");
        else if (folder.Hold is { } hold)
            yield return Warn("folder", $"{name}: {HoldText.Explain(hold, NameOf)}", HoldText.Advise(hold));
        else
            yield return Ok("folder", $"{name} ('{path}') is {(folder.State == FolderState.Syncing ? "being synced" : "well")}.");
        if (folder.Config.Type != Core.Model.FolderType.SendOnly && !OperatingSystem.IsWindows() && !DirectoryAccess.CanWrite(path))
            yield return Fail("permissions", $"{name}: the user who runs the service can't write to '{path}'.", $"Give that user permission: sudo chown -R {Environment.UserName} '{path}'");
        if (Space(path) is var (free, total))
        {
            var keep = folder.Config.MinDiskFreeIsBytes ? folder.Config.MinDiskFree : total * folder.Config.MinDiskFree / 100;
            yield return free < keep
                ? Fail("disk", $"{name}: {Size(free)} are free, {Size((long)keep)} must stay free: nothing more is received.", "Free some space on that disk, or lower the folder's min-free.")
                : Ok("disk", $"{name}: {Size(free)} of {Size(total)} are free.");
        }
    }

    private string NameOf(DeviceId id) => engine.Devices.FirstOrDefault(d => d.Config.Id == id)?.Config.Name is { Length: > 0 } name ? name : id.Short.ToString();

    private IEnumerable<DoctorCheck> Watches()
    {
        var troubled = engine.Folders.Where(f => f.WatchProblem is not null).ToList();
        foreach (var folder in troubled)
            yield return Warn("watches", $"{folder.Config.DisplayName}: {folder.WatchProblem!.Reason}", folder.WatchProblem.Fix);
        if (troubled.Count == 0)
            yield return Ok("watches", $"All folders with a watcher are watched{Limit()}.");
    }

    private static string Limit()
    {
        try
        {
            return OperatingSystem.IsLinux()
                ? string.Create(CultureInfo.InvariantCulture, $" (the system allows {long.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_user_watches"), CultureInfo.InvariantCulture):N0} directories)")
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return "";
        }
    }

    private IEnumerable<DoctorCheck> Clock()
    {
        var told = engine.Devices.Where(d => d.Connected && d.ClockOffset is not null).ToList();
        foreach (var device in told.Where(d => d.ClockOffset!.Value.Duration() > ClockTolerance))
        {
            var offset = device.ClockOffset!.Value;
            yield return Warn("clock", $"The clock of {Name(device)} is {Span(offset.Duration())} {(offset > TimeSpan.Zero ? "ahead of" : "behind")} this one's: of two concurrent edits the wrong one may win.",
                "Synchronize the clocks of both computers (timedatectl set-ntp true).");
        }
        if (told.Count == 0)
            yield return Ok("clock", "No connected device reports its time; there is nothing to compare with.");
        else if (told.All(d => d.ClockOffset!.Value.Duration() <= ClockTolerance))
            yield return Ok("clock", $"This clock agrees with that of {string.Join(", ", told.Select(Name))}.");
    }

    private IEnumerable<DoctorCheck> Device(DeviceSnapshot device)
    {
        if (device.Config.Paused)
        {
            yield return Ok("device", $"{Name(device)} is paused.");
        }
        else if (!device.Connected)
        {
            var why = device.DialErrors.Count > 0 ? string.Join(" ", device.DialErrors.Select(e => $"{e.Key}: {e.Value.Reason}"))
                : device.Config.Addresses is ["dynamic"] ? "Its address is dynamic and it has not been found." : "It has not been reached yet.";
            yield return Warn("device", $"{Name(device)} is not connected. {why}", "Check that it is running and has this device's ID; set its address under devices in config.yaml, or on the page.");
        }
        else if (device.NotAnsweringSince is { } since)
        {
            yield return Warn("device", $"{Name(device)} is connected and has not answered requests since {since.ToLocalTime():t}; other devices are asked instead.",
                "Check that it is awake and its disk works; it is tried again by itself.");
        }
        else if (device.ClientName.Equals("syncthing", StringComparison.OrdinalIgnoreCase) && VersionOf(device.ClientVersion) is { } version && version < OldestSyncthing)
        {
            yield return Warn("device", $"{Name(device)} runs Syncthing {device.ClientVersion}, older than {OldestSyncthing}, the oldest that is tested.", "Upgrade Syncthing there.");
        }
        else
        {
            yield return Ok("device", $"{Name(device)} is connected ({device.ClientName} {device.ClientVersion}, {device.Kind}, {device.Crypto}).");
        }
    }

    private IEnumerable<DoctorCheck> Others()
    {
        if (pause.IsPaused)
            yield return Warn("pause", pause.Until is { } until ? $"All syncing is paused until {until.ToLocalTime():g}." : "All syncing is paused until it is resumed.", "foldersync resume");
        if (problems.All().Count(p => !p.Acknowledged) is var count and > 0)
            yield return Warn("problems", $"{count} problems are not acknowledged.", "See them on the page.");
    }

    private static (long Free, long Total)? Space(string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static Version? VersionOf(string text) => Version.TryParse(text.TrimStart('v').Split('-', '+')[0], out var version) ? version : null;

    private static string Name(DeviceSnapshot device) => device.Config.Name.Length > 0 ? device.Config.Name : device.Config.Id.Short.ToString();

    private static string Span(TimeSpan span) => span.TotalHours >= 2 ? $"{span.TotalHours:0} hours" : span.TotalMinutes >= 2 ? $"{span.TotalMinutes:0} minutes" : $"{span.TotalSeconds:0} seconds";

    private static string Size(long bytes) => bytes >= 1L << 30 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.#} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.#} MiB");

    private static DoctorCheck Ok(string check, string text) => new(check, "ok", text, null);

    private static DoctorCheck Warn(string check, string text, string fix) => new(check, "warn", text, fix);

    private static DoctorCheck Fail(string check, string text, string fix) => new(check, "fail", text, fix);
}
