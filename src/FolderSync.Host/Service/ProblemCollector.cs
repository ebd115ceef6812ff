using System.Threading.Channels;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Events;
using FolderSync.Host.Config;

namespace FolderSync.Host.Service;

/// <summary>Brings into the problem book what the engine, the configuration and the log have to say.</summary>
internal sealed class ProblemCollector(ISyncEngine engine, ConfigStore config, ProblemBook book, LogBook log) : BackgroundService
{
    private readonly Channel<Action> _work = Channel.CreateBounded<Action>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = engine.Events.Listen(OnEvent);
        config.ProblemsChanged += OnConfig;
        log.Added += OnLog;
        try
        {
            OnConfig();
            foreach (var (address, why) in engine.ListenErrors)
                book.Add("error", $"Peers can't be listened for on {address}: {why}");
            await foreach (var work in _work.Reader.ReadAllAsync(stoppingToken))
                work();
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

    private void OnEvent(EngineEvent e)
    {
        if (e.Data.GetValueOrDefault("folder") is not string folder)
            return;
        switch (e.Type)
        {
            case "StateChanged" when e.Data.GetValueOrDefault("error") is string { Length: > 0 } error:
                _work.Writer.TryWrite(() => book.Add("error", error, folder));
                break;
            case "FolderErrors":
                _work.Writer.TryWrite(() => OnPullProblems(folder));
                break;
            case "FolderDeletionsHeld":
                _work.Writer.TryWrite(() => OnHold(folder));
                break;
            case "FolderIndexRebuilt":
                _work.Writer.TryWrite(() => book.Add("warning", $"The index of this folder was damaged and has been built anew from the disk: {e.Data.GetValueOrDefault("reason")}", folder));
                break;
        }
    }

    /// <summary>Only what does not come right with the next device that connects.</summary>
    private void OnPullProblems(string folder)
    {
        if (engine.Folder(new FolderId(folder)) is not { } snapshot)
            return;
        foreach (var reasons in snapshot.PullProblems.Where(p => p.Permanent || p.RetryAt is not null).GroupBy(p => p.Permanent))
        {
            var first = reasons.First();
            book.Add(reasons.Key ? "error" : "warning", $"'{first.Name}' can't be brought in: {first.Reason}", folder, first.Device?.ToString());
        }
    }

    private void OnHold(string folder)
    {
        if (engine.Folder(new FolderId(folder))?.Hold is { } hold)
            book.Add("warning", $"{hold.Files:N0} of {hold.TotalFiles:N0} files were deleted {(hold.Incoming ? "by another device" : "here")} at once. This is held until you say what is to happen.", folder);
    }

    private void OnConfig() => _work.Writer.TryWrite(() =>
    {
        foreach (var problem in config.Error?.Problems ?? [])
            book.Add("error", $"The configuration was not taken up: {problem}");
    });

    private void OnLog(LogEntry entry)
    {
        // A folder's and the configuration's own come with more to say.
        if (entry.Level >= LogLevel.Error && !entry.Text.StartsWith("The configuration was not taken up", StringComparison.Ordinal))
            _work.Writer.TryWrite(() => book.Add("error", entry.Text));
    }
}
