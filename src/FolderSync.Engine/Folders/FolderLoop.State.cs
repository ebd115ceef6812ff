using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>What others see of the folder, and how they wake it.</summary>
internal sealed partial class FolderLoop
{
    private readonly SortedDictionary<DeviceId, string> _refusals = [];
    private FolderSnapshot _snapshot;
    private bool _isScanning;
    private bool _isPulling;
    private string _error = "";
    private long _bytesReceived;

    /// <summary>Bytes of files that peers sent for this folder since it was started. Thread-safe.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Thread-safe.</summary>
    public FolderSnapshot Snapshot()
    {
        var index = Index;
        FolderSnapshot snapshot;
        lock (_lock)
            snapshot = _snapshot;
        if (_refused.Problems(NameOf) is { Count: > 0 } refused)
            snapshot = snapshot with { ScanProblems = [.. snapshot.ScanProblems, .. refused] };
        if (index is null)
            return snapshot;
        try
        {
            var (counts, fetched) = Fetched.Read(index);
            return snapshot with
            {
                Counts = counts,
                FetchedBytes = fetched,
                RemoteSequences = snapshot.Config.Devices.ToDictionary(d => d, d => index.RemoteState(d).MaxSequence),
                Transfers = Transfers(),
            };
        }
        catch (Exception e) when (e is ObjectDisposedException or IndexDamagedException)
        {
            // Closed meanwhile, or about to be for its damage: who looks at the folder is not the one to find that out.
            return snapshot;
        }
    }

    /// <summary>Sets the waker at each local commit until disposed. Thread-safe.</summary>
    public IDisposable ListenToCommits(Wakeup wake)
    {
        lock (_lock)
            _commitListeners = _commitListeners.Add(wake);
        return new CommitListening(this, wake);
    }

    /// <summary>A peer came, went, or announced what it has meanwhile. Thread-safe.</summary>
    public void OnSourcesChanged()
    {
        Interlocked.Increment(ref _sourcesVersion);
        _pullWake.Set();
    }

    /// <summary>Why the folder can't be synced with a device, null when it can. Thread-safe.</summary>
    public void NoteRefusal(DeviceId device, string? reason)
    {
        lock (_lock)
        {
            if (reason is null)
                _refusals.Remove(device);
            else
                _refusals[device] = reason;
        }
    }

    /// <summary>A reader found the index damaged. Thread-safe.</summary>
    public void OnIndexDamaged(IndexDamagedException e) => Abort(e);

    internal void CountReceived(int bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    private void Publish(Func<FolderSnapshot, FolderSnapshot> change)
    {
        lock (_lock)
            _snapshot = change(_snapshot);
    }

    private void Fail(string error)
    {
        if (_error != error)
            Log.FolderError(_log, Config.DisplayName, error);
        _error = error;
        UpdateState();
    }

    private void ClearError()
    {
        _error = "";
        UpdateState();
    }

    private void UpdateState() =>
        SetState(_error.Length > 0 ? FolderState.Error : _isPulling ? FolderState.Syncing : _isScanning ? FolderState.Scanning : _isWaitingToScan ? FolderState.ScanWaiting : FolderState.Idle);

    private void SetState(FolderState state)
    {
        FolderSnapshot before;
        var now = _parts.Time.GetUtcNow();
        lock (_lock)
        {
            before = _snapshot;
            if (before.State == state && before.Error == _error)
                return;
            _snapshot = before with { State = state, Error = _error, StateChanged = now };
        }
        List<(string, object?)> data =
        [
            ("folder", Id.Value), ("from", StateNames.Of(before.State)), ("to", StateNames.Of(state)), ("duration", (now - before.StateChanged).TotalSeconds),
        ];
        if (_error.Length > 0)
            data.Add(("error", _error));
        _events.Add("StateChanged", [.. data]);
    }

    private void OnLocalCommitted(IReadOnlyList<FileEntry> entries)
    {
        if (entries.Count == 0)
            return;
        NoteCopies(entries);
        NoteConflictCopies(entries);
        WakeCommitListeners();
        _events.Add(
            "LocalIndexUpdated",
            ("folder", Id.Value),
            ("items", entries.Count),
            ("filenames", entries.Take(100).Select(e => e.Name.Value).ToList()),
            ("sequence", entries[^1].Sequence),
            ("version", entries[^1].Sequence));
    }

    private void WakeCommitListeners()
    {
        foreach (var listener in _commitListeners)
            listener.Set();
    }

    /// <summary>What becomes of something left in a directory that is to go.</summary>
    private Leftover WhatToDoWith(FileName name, bool isDirectory)
    {
        var match = Ignores.Match(name, isDirectory);
        if (!match.Ignored && Index?.FindLocal(name) is { Deleted: false })
            return Leftover.Kept;
        return match.Ignored ? match.Deletable ? Leftover.Deletable : Leftover.Kept : Leftover.Unknown;
    }

    private sealed class CommitListening(FolderLoop folder, Wakeup wake) : IDisposable
    {
        public void Dispose()
        {
            lock (folder._lock)
                folder._commitListeners = folder._commitListeners.Remove(wake);
        }
    }
}

/// <summary>Folder states as Syncthing's API names them.</summary>
public static class StateNames
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
}
