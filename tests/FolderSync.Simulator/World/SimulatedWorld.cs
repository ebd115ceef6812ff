using FolderSync.Engine;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.World;

/// <summary>A few simulated devices that share one folder, for story tests. Time is virtual; nothing waits for the real clock.</summary>
internal sealed class SimulatedWorld
{
    private readonly Random _random;
    private readonly SimulatedPump _pump;
    private SimulatedPump.SimulatedProcess? _own;

    public SimulatedWorld(params string[] names)
        : this(1, names)
    {
    }

    public SimulatedWorld(int seed, string[] names, Func<FolderConfig, FolderConfig>? folder = null, Func<string, TimeSpan>? skew = null)
    {
        _random = new Random(seed);
        Time = new SimulatedTime(seed);
        _pump = new SimulatedPump(_random);
        Devices = [.. names.Select((n, i) => new SimulatedDevice(n, Time, _pump, Network, _random, skew?.Invoke(n) ?? TimeSpan.Zero, i, IdentityOf(n)))];
        foreach (var device in Devices)
            device.Configure(Devices, folder ?? (f => f));
    }

    public SimulatedTime Time { get; }

    public SimulatedNetwork Network { get; } = new();

    public IReadOnlyList<SimulatedDevice> Devices { get; }

    /// <summary>Called after each step of any device.</summary>
    public Action? AfterStep { get; set; }

    public SimulatedDevice this[string name] => Devices.Single(d => d.Name == name);

    public void Configure(Func<FolderConfig, FolderConfig> folder, Func<EngineConfig, EngineConfig>? engine = null)
    {
        foreach (var device in Devices)
            device.Configure(Devices, folder, engine);
    }

    public void StartAll()
    {
        foreach (var device in Devices)
            device.Start();
    }

    public void RunFor(TimeSpan time)
    {
        var end = Time.Now + time.Ticks;
        Drain();
        while (Time.NextDue is { } due && due <= end)
        {
            Time.RunNext();
            Drain();
        }
        if (Time.Now < end)
            Time.Advance(TimeSpan.FromTicks(end - Time.Now));
    }

    /// <summary>Runs until the condition is true; fails if it isn't within two virtual days.</summary>
    public void RunUntil(string what, Func<bool> isSo)
    {
        var end = Time.Now + TimeSpan.FromDays(2).Ticks;
        while (true)
        {
            Drain();
            if (isSo())
                return;
            if (Time.NextDue is not { } due || due > end)
                break;
            Time.RunNext();
        }
        throw new SimulationException($"Never: {what}.\n{string.Join('\n', Devices.Where(d => d.IsRunning).Select(Describe))}");
    }

    public void RunUntilSynced() => RunUntil("all devices are in sync", () => Devices.All(d => !d.IsRunning || IsInSync(d)) && AreEqual());

    public bool AreEqual() => Devices.Where(d => d.IsRunning).Select(Tree).Distinct().Count() == 1;

    /// <summary>What a user sees in the folder, with contents.</summary>
    public static string Tree(SimulatedDevice device) =>
        string.Join('\n', device.User.Tree("", p => p.StartsWith(".st", StringComparison.Ordinal)).Where(i => i.Kind != FileKind.Directory).Select(i => i.ToString()));

    /// <summary>Runs the test's own work beside the devices.</summary>
    public Task Start(Func<Task> work) => (_own ??= new SimulatedPump.SimulatedProcess(_pump)).Start("test", work);

    public void Command(SimulatedDevice device, Func<SyncEngine, Task> command)
    {
        var done = device.Do(command);
        RunUntil("the command ends", () => done.IsCompleted);
        done.GetAwaiter().GetResult();
    }

    public void Scan(SimulatedDevice device) => Command(device, e => e.ScanAsync(SimulatedDevice.Folder, [], CancellationToken.None));

    /// <summary>"anna-twin" is another computer with anna's identity.</summary>
    private static string? IdentityOf(string name) => name.EndsWith("-twin", StringComparison.Ordinal) ? name[..^"-twin".Length] : null;

    private static bool IsInSync(SimulatedDevice device) =>
        device.Engine?.Folder(SimulatedDevice.Folder) is { State: FolderState.Idle, LastScan: not null, Counts.Need.Items: 0 } && device.Engine.Devices.All(d => d.Connected);

    private static string Describe(SimulatedDevice device) => device.Engine?.Folder(SimulatedDevice.Folder) is { } f
        ? $"{device.Name}: {f.State} {f.Error} {f.Counts} hold {f.Hold?.Files} connected {device.Engine.Devices.Count(d => d.Connected)} " +
          $"{string.Join("; ", f.PullProblems.Select(p => p.Name + ": " + p.Reason))} {string.Join("; ", f.ScanProblems.Select(p => p.Path + ": " + p.Reason))}\n{Tree(device)}"
        : device.Name + " has no folder";

    private void Drain()
    {
        for (var steps = 0; _pump.Step(); steps++)
        {
            AfterStep?.Invoke();
            if (steps > 1_000_000)
                throw new SimulationException("The devices never come to rest: a loop spins.\n" + string.Join('\n', Devices.Where(d => d.IsRunning).Select(Describe)));
        }
        if (Devices.SelectMany(d => d.Escaped).FirstOrDefault() is { } bug)
            throw new SimulationException($"A loop ended with {bug}");
    }
}
