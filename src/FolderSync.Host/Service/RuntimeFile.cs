using FolderSync.Configuration.Home;
using FolderSync.Contracts;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Tells commands and the tray on this computer where the running service is, and its API key. While the home directory can't be written, it retries.
/// </summary>
internal sealed class RuntimeFile : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(15);

    private readonly HomeDirectory _home;
    private readonly Lock _lock = new();
    private string _text;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing = Task.CompletedTask;

    public RuntimeFile(HomeDirectory home, ServiceAddress address, TimeProvider time, ILogger log)
    {
        (_home, _text, _time, _log) = (home, address.ToJson(), time, log);
        if (TryWrite() is not { } why)
            return;
        Log.NotFindable(log, home.RuntimeFile, why);
        _writing = WriteLaterAsync();
    }

    /// <summary>The API key was changed: the next command needs the new one, also to open the page.</summary>
    public void Update(ServiceAddress address)
    {
        lock (_lock)
        {
            if (_stop.IsCancellationRequested || _text == address.ToJson())
                return;
            _text = address.ToJson();
        }
        if (TryWrite() is { } why)
            Log.NotFindable(_log, _home.RuntimeFile, why);
    }

    /// <summary>Call when the service ends. If a disk fault keeps the file, readers notice that its process is gone.</summary>
    public void Delete()
    {
        lock (_lock)
            _stop.Cancel();
        try
        {
            File.Delete(_home.RuntimeFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotFindable(_log, _home.RuntimeFile, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
    }

    private string? TryWrite()
    {
        try
        {
            lock (_lock)
            {
                if (!_stop.IsCancellationRequested)
                    DurableFile.Write(_home.RuntimeFile, _text);
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private async Task WriteLaterAsync()
    {
        do
            await Task.Delay(Retry, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!_stop.IsCancellationRequested && TryWrite() is not null);
    }
}
