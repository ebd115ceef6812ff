using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FolderSync.Client;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Discovery;

/// <summary>A private network: hosts in network namespaces, connected by a bridge in another one. It has no connection to other networks.</summary>
internal sealed class NetworkLab : IAsyncDisposable
{
    private static int s_count;

    private readonly string _prefix = $"disco{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
    private readonly List<LabHost> _hosts = [];
    private int _wires;

    /// <summary>Added hosts have no IPv6: a link-local address would survive what a test does to the other addresses.</summary>
    public bool IsWithoutIPv6 { get; init; }

    private NetworkLab()
    {
    }

    private string Switch => _prefix + "-sw";

    /// <summary>Skips the test if namespaces are unavailable: they need root.</summary>
    /// <param name="switches">Separate bridges: "br0", "br1".</param>
    public static async Task<NetworkLab> MakeAsync(int switches = 1, bool withoutIPv6 = false)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "Network namespaces need Linux and root.");
        Skip.If(Tray.Screen.IsMissing("ip", "ss"), "ip or ss is missing (apt-get install iproute2).");
        var lab = new NetworkLab { IsWithoutIPv6 = withoutIPv6 };
        var made = await ChildProcess.RunAsync("ip", ["netns", "add", lab.Switch]);
        Skip.IfNot(made.ExitCode == 0, $"No network namespaces here: {made.All}");
        for (var i = 0; i < switches; i++)
        {
            await IpAsync("-n", lab.Switch, "link", "add", $"br{i}", "type", "bridge");
            await IpAsync("-n", lab.Switch, "link", "set", $"br{i}", "up");
        }

        return lab;
    }

    /// <param name="addresses">The addresses of its first interface; if none, link-local IPv6 only.</param>
    public async Task<LabHost> AddHostAsync(string name, params string[] addresses)
    {
        var host = new LabHost(this, $"{_prefix}-{name}");
        await IpAsync("netns", "add", host.Namespace);
        _hosts.Add(host);
        // Skips duplicate address detection, which takes two seconds.
        await host.SetIPv6Async("accept_dad", 0);
        if (IsWithoutIPv6)
            await host.SetIPv6Async("disable_ipv6", 1);
        await IpAsync("-n", host.Namespace, "link", "set", "lo", "up");
        await host.AddInterfaceAsync("eth0", 0, addresses);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _hosts.Select(h => h.Namespace).Append(Switch))
            await ChildProcess.RunAsync("ip", ["netns", "del", name]);
    }

    internal static async Task IpAsync(params string[] arguments)
    {
        var ended = await ChildProcess.RunAsync("ip", arguments);
        if (ended.ExitCode != 0)
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {ended.All}");
    }

    internal async Task<string> WireAsync(LabHost host, string name, int bridge)
    {
        var port = $"p{++_wires}";
        await IpAsync("link", "add", port, "netns", Switch, "type", "veth", "peer", "name", name, "netns", host.Namespace);
        await IpAsync("-n", Switch, "link", "set", port, "master", $"br{bridge}", "up");
        return port;
    }

    /// <summary>Unplugs the cable at the switch or plugs it in again: the host's interface loses its carrier.</summary>
    internal Task CarrierAsync(string port, bool up) => IpAsync("-n", Switch, "link", "set", port, up ? "up" : "down");

    /// <summary>The cable is plugged in, but nothing gets through, as with a failure of another switch.</summary>
    internal Task DeafenAsync(string port, bool deaf, int bridge = 0) =>
        deaf ? IpAsync("-n", Switch, "link", "set", port, "nomaster") : IpAsync("-n", Switch, "link", "set", port, "master", $"br{bridge}");
}

/// <summary>A host of the lab.</summary>
internal sealed partial class LabHost(NetworkLab lab, string name)
{
    private const int NewNetwork = 0x40000000;

    private readonly Dictionary<string, string> _ports = [];

    public string Namespace => name;

    public async Task AddInterfaceAsync(string nic, int bridge, params string[] addresses)
    {
        _ports[nic] = await lab.WireAsync(this, nic, bridge);
        foreach (var address in addresses)
            await AddAddressAsync(address, nic);
        await NetworkLab.IpAsync("-n", name, "link", "set", nic, "up");
    }

    public Task AddAddressAsync(string address, string nic = "eth0") => address.Contains(':', StringComparison.Ordinal)
        ? NetworkLab.IpAsync("-n", name, "address", "add", address, "dev", nic)
        : NetworkLab.IpAsync("-n", name, "address", "add", address, "brd", "+", "dev", nic);

    public Task RemoveAddressAsync(string address, string nic = "eth0") => NetworkLab.IpAsync("-n", name, "address", "del", address, "dev", nic);

    public Task CarrierAsync(bool up, string nic = "eth0") => lab.CarrierAsync(_ports[nic], up);

    public Task DeafenAsync(bool deaf, string nic = "eth0") => lab.DeafenAsync(_ports[nic], deaf);

    /// <summary>Disables the interface on the host itself, as a user does.</summary>
    public Task SetLinkAsync(bool up, string nic = "eth0") => NetworkLab.IpAsync("-n", name, "link", "set", nic, up ? "up" : "down");

    public Task SetMulticastAsync(bool on, string nic = "eth0") => NetworkLab.IpAsync("-n", name, "link", "set", nic, "multicast", on ? "on" : "off");

    /// <summary>For all present and future interfaces.</summary>
    public Task SetIPv6Async(string setting, int value) =>
        RunAsync("sh", "-c", $"echo {value} > /proc/sys/net/ipv6/conf/all/{setting}; echo {value} > /proc/sys/net/ipv6/conf/default/{setting}");

    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var ended = await ChildProcess.RunAsync("ip", ["netns", "exec", name, program, .. arguments]);
        return ended.ExitCode == 0 ? ended.Output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {ended.All}");
    }

    public ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        ChildProcess.Start("ip", ["netns", "exec", name, program, .. arguments], environment);

    /// <summary>Connects to a port of the host's loopback.</summary>
    public Stream Connect(int port) => InNamespace(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    });

    /// <summary>A socket stays in the namespace of the thread that created it; the thread ends.</summary>
    public T InNamespace<T>(Func<T> make)
    {
        T? made = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{name}");
                if (SetNamespace((int)handle.DangerousGetHandle(), NewNetwork) != 0)
                    throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                made = make();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw (failure is SocketException s ? new SocketException(s.ErrorCode) : failure);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int handle, int kind);
}

internal static class DeviceWaits
{
    /// <summary>Waits until each of the two reports that it is connected to the other.</summary>
    public static Task ConnectedAsync(SyncDevice one, SyncDevice two) => UntilAsync(
        "that they connect",
        async () => (bool)(await one.ConnectionAsync(two))["connected"]! && (bool)(await two.ConnectionAsync(one))["connected"]!,
        () => one.Log + "\n---\n" + two.Log);

    /// <summary>Polls for a condition without an event.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> UntilAsync(string what, Func<Task<bool>> holds, Func<string>? describe = null)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                if (await holds())
                    return clock.Elapsed;
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
                // Not running at the moment.
            }

            if (clock.Elapsed > TestSettings.Timeout)
                throw new Xunit.Sdk.XunitException($"Waited {clock.Elapsed.TotalSeconds:0} s in vain {what}.\n{describe?.Invoke()}");
        }
    }
}
