using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Discovery;

/// <summary>Whether one discovery method works. Logs one line per change. Thread-safe.</summary>
/// <param name="name">The name in Syncthing's API: "IPv4 local", "IPv6 local"; "mDNS IPv4", "mDNS IPv6".</param>
internal sealed class DiscoveryMethodStatus(string name, int port, ILogger logger)
{
    private readonly Lock _lock = new();
    private string? _trouble;
    private bool _isSet;

    public string Name => name;

    /// <summary>Why it doesn't work; null: it works.</summary>
    public string? Error
    {
        get
        {
            lock (_lock)
                return _trouble;
        }
    }

    /// <param name="trouble">A sentence for the user; null: it works.</param>
    /// <param name="isHarmless">True when this computer has no network of that kind, which isn't a fault.</param>
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
