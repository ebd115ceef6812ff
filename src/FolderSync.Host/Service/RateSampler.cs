using FolderSync.Engine.Status;

namespace FolderSync.Host.Service;

/// <summary>Samples the rate meter once a second.</summary>
internal sealed class RateSampler(RateMeter meter, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            do
                meter.Sample();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
