using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Runs a background service whose faults must not end the host: logs a fault with its stack and restarts the service, with growing delays.
/// </summary>
internal sealed class RestartedService<T>(T service, TimeProvider time, ILogger<T> log) : IHostedService
    where T : BackgroundService
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private bool _isStarted;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await service.StartAsync(cancellationToken);
        _isStarted = true;
        _running = new RestartingLoop(time).RunAsync(RunAsync, e => Log.LoopFault(log, typeof(T).Name, e), _stop.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
        await service.StopAsync(cancellationToken);
    }

    /// <summary>Completes when the service ends; a fault restarts it.</summary>
    private async Task RunAsync()
    {
        if (!_isStarted)
            await service.StartAsync(_stop.Token);
        _isStarted = false;
        await (service.ExecuteTask ?? Task.CompletedTask).WaitAsync(_stop.Token);
    }
}
