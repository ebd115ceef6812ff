using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Network.Tcp;

/// <summary>What a listener logs about connections of nobody in particular: each kind at most once a minute, then the number of the others.</summary>
internal sealed class ListenerLog : IDisposable
{
    private readonly ILogger _logger;
    private readonly LogThrottle _failed, _broke, _tooMany, _ourselves, _notAdmitted, _acceptFailed;

    public ListenerLog(ILogger logger, TimeProvider clock)
    {
        _logger = logger;
        _failed = Kind(LogLevel.Debug, "handshakes failed");
        _broke = Kind(LogLevel.Warning, "handshakes met a fault in the TLS implementation");
        _tooMany = Kind(LogLevel.Debug, "connections were refused: too many of their address were being closed");
        _ourselves = Kind(LogLevel.Debug, "connections were from this device itself");
        _notAdmitted = Kind(LogLevel.Information, "connections were closed: no device's allowed-networks contain their address");
        _acceptFailed = Kind(LogLevel.Warning, "times accepting failed");

        LogThrottle Kind(LogLevel level, string what) => new(clock, omitted => Log.Omitted(_logger, level, omitted, what));
    }

    public void HandshakeFailed(string remote, string reason)
    {
        if (_failed.TryPass())
            Log.HandshakeFailed(_logger, remote, reason);
    }

    public void HandshakeBroke(string remote, Exception fault)
    {
        if (_broke.TryPass())
            Log.HandshakeBroke(_logger, remote, fault);
    }

    public void TooMany(string remote)
    {
        if (_tooMany.TryPass())
            Log.TooMany(_logger, remote);
    }

    public void Ourselves(string remote)
    {
        if (_ourselves.TryPass())
            Log.Ourselves(_logger, remote);
    }

    public void NotAdmitted(string remote)
    {
        if (_notAdmitted.TryPass())
            Log.NotAdmitted(_logger, remote);
    }

    public void AcceptFailed(string address, string reason)
    {
        if (_acceptFailed.TryPass())
            Log.AcceptFailed(_logger, address, reason);
    }

    public void Dispose()
    {
        foreach (var kind in (LogThrottle[])[_failed, _broke, _tooMany, _ourselves, _notAdmitted, _acceptFailed])
            kind.Dispose();
    }
}
