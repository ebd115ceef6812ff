using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Client;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Devices that share folders, and methods that wait until they are equal.</summary>
public sealed class Cluster : IAsyncDisposable
{
    private const int ShownLog = 6000;

    private readonly List<SyncDevice> _devices = [];

    public ScratchDirectory Scratch { get; } = new();

    public IReadOnlyList<SyncDevice> Devices => _devices;

    public async Task<FolderSyncProcess> AddFolderSyncAsync(string name, KeyKind key = KeyKind.P256) =>
        Added(await FolderSyncProcess.StartAsync(name, Scratch.In(name + "-home"), key));

    public async Task<SyncthingProcess> AddSyncthingAsync(string version, string name, KeyKind key = KeyKind.P384) =>
        Added(await SyncthingProcess.StartAsync(version, name, Scratch.In(name + "-home"), key));

    /// <summary>Adds a device of another program.</summary>
    public void Add(SyncDevice device) => Added(device);

    /// <summary>Adds each of the two devices on the other.</summary>
    /// <param name="connections">The number of connections on both sides; 0 for the default.</param>
    public static async Task PairAsync(SyncDevice dialer, SyncDevice listener, int connections = 0)
    {
        await listener.AddDeviceAsync(dialer, null, connections);
        await dialer.AddDeviceAsync(listener, listener.PeerAddress, connections);
    }

    /// <summary>Shares a folder among devices; what is already in <see cref="PathOf"/> is its initial content.</summary>
    public async Task ShareAsync(string folder, IReadOnlyList<SyncDevice> among, Func<SyncDevice, JsonObject?>? settings = null)
    {
        foreach (var device in among)
            await device.AddFolderAsync(folder, PathOf(folder, device), among.Where(d => d != device), settings?.Invoke(device));
    }

    public string PathOf(string folder, SyncDevice device) => Scratch.In(device.Name, folder);

    /// <summary>Runs a test's steps; a failure includes every device's status and log.</summary>
    public async Task RunAsync(Func<Task> steps)
    {
        try
        {
            await steps();
        }
        catch (Exception e) when (e is not SkipException)
        {
            throw new Xunit.Sdk.XunitException($"{e.Message}\n{await DescribeAsync()}", e);
        }
    }

    /// <summary>Waits for a condition that the devices' events announce.</summary>
    /// <param name="what">Completes the error message: "that ...".</param>
    public async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        for (var clock = Stopwatch.StartNew(); !await HoldsAsync(holds);)
        {
            if (clock.Elapsed > TestSettings.Timeout)
                throw new TimeoutException($"Waited {clock.Elapsed.TotalSeconds:0} s in vain {what}.");
            await await Task.WhenAny(_devices.Select(d => d.Rest.NewEventsAsync()).ToList());
        }
    }

    public Task ConnectedAsync(SyncDevice a, SyncDevice b) => UntilAsync($"that {a.Name} and {b.Name} connect",
        async () => (bool)(await a.ConnectionAsync(b))["connected"]! && (bool)(await b.ConnectionAsync(a))["connected"]!);

    /// <summary>Scans all devices and waits until each has everything it needs and knows that the others have, too.</summary>
    public async Task SyncedAsync(string folder, params IReadOnlyList<SyncDevice> among)
    {
        IReadOnlyList<SyncDevice> devices = among.Count > 0 ? among : _devices;
        await Task.WhenAll(devices.Select(d => d.ScanAsync(folder)));
        await UntilAsync($"that '{folder}' is the same on {string.Join(", ", devices.Select(d => d.Name))}", async () =>
        {
            var before = await AtRestAsync(folder, devices);
            if (before is null)
                return false;
            foreach (var one in devices)
            {
                foreach (var other in devices.Where(d => d != one))
                {
                    if (!await one.SeesCompleteAsync(folder, other))
                        return false;
                }
            }
            // The status was queried one device after the other: meanwhile a change on one may make another one's status outdated.
            return await AtRestAsync(folder, devices) is { } after && after.SequenceEqual(before);
        });
    }

    /// <summary>Each device's sequence; null while it works or needs something.</summary>
    private static async Task<List<long>?> AtRestAsync(string folder, IReadOnlyList<SyncDevice> devices)
    {
        var sequences = new List<long>();
        foreach (var device in devices)
        {
            // Being idle isn't enough: a device may know what it needs without having started the work.
            var status = await device.StatusAsync(folder);
            if ((string)status["state"]! != "idle" || (long)status["needTotalItems"]! != 0)
                return null;
            sequences.Add((long)status["sequence"]!);
        }
        return sequences;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices)
            await device.DisposeAsync();
        Scratch.Dispose();
    }

    private T Added<T>(T device)
        where T : SyncDevice
    {
        _devices.Add(device);
        return device;
    }

    /// <summary>A device that is not running can't confirm it.</summary>
    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (Exception e) when (ConnectionFailure.Is(e))
        {
            return false;
        }
    }

    private async Task<string> DescribeAsync()
    {
        var text = new StringBuilder();
        foreach (var device in _devices)
        {
            text.AppendLine($"--- {device.Name} ({device.Id})");
            foreach (var folder in device.Folders.Keys)
            {
                foreach (var path in (string[])[$"db/status?folder={folder}", $"db/need?folder={folder}&perpage=5", $"folder/errors?folder={folder}"])
                    text.AppendLine($"{path}: {await AnswerAsync(device, path)}");
            }
            text.AppendLine($"connections: {await AnswerAsync(device, "system/connections")}");
            text.AppendLine(device.Log.Length > ShownLog ? device.Log[^ShownLog..] : device.Log);
        }
        return text.ToString();
    }

    private static async Task<string> AnswerAsync(SyncDevice device, string path)
    {
        try
        {
            return (await device.Rest.GetAsync(path)).ToJsonString();
        }
        catch (Exception e) when (ConnectionFailure.Is(e))
        {
            return e.Message;
        }
    }
}
