using System.Net;
using System.Net.Sockets;
using FolderSync.Host.Config;

namespace FolderSync.Host.Service;

/// <summary>
/// Settles the two ports before anything listens: one that another program has (a Syncthing runs) gives way to the next free one, which
/// is kept in the configuration so that it stays the same. An address that was given to `serve` is taken at its word.
/// </summary>
internal static class Ports
{
    private const int PeerPort = 22000;

    /// <returns>The page's host:port, and the socket that has it from now on; none where the port is any.</returns>
    /// <exception cref="ServiceStartException">A given address is taken, or no port is free.</exception>
    public static async Task<(string Address, Socket? Socket)> SettlePageAsync(ConfigStore config, string? given, ILogger log, CancellationToken cancellation)
    {
        var wanted = given ?? config.Current.Page.Address;
        if (ConfigAddress.WhyNotHostAndPort(wanted) is { } wrong)
            throw new ServiceStartException(wrong);
        ConfigAddress.TrySplit(wanted, out var host, out var port);
        if (FreePort.Address(host) is not { } address)
            throw new ServiceStartException($"The page's address '{wanted}' names a host that this computer does not know. Use 127.0.0.1:{port}.");
        if (port == 0)
            return (wanted, null);
        if (FreePort.Listen(address, port, out var why) is { } socket)
            return (wanted, socket);
        if (given is not null)
            throw new ServiceStartException($"The page can't be had at {given}: {why}. Give another address with --gui-address, or end that program.");
        if (FreePort.ListenAfter(address, port) is not { } next)
            throw new ServiceStartException($"The page can't be had at {wanted}: {why}, and so are the 200 after it. Set page.address in '{config.Home.ConfigFile}'.");
        var settled = wanted[..wanted.LastIndexOf(':')] + ":" + ((IPEndPoint)next.LocalEndPoint!).Port;
        await config.UpdateAsync(c => c with { Page = c.Page with { Address = settled } }, cancellation);
        ServiceLog.PageMoved(log, wanted, why!, settled);
        return (settled, next);
    }

    /// <summary>Only where the configuration leaves the address to its default: one that a person wrote is theirs to change.</summary>
    public static async Task SettlePeersAsync(ConfigStore config, ILogger log, CancellationToken cancellation)
    {
        if (config.Current.Engine.ListenAddresses is not ["default"] || FreePort.WhyNot(IPAddress.Any, PeerPort) is not { } why)
            return;
        if (FreePort.After(IPAddress.Any, PeerPort) is not { } free)
            return;
        await config.UpdateAsync(c => c.WithEngine(e => e with { ListenAddresses = [$"tcp://0.0.0.0:{free}"] }), cancellation);
        ServiceLog.PeersMoved(log, why, free);
    }
}
