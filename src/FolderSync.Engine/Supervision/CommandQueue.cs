using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;
using FolderSync.Index;

namespace FolderSync.Engine.Supervision;

/// <summary>One thing that a user told a folder to do.</summary>
internal sealed class QueuedCommand(Func<FolderCommands, Task> run) : FolderRequest
{
    public Task RunAsync(FolderCommands commands) => run(commands);
}

/// <summary>What users tell a folder to do, one after the other on the folder's context. Outlives each opening of the folder. Enqueuing is thread-safe.</summary>
internal sealed class CommandQueue(TimeProvider time) : IDisposable
{
    private readonly Wakeup _wake = new(time);

    public RequestQueue<QueuedCommand> Waiting { get; } = new();

    /// <summary>Returns when the command is done; throws its failure.</summary>
    public async Task RunAsync(Func<FolderCommands, Task> run, CancellationToken cancellation)
    {
        var command = new QueuedCommand(run);
        Waiting.Add(command);
        _wake.Set();
        await command.WaitAsync(cancellation);
    }

    /// <summary>Whether the folder has been scanned may be known now.</summary>
    public void OnScanEnded() => _wake.Set();

    /// <summary>
    /// Carries commands out until cancelled. Before the first scan of an opening the index may lack what stands on the disk: an override would
    /// announce that as deleted. So they wait for it, and where it fails they hear why.
    /// </summary>
    public async Task ServeAsync(FolderCommands commands, FolderStatus status, Func<bool> hasScanned, CancellationToken cancellation)
    {
        while (true)
        {
            if (!hasScanned() && status.HasFailed)
                Waiting.FailAll(status.Error);
            if (!hasScanned() || Waiting.TryTake() is not { } next)
            {
                await _wake.WaitUntilAsync(Deadline.Never, cancellation);
                continue;
            }
            await CarryOutAsync(next, commands, cancellation);
        }
    }

    public void Dispose() => _wake.Dispose();

    private async Task CarryOutAsync(QueuedCommand command, FolderCommands commands, CancellationToken cancellation)
    {
        try
        {
            await command.RunAsync(commands);
            command.Succeed();
        }
        catch (Exception e) when (e is EngineException or FileSystemException or RootUnavailableException)
        {
            command.Fail(e.Message);
        }
        catch (Exception e) when (e is IndexDamagedException || (e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            // The folder stops beneath it. What is done of it by then does no harm when it is done again.
            Waiting.PutBack(command);
            throw;
        }
        catch (Exception e)
        {
            command.Fail(e);
            throw;
        }
    }
}
