using System.Collections.Concurrent;
using System.Diagnostics;
using FolderSync.Api.Events;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;
using FolderSync.Platform;

namespace FolderSync.Api.Rest;

/// <summary>/metrics for Prometheus: under Syncthing's names what Syncthing has too, and the process's own.</summary>
internal sealed class MetricsRoute
{
    private readonly ISyncEngine _engine;
    private readonly ConcurrentDictionary<string, double> _events = new(StringComparer.Ordinal);

    /// <summary>Counted by events, by metric and folder.</summary>
    private readonly ConcurrentDictionary<(string Metric, string Folder), double> _counted = new();

    public MetricsRoute(ISyncEngine engine)
    {
        _engine = engine;
        engine.Events.Listen(Note);
    }

    public void Map(WebApplication app) => app.MapGet("/metrics", () => Results.Text(Text(), "text/plain; version=0.0.4; charset=utf-8"));

    private string Text()
    {
        var text = new MetricsText();
        text.Add("syncthing_build_info", "gauge", "The constant 1, labelled with what this program is.", ([
            ("version", ProgramVersion.Tag), ("codename", "FolderSync"),
            ("os", OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux"),
            ("arch", System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant())], 1));
        AddDevices(text, _engine.Devices);
        AddFolders(text, _engine.Folders);
        text.Add("syncthing_events_total", "counter", "Events made.", _events.OrderBy(e => e.Key, StringComparer.Ordinal)
            .Select(e => (((string, string)[])[("event", e.Key), ("state", "created")], e.Value)));
        AddProcess(text);
        return text.ToString();
    }

    private static void AddDevices(MetricsText text, IReadOnlyList<DeviceSnapshot> devices)
    {
        IEnumerable<((string, string)[], double)> Of(Func<DeviceSnapshot, double> value) => devices.Select(d => (((string, string)[])[("device", d.Config.Id.ToString())], value(d)));
        text.Add("syncthing_connections_active", "gauge", "Open connections to the device; 0: disconnected.", Of(d => d.Connections));
        text.Add("syncthing_protocol_recv_bytes_total", "counter", "Bytes received from the device since the start.", Of(d => d.BytesReceived));
        text.Add("syncthing_protocol_sent_bytes_total", "counter", "Bytes sent to the device since the start.", Of(d => d.BytesSent));
    }

    private void AddFolders(MetricsText text, IReadOnlyList<FolderSnapshot> folders)
    {
        IEnumerable<((string, string)[], double)> Of(Func<FolderSnapshot, double> value) => folders.Select(f => (((string, string)[])[("folder", f.Config.Id.Value)], value(f)));
        text.Add("syncthing_model_folder_state", "gauge",
            "The folder's state: 0 idle, 1 scanning, 2 waiting to scan, 4 preparing to sync, 5 syncing, 6 cleaning, 8 error, -1 paused.", Of(f => StateNumber(f.State)));
        text.Add("syncthing_model_folder_summary", "gauge", "What is there (local), what all devices have together (global), what is lacking (need).", folders.SelectMany(f =>
            Counts(f, "local", f.Counts.Local).Concat(Counts(f, "global", f.Counts.Global)).Concat(Counts(f, "need", f.Counts.Need))));
        foreach (var (name, help) in (ReadOnlySpan<(string, string)>)
        [
            ("syncthing_model_folder_scans_total", "Scans done."),
            ("syncthing_model_folder_scan_seconds_total", "Seconds spent in scans."),
            ("syncthing_model_folder_pulls_total", "Rounds of bringing files in."),
            ("syncthing_model_folder_pull_seconds_total", "Seconds spent in bringing files in."),
            ("syncthing_model_folder_conflicts_total", "Conflict copies made."),
            ("syncthing_db_files_updated_total", "Entries of this device that were put into the index."),
        ])
            text.Add(name, "counter", help, Of(f => _counted.GetValueOrDefault((name, f.Config.Id.Value))));
        text.Add("foldersync_folder_problems", "gauge", "Items that can't be synced now.", Of(f => f.PullProblems.Count + f.ScanProblems.Count));
        text.Add("foldersync_folder_held_deletions", "gauge", "Files whose deletion or change needs the user's decision.", Of(f => f.Hold?.Files ?? 0));
    }

    private static IEnumerable<((string, string)[], double)> Counts(FolderSnapshot folder, string scope, Counts counts)
    {
        foreach (var (type, value) in ((string, double)[])[("files", counts.Files), ("directories", counts.Directories), ("symlinks", counts.Symlinks), ("deleted", counts.Deleted), ("bytes", counts.Bytes)])
            yield return ([("folder", folder.Config.Id.Value), ("scope", scope), ("type", type)], value);
    }

    private void AddProcess(MetricsText text)
    {
        using var process = Process.GetCurrentProcess();
        text.Add("process_start_time_seconds", "gauge", "When the service started, in seconds since 1970.", ([], _engine.Started.ToUnixTimeMilliseconds() / 1000.0));
        text.Add("process_cpu_seconds_total", "counter", "Seconds of processor time used.", ([], process.TotalProcessorTime.TotalSeconds));
        text.Add("process_resident_memory_bytes", "gauge", "Bytes of memory in use.", ([], process.WorkingSet64));
        text.Add("process_threads", "gauge", "Threads.", ([], process.Threads.Count));
        text.Add("dotnet_gc_heap_bytes", "gauge", "Bytes on the managed heap.", ([], GC.GetTotalMemory(false)));
    }

    /// <summary>Runs inside the event's making: counts only.</summary>
    private void Note(LoggedEvent logged)
    {
        foreach (var shown in SyncthingEvents.Of(logged.Event))
            _events.AddOrUpdate(shown.Type, 1, (_, n) => n + 1);
        switch (logged.Event)
        {
            case EngineEvent.FolderStateChanged { From: FolderState.Scanning } e:
                Count("syncthing_model_folder_scans_total", e.Folder, 1);
                Count("syncthing_model_folder_scan_seconds_total", e.Folder, e.Lasted.TotalSeconds);
                break;
            case EngineEvent.FolderStateChanged { From: FolderState.Syncing } e:
                Count("syncthing_model_folder_pulls_total", e.Folder, 1);
                Count("syncthing_model_folder_pull_seconds_total", e.Folder, e.Lasted.TotalSeconds);
                break;
            case EngineEvent.ConflictCopyMade e:
                Count("syncthing_model_folder_conflicts_total", e.Folder, 1);
                break;
            case EngineEvent.LocalIndexUpdated e:
                Count("syncthing_db_files_updated_total", e.Folder, e.Items);
                break;
        }
    }

    private void Count(string metric, FolderId folder, double by) => _counted.AddOrUpdate((metric, folder.Value), Math.Max(0, by), (_, n) => n + Math.Max(0, by));

    private static int StateNumber(FolderState state) => state switch
    {
        FolderState.Scanning => 1,
        FolderState.ScanWaiting => 2,
        FolderState.SyncPreparing => 4,
        FolderState.Syncing => 5,
        FolderState.Cleaning => 6,
        FolderState.Error => 8,
        FolderState.Paused => -1,
        _ => 0,
    };
}
