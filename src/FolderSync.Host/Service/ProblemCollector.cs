using System.Threading.Channels;
using FolderSync.Api.Service;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;

namespace FolderSync.Host.Service;

/// <summary>Collects problems from the engine, the configuration and the log.</summary>
internal sealed class ProblemCollector(ISyncEngine engine, ConfigStore config, ProblemStore book, LogBuffer log, TimeProvider time) : BackgroundService
{
    /// <summary>Problems that disappear with a retry within this time aren't reported.</summary>
    private static readonly TimeSpan ReportDelay = TimeSpan.FromSeconds(40);

    private const int MaxAlike = 5;

    private readonly HashSet<FolderId> _looking = [];

    /// <summary>Folder → why it is stopped.</summary>
    private readonly Dictionary<FolderId, string> _stopped = [];
    private long _logRead;

    /// <summary>What to check again, ordered by time.</summary>
    private readonly Queue<PendingCheck> _pendingChecks = new();
    private readonly Channel<Action> _work = Channel.CreateBounded<Action>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = engine.Events.Listen(OnEvent);
        config.ProblemsChanged += OnConfig;
        log.Added += OnLog;
        try
        {
            OnConfig();
            OnStart();
            ReadLog();
            foreach (var (address, why) in engine.ListenErrors)
                book.Add("error", $"Can't listen for peers on {address}: {why}");
            while (true)
            {
                while (_work.Reader.TryRead(out var work))
                    work();
                while (_pendingChecks.TryPeek(out var next) && time.GetElapsedTime(next.Since) >= ReportDelay)
                    CheckAgain(_pendingChecks.Dequeue());
                await WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        catch (ObjectDisposedException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            config.ProblemsChanged -= OnConfig;
            log.Added -= OnLog;
        }
    }

    private void OnEvent(LoggedEvent logged)
    {
        Action? work = logged.Event switch
        {
            EngineEvent.FolderStateChanged { Error.Length: > 0 } e => () => OnFolderError(e.Folder, e.Error),
            EngineEvent.FolderStateChanged { From: FolderState.Error } e => () => OnFolderRecovered(e.Folder),
            EngineEvent.PullProblemsChanged e => () => OnPullProblems(e.Folder),
            EngineEvent.ChangesHeld e => () => book.Add("warning", HoldText.Explain(e.Hold, NameOf), e.Folder.Value),
            EngineEvent.FolderWarned e => () => book.Add("warning", e.Message, e.Folder.Value),
            EngineEvent.IdentityShared e => () => book.Add("error", e.Message, e.Folder?.Value, e.Device.ToString()),
            EngineEvent.IndexRebuilt e => () => book.Add("warning", $"The index of this folder was damaged and has been rebuilt from the disk: {e.Reason}", e.Folder.Value),
            _ => null,
        };
        if (work is not null)
            _work.Writer.TryWrite(work);
    }

    private string NameOf(DeviceId id) => engine.Devices.FirstOrDefault(d => d.Config.Id == id)?.Config.Name is { Length: > 0 } name ? name : id.Short.ToString();

    private void OnFolderError(FolderId folder, string error)
    {
        OnFolderRecovered(folder);
        _stopped[folder] = error;
        book.Add("error", error, folder.Value);
    }

    /// <summary>A problem that solved itself needs no acknowledgement.</summary>
    private void OnFolderRecovered(FolderId folder)
    {
        if (_stopped.Remove(folder, out var error))
            book.Resolve(error, folder.Value);
    }

    /// <summary>Folders that couldn't be opened at startup. A common cause is reported once: it would otherwise evict all other problems.</summary>
    private void OnStart()
    {
        foreach (var same in engine.Folders.Where(f => f.Error.Length > 0).GroupBy(f => f.Error).Select(g => g.ToList()).ToList())
        {
            if (same.Count <= MaxAlike)
                same.ForEach(f => OnFolderError(f.Config.Id, f.Error));
            else
                book.Add("error", $"{same.Count} folders are stopped: {same[0].Error}");
        }
    }

    /// <summary>Only problems that neither the next connecting device nor a retry solves.</summary>
    private void OnPullProblems(FolderId folder)
    {
        if (engine.Folder(folder) is not { } snapshot)
            return;
        if (snapshot.PullProblems.FirstOrDefault(p => p.Permanent) is { } permanent)
            Note("error", folder, permanent);
        if (snapshot.PullProblems.Any(IsTriedAgain) && _looking.Add(folder))
            _pendingChecks.Enqueue(new PendingCheck(folder, [.. snapshot.PullProblems.Where(IsTriedAgain).Take(100).Select(p => (p.Name, p.Reason))], time.GetTimestamp()));
    }

    /// <summary>Waits for work, or for the time of the next check.</summary>
    private async Task WaitAsync(CancellationToken cancellation)
    {
        if (!_pendingChecks.TryPeek(out var next))
        {
            await _work.Reader.WaitToReadAsync(cancellation);
            return;
        }
        var left = ReportDelay - time.GetElapsedTime(next.Since);
        using var due = new CancellationTokenSource(left > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellation);
        try
        {
            await _work.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time has come.
        }
    }

    private void CheckAgain(PendingCheck look)
    {
        _looking.Remove(look.Folder);
        if (engine.Folder(look.Folder)?.PullProblems.FirstOrDefault(p => IsTriedAgain(p) && look.Seen.Contains((p.Name, p.Reason))) is { } still)
            Note("warning", look.Folder, still);
    }

    private static bool IsTriedAgain(PullProblem problem) => problem is { Permanent: false, RetryAt: not null };

    private void Note(string severity, FolderId folder, PullProblem problem) =>
        book.Add(severity, $"'{problem.Name}' can't be synced: {problem.Reason}", folder.Value, problem.Device?.ToString());

    private void OnConfig() => _work.Writer.TryWrite(() =>
    {
        foreach (var problem in config.Error?.Problems ?? [])
            book.Add("error", $"The configuration was not reloaded: {problem}");
    });

    private void OnLog(LogEntry entry)
    {
        if (entry.Level >= LogLevel.Error)
            _work.Writer.TryWrite(ReadLog);
    }

    /// <summary>Reads from the last position on, including entries from before anybody listened, as at startup.</summary>
    private void ReadLog()
    {
        foreach (var entry in log.Since(_logRead, LogBuffer.Kept))
        {
            _logRead = entry.Seq;
            // Errors of folders and of the configuration are reported with more details.
            if (entry.Level >= LogLevel.Error && !entry.Text.StartsWith("The configuration was not reloaded", StringComparison.Ordinal))
                book.Add("error", entry.Text);
        }
    }

    /// <param name="Seen">What failed, and why.</param>
    /// <param name="Since">A timestamp.</param>
    private sealed record PendingCheck(FolderId Folder, HashSet<(FileName, string)> Seen, long Since);
}
