using System.Net;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Platform;

namespace FolderSync.Host.Service;

/// <summary>
/// Reserves the two ports before anything listens. If another program (a Syncthing, say) has one, the next free port is used and written into the
/// configuration, so that it stays the same. An address given to `serve` is used as it is.
/// </summary>
internal static class PortReservation
{
    private const int PeerPort = 22000;

    /// <returns>The page's host:port and the reserved port.</returns>
    /// <exception cref="ServiceStartException">A given address is taken, or no port is free.</exception>
    public static async Task<(string Address, ReservedPort Port)> ReservePagePortAsync(ConfigStore config, ILogger log, CancellationToken cancellation)
    {
        var wanted = config.Current.Page.Address;
        ConfigAddress.TrySplit(wanted, out var host, out var port);
        if (ReservedPort.Address(host) is not { } address)
            throw new ServiceStartException($"The page's address '{wanted}' has a host name that this computer doesn't know. Use 127.0.0.1:{port}.");
        if (ReservedPort.TryReserve(address, port, out var why) is { } taken)
            return (wanted[..wanted.LastIndexOf(':')] + ":" + taken.Port, taken);
        if (config.Overrides.Find(ConfigSchema.PageSection, "address") is { } given)
            throw new ServiceStartException($"The page can't listen on {wanted}: {why}. Give another address with --gui-address{(given.IsVariable ? $" or {given.Source}" : "")}, or stop that program.");
        if (ReservedPort.ReserveNext(address, port) is not { } free)
            throw new ServiceStartException($"The page can't listen on {wanted}: {why}, and none of the 200 ports after it is free. Set page.address in '{config.Home.ConfigFile}'.");
        var settled = wanted[..wanted.LastIndexOf(':')] + ":" + free.Port;
        await config.SetOptionAsync(ConfigSchema.PageSection, "address", settled, why!, cancellation);
        Log.PageMoved(log, wanted, why!, settled);
        return (settled, free);
    }

    /// <summary>Only when the configuration uses the default address: an address that the user wrote is theirs to change.</summary>
    /// <returns>The port, reserved until the engine listens on it; null when there is nothing to reserve.</returns>
    public static async Task<ReservedPort?> ReservePeerPortAsync(ConfigStore config, ILogger log, CancellationToken cancellation)
    {
        if (config.Current.Engine.ListenAddresses is not ["default"])
            return null;
        if (ReservedPort.TryReserve(IPAddress.Any, PeerPort, out var why) is { } taken)
            return taken;
        if (ReservedPort.ReserveNext(IPAddress.Any, PeerPort) is not { } free)
            return null;
        await config.SetOptionAsync(ConfigSchema.NetworkSection, "listen", $"tcp://0.0.0.0:{free.Port}", why!, cancellation);
        Log.PeersMoved(log, why!, free.Port);
        return free;
    }
}
