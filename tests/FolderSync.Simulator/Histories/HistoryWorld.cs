using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>The devices of one history, on one thread and in virtual time, and the operations on them.</summary>
internal sealed class HistoryWorld
{
    /// <summary>The limit of each device in one pause: a hundred times what any pause has needed.</summary>
    private const long MaxCallbacks = 100_000;

    private const int RoundsOfTakingBack = 5;

    private readonly DrawStream _draws;
    private readonly SimulatedTime _time;
    private readonly SimulatedPump _pump;
    private readonly Edits _edits;
    private readonly Trace _trace;
    private readonly History _setup;

    public HistoryWorld(History setup, DrawStream draws, Trace trace)
    {
        (_draws, _trace, _setup) = (draws, trace, setup);
        _time = new SimulatedTime(setup.ExactTimers ? null : setup.Seed);
        _pump = new SimulatedPump(draws);
        trace.Now = () => _time.Now;
        var devices = setup.Devices.Select((d, i) => new SimulatedDevice(d.Name, _time, _pump, Network, draws, TimeSpan.FromSeconds(d.SkewSeconds), i)).ToList();
        Devices = devices;
        foreach (var (device, of) in devices.Zip(setup.Devices))
        {
            device.Configure(devices, f => WithHolds(f with { Versioning = new VersioningConfig(setup.Versioning) }));
            device.Disks.Options = of.Disk;
            device.Loggers = trace.LoggersOf(device.Name);
            if (setup.LongVectors)
                device.Indexes.Recording = WithLongVector;
        }
        Oracle = new Oracle(devices, setup.Respells);
        _edits = new Edits(Oracle);
        trace.Write($"seed {setup.Seed}, versioning {setup.Versioning}, {string.Join("; ", devices.Select(d => d.Disks.Options))}");
    }

    public SimulatedNetwork Network { get; } = new();

    public IReadOnlyList<SimulatedDevice> Devices { get; }

    public Oracle Oracle { get; }

    public void Do(Operation operation)
    {
        switch (operation)
        {
            case Operation.Nothing:
                break;
            case Operation.Partition part:
                Network.Partition(Device(part.A).Id, Device(part.B).Id);
                _trace.Write($"{part.A}|{part.B} part");
                break;
            case Operation.Heal join:
                Network.Heal(Device(join.A).Id, Device(join.B).Id);
                _trace.Write($"{join.A}|{join.B} join");
                break;
            case Operation.OfDevice one:
                DoOn(Device(one.Device), one);
                break;
            default:
                throw new NotSupportedException(operation.GetType().Name);
        }
    }

    public void Run(Pause pause, long draws)
    {
        _trace.WritePause(pause);
        _draws.Seek(draws);
        if (pause is Pause.Time time)
            RunFor(TimeSpan.FromMilliseconds(time.Milliseconds));
        else if (pause is Pause.Callbacks callbacks)
            RunCallbacks(callbacks.Count);
        _trace.WriteChanges(Oracle.ItemsByDevice());
    }

    /// <summary>Connects all devices, lets them run, and waits until they are equal and idle.</summary>
    /// <returns>Null if they are; otherwise the failure.</returns>
    public Failure? RunToConvergence(long draws)
    {
        _draws.Seek(draws);
        foreach (var a in Devices)
        {
            foreach (var b in Devices)
                Network.Heal(a.Id, b.Id);
        }
        RunFor(TimeSpan.FromSeconds(1));
        foreach (var device in Devices)
        {
            if (device.IsRunning)
                device.Rescan();
            else
                device.Start();
        }
        _trace.Write("settle");
        var before = "";
        for (var i = 0; i < 80; i++)
        {
            RunFor(TimeSpan.FromSeconds(i < 10 ? 5 : 120));
            // A device that was still stopping when all were connected.
            foreach (var device in Devices)
                device.Start();
            Decide(acceptsAll: i >= RoundsOfTakingBack);
            if (Devices.SelectMany(d => d.Escaped).FirstOrDefault() is { } bug)
                return new Failure(FailureKind.LoopEnded, $"A loop ended with {bug}");
            var now = Oracle.Describe();
            if (now == before && Oracle.AreAtRest())
                return null;
            before = now;
        }
        return new Failure(FailureKind.NeverIdle, $"The devices do not come to rest:\n{before}\n{Oracle.DescribeDifferences()}");
    }

    private FolderConfig WithHolds(FolderConfig folder) => _setup.Holds ? folder with { HoldIncomingFrom = 2, HoldIncomingFromPercent = 1 } : folder;

    /// <summary>
    /// Decides about what is held. What is taken back is a version where it was written, if versions are kept; devices that take back each other's
    /// taking back would go on for ever.
    /// </summary>
    private void Decide(bool acceptsAll)
    {
        foreach (var device in Devices.Where(d => d.Engine?.Folder(SimulatedDevice.Folder)?.Hold is { Incoming: true }))
        {
            var accepts = acceptsAll || _setup.Versioning == VersioningKind.None || _draws.Next(2) == 0;
            _trace.Write($"{device.Name} {(accepts ? "accepts" : "takes back")}");
            device.Do(e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, accepts, CancellationToken.None));
        }
    }

    private SimulatedDevice Device(string name) => Devices.Single(d => d.Name == name);

    private void DoOn(SimulatedDevice device, Operation.OfDevice operation)
    {
        switch (operation)
        {
            case Operation.Edit edit:
                if (_edits.Do(device, edit) is { } done)
                    _trace.Write($"{device.Name} {done}");
                break;
            case Operation.Notice notice:
                foreach (var name in notice.Reported)
                    device.Notice(name);
                break;
            case Operation.Start when !device.IsRunning:
                _trace.Write($"{device.Name} start");
                device.Start();
                break;
            case Operation.Stop when device.IsRunning:
                _trace.Write($"{device.Name} stop");
                device.Stop();
                break;
            case Operation.Kill when device.IsRunning:
                _trace.Write($"{device.Name} kill");
                device.Kill();
                break;
            case Operation.Crash crash when device.IsRunning:
                _trace.Write($"{device.Name} crash");
                _draws.Seek(crash.Losses);
                device.Crash();
                break;
            case Operation.Rescan when device.IsRunning:
                _trace.Write($"{device.Name} rescan");
                device.Rescan();
                break;
        }
    }

    private void RunCallbacks(int count)
    {
        while (count-- > 0 && _pump.Step())
        {
            // The condition does the work.
        }
    }

    private void RunFor(TimeSpan time)
    {
        var end = _time.Now + time.Ticks;
        for (var callbacks = 0L; ; callbacks++)
        {
            while (_pump.Step())
            {
                if (++callbacks > MaxCallbacks * Devices.Count)
                    throw new SimulationException($"The devices never come to rest: a loop spins.\n{Oracle.Describe()}\n{Oracle.DescribeDifferences()}") { Kind = FailureKind.Livelock };
            }
            if (_time.NextDue is not { } due || due > end)
                break;
            _time.RunNext();
        }
        if (_time.Now < end)
            _time.Advance(TimeSpan.FromTicks(end - _time.Now));
    }

    /// <summary>A new file's version, at the limit or one or two counters below it.</summary>
    private static FileEntry WithLongVector(FileEntry entry)
    {
        if (entry.Version.Counters.Length != 1)
            return entry;
        var others = Enumerable.Range(1, 997 + (entry.Name.Value.Length % 3)).Select(i => new Counter(new ShortId((ulong)i), 1));
        return entry with { Version = VersionVector.Of([.. others, .. entry.Version.Counters]) };
    }
}
