namespace FolderSync.Host.Service;

/// <summary>The last safety net: logs faults of tasks that nobody observed.</summary>
internal sealed class UnobservedTaskLogger : IDisposable
{
    private readonly ILogger _log;

    public UnobservedTaskLogger(ILogger log)
    {
        _log = log;
        TaskScheduler.UnobservedTaskException += OnUnobserved;
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= OnUnobserved;

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        Log.Unobserved(_log, e.Exception.InnerExceptions.Count == 1 ? e.Exception.InnerException! : e.Exception);
        e.SetObserved();
    }
}
