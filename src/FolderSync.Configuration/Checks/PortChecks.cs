using System.Net;
using FolderSync.Configuration.Schema;
using FolderSync.Platform;

namespace FolderSync.Configuration.Checks;

/// <summary>Checks the service's ports while it isn't running.</summary>
public static class PortChecks
{
    private const int PeerPort = 22000;

    public static IEnumerable<CheckResult> Of(ServiceConfig config)
    {
        if (ConfigAddress.TrySplit(config.Page.Address, out var host, out var port) && ReservedPort.Address(host) is { } address)
            yield return Check(address, port, "the page", "page.address");
        foreach (var listen in config.Engine.ListenAddresses)
        {
            if (listen == "default")
                yield return Check(IPAddress.Any, PeerPort, "other devices", "network.listen");
            else if (Uri.TryCreate(listen, UriKind.Absolute, out var url) && url.Scheme.StartsWith("tcp", StringComparison.Ordinal) && ReservedPort.Address(url.Host.Trim('[', ']')) is { } own)
                yield return Check(own, url.Port < 0 ? PeerPort : url.Port, "other devices", "network.listen");
        }
    }

    private static CheckResult Check(IPAddress address, int port, string what, string setting)
    {
        using var free = ReservedPort.TryReserve(address, port, out var why);
        return free is not null
            ? CheckResult.Ok("port", $"Port {port} for {what} is free.")
            : CheckResult.Warn("port", $"For {what}: {why}.", $"Stop that program (a Syncthing?), or set {setting} in config.yaml; by default the next free port is used.");
    }
}
