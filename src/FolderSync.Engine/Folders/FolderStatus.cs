using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Watch;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Folders;

/// <summary>What a folder is doing; of several activities the highest is shown.</summary>
[Flags]
internal enum FolderActivity
{
    None = 0,
    WaitingToScan = 1,
    Scanning = 2,
    Pulling = 4,
}

/// <summary>A folder's visible state, problems and warnings. Thread-safe.</summary>
internal sealed class FolderStatus
{
    private const int MaxWarnings = 1000;
    private const int MaxScanProblems = 1000;

    private readonly Lock _lock = new();
    private readonly EventLog _events;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private FolderSnapshot _snapshot;
    private FolderActivity _activity;
    private string _error = "";

    public FolderStatus(FolderConfig config, EventLog events, TimeProvider time, ILogger log)
    {
        (_events, _time, _log) = (events, time, log);
        _snapshot = new FolderSnapshot { Config = config, State = config.Paused ? FolderState.Paused : FolderState.Starting, StateChanged = time.GetUtcNow() };
    }

    /// <summary>Excludes what only the index and the transfers know.</summary>
    public FolderSnapshot Snapshot
    {
        get
        {
            lock (_lock)
                return _snapshot;
        }
    }

    /// <summary>Why the folder is stopped; empty if it isn't.</summary>
    public string Error => Volatile.Read(ref _error);

    public bool HasFailed => Error.Length > 0;

    /// <summary>Deletions that need the user's decision, or null.</summary>
    public ChangeHold? Hold => Snapshot.Hold;

    private FolderId Id => _snapshot.Config.Id;

    public void Publish(Func<FolderSnapshot, FolderSnapshot> change)
    {
        lock (_lock)
            _snapshot = change(_snapshot);
    }

    public void Fail(string error)
    {
        if (_error != error)
            Log.FolderError(_log, Snapshot.Config.DisplayName, error);
        Volatile.Write(ref _error, error);
        Update();
    }

    public void ClearError()
    {
        Volatile.Write(ref _error, "");
        Update();
    }

    public void Begin(FolderActivity activity)
    {
        lock (_lock)
            _activity |= activity;
        Update();
    }

    public void End(FolderActivity activity)
    {
        lock (_lock)
            _activity &= ~activity;
        Update();
    }

    /// <summary>The problems of a full scan; replaces all earlier ones.</summary>
    public void SetScanProblems(IReadOnlyList<FileProblem> problems, DateTimeOffset scanned) =>
        Publish(s => s with { ScanProblems = [.. problems.Take(MaxScanProblems)], LastScan = scanned });

    /// <summary>Adds the problems of a part of the folder, or of one item.</summary>
    public void AddScanProblems(IReadOnlyList<FileProblem> problems) =>
        Publish(s => s with { ScanProblems = [.. problems.Concat(s.ScanProblems).DistinctBy(p => p.Path).Take(MaxScanProblems)] });

    public void SetWatchProblem(WatchProblem? problem)
    {
        WatchProblem? before = null;
        Publish(s =>
        {
            before = s.WatchProblem;
            return s with { WatchProblem = problem };
        });
        if (problem != before)
            _events.Publish(() => new EngineEvent.WatchProblemChanged(Id, before?.Reason, problem?.Reason));
    }

    /// <summary>Replaces the warnings of one path; an empty list clears them.</summary>
    public void Warn(string path, IReadOnlyList<FileProblem> warnings)
    {
        SetWarnings([path], warnings);
        foreach (var warning in warnings)
        {
            Log.Warned(_log, Snapshot.Config.DisplayName, warning.Reason);
            _events.Publish(() => new EngineEvent.FolderWarned(Id, warnings.Count, warning.Reason));
        }
    }

    /// <summary>Replaces the warnings of these paths without logging them.</summary>
    public void SetWarnings(IReadOnlyCollection<string> paths, IReadOnlyList<FileProblem> warnings) =>
        Publish(s => s with { Warnings = [.. s.Warnings.Where(w => !paths.Contains(w.Path)).Concat(warnings).Take(MaxWarnings)] });

    private static FolderState StateOf(string error, FolderActivity activity) =>
        error.Length > 0 ? FolderState.Error
        : activity.HasFlag(FolderActivity.Pulling) ? FolderState.Syncing
        : activity.HasFlag(FolderActivity.Scanning) ? FolderState.Scanning
        : activity.HasFlag(FolderActivity.WaitingToScan) ? FolderState.ScanWaiting
        : FolderState.Idle;

    private void Update()
    {
        FolderSnapshot before, now;
        lock (_lock)
        {
            before = _snapshot;
            var state = StateOf(_error, _activity);
            if (before.State == state && before.Error == _error)
                return;
            now = _snapshot = before with { State = state, Error = _error, StateChanged = _time.GetUtcNow() };
        }
        _events.Publish(() => new EngineEvent.FolderStateChanged(Id, before.State, now.State, now.StateChanged - before.StateChanged, now.Error));
    }
}
