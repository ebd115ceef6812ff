using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery;

/// <summary>Whether one way of discovery works, with one line in the log for each change. Thread-safe.</summary>
/// <param name="name">As Syncthing's API names it: "IPv4 local", "IPv6 local"; "mDNS IPv4", "mDNS IPv6".</param>
internal sealed class MethodState(string name, int port, ILogger logger)
{
    private readonly Lock _lock = new();
    private string? _trouble;
    private bool _isSet;

    public string Name => name;

    /// <summary>Why it doesn't work; null: it does.</summary>
    public string? Trouble
    {
        get
        {
            lock (_lock)
                return _trouble;
        }
    }

    /// <param name="trouble">A sentence for a person; null: it works.</param>
    /// <param name="isHarmless">This computer has no network of that kind, which is no fault.</param>
    public void Set(string? trouble, bool isHarmless = false)
    {
        lock (_lock)
        {
            if (_isSet && _trouble == trouble)
                return;
            (_trouble, _isSet) = (trouble, true);
        }

        if (trouble is null)
            Log.DiscoveryWorks(logger, name, port);
        else
            Log.DiscoveryFails(logger, isHarmless ? LogLevel.Information : LogLevel.Warning, name, trouble);
    }
}
