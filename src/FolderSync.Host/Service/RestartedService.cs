namespace FolderSync.Host.Service;

/// <summary>Runs a background service that must not end the host with a fault of its own: it is logged with its stack, and the service starts again, later each time.</summary>
internal sealed class RestartedService<T>(T service, TimeProvider time, ILogger<T> log) : IHostedService
    where T : BackgroundService
{
    private static readonly TimeSpan FirstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRestart = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await service.StartAsync(cancellationToken);
        _running = KeepRunningAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
        await service.StopAsync(cancellationToken);
    }

    private async Task KeepRunningAsync()
    {
        for (var wait = FirstRestart; ; wait = wait * 2 < LastRestart ? wait * 2 : LastRestart)
        {
            try
            {
                await (service.ExecuteTask ?? Task.CompletedTask).WaitAsync(_stop.Token);
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.LoopFault(log, typeof(T).Name, e);
            }
            try
            {
                await Task.Delay(wait, time, _stop.Token);
                await service.StartAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
