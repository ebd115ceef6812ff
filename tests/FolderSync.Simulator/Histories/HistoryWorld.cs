using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Configuring;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>The devices of one history, on one thread and in virtual time, and the operations on them.</summary>
internal sealed class HistoryWorld
{
    /// <summary>The limit of each device in one pause: a hundred times what any pause has needed.</summary>
    private const long MaxCallbacks = 100_000;

    private readonly DrawStream _draws;
    private readonly SimulatedTime _time;
    private readonly SimulatedPump _pump;
    private readonly Edits _edits;
    private readonly Trace _trace;
    private readonly History _setup;
    private readonly Dictionary<SimulatedDevice, FolderType> _roles = [];

    /// <summary>Commands that may undo changes until they end.</summary>
    private readonly List<(SimulatedDevice Device, Task Command, Action<SimulatedDevice> Release)> _undoing = [];

    private bool _mayDeleteIgnored;

    public HistoryWorld(History setup, DrawStream draws, Trace trace)
    {
        (_draws, _trace, _setup) = (draws, trace, setup);
        _time = new SimulatedTime(setup.ExactTimers ? null : setup.Seed);
        _pump = new SimulatedPump(draws);
        trace.Now = () => _time.Now;
        Devices = setup.Devices.Select((d, i) => new SimulatedDevice(d.Name, _time, _pump, Network, draws, TimeSpan.FromSeconds(d.SkewSeconds), i)).ToList();
        foreach (var (device, of) in Devices.Zip(setup.Devices))
        {
            Configure(device, FolderType.SendReceive);
            device.Disks.Options = of.Disk;
            device.Loggers = trace.LoggersOf(device.Name);
            if (setup.LongVectors)
                device.Indexes.Recording = WithLongVector;
        }
        Oracle = new Oracle(Devices, setup.Versioning != VersioningKind.None, setup.Holds);
        Convergence = new Convergence(Devices, AreLinked, setup.Respells);
        _edits = new Edits(Oracle);
        trace.Write($"seed {setup.Seed}, versioning {setup.Versioning}, {setup.Topology}, {string.Join("; ", Devices.Select(d => d.Disks.Options))}");
    }

    public SimulatedNetwork Network { get; } = new();

    public IReadOnlyList<SimulatedDevice> Devices { get; }

    public Oracle Oracle { get; }

    public Convergence Convergence { get; }

    /// <summary>What went wrong while it ran, though it may be repaired in the end; null: nothing.</summary>
    public Failure? Breach { get; private set; }

    public bool AreLinked(SimulatedDevice a, SimulatedDevice b) => _setup.Topology.AreLinked(IndexOf(a), IndexOf(b), Devices.Count);

    public FolderType RoleOf(SimulatedDevice device) => _roles[device];

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
                ReleaseUndone();
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
        _trace.WriteChanges(Convergence.ItemsByDevice());
        Breach ??= Oracle.Floods.WhatIsDisplaced();
    }

    /// <summary>Connects all devices, lets them run, and waits until they are at rest.</summary>
    /// <returns>Null if they are; otherwise the failure.</returns>
    public Failure? RunToConvergence(long draws)
    {
        _draws.Seek(draws);
        return new Settlement(this, _setup, _draws, _trace).Run();
    }

    public void RunFor(TimeSpan time)
    {
        var end = _time.Now + time.Ticks;
        for (var callbacks = 0L; ; callbacks++)
        {
            while (_pump.Step())
            {
                if (++callbacks > MaxCallbacks * Devices.Count)
                    throw new SimulationException($"The devices never come to rest: a loop spins.\n{Convergence.Describe()}\n{Convergence.DescribeDifferences()}") { Kind = FailureKind.Livelock };
            }
            if (_time.NextDue is not { } due || due > end)
                break;
            _time.RunNext();
        }
        if (_time.Now < end)
            _time.Advance(TimeSpan.FromTicks(end - _time.Now));
    }

    /// <summary>Decides about what is held. What is taken back goes elsewhere: as a version, if these are kept.</summary>
    public void Decide(SimulatedDevice device, bool accepts)
    {
        Oracle.Floods.OnDecided(device);
        _trace.Write($"{device.Name} {(accepts ? "accepts" : "takes back")}");
        if (accepts && device.Snapshot.Hold is { Why: not null })
            Oracle.GiveUpHidden(device);
        var isTakenBack = !accepts && device.Snapshot.Hold is { Incoming: true };
        Undo(device, e => e.DecideHeldChangesAsync(SimulatedDevice.Folder, accepts, CancellationToken.None), isTakenBack ? Oracle.ReleaseOthers : null);
    }

    public void Configure(SimulatedDevice device, FolderType role)
    {
        _roles[device] = role;
        Oracle?.Roles.OnRoleChanged(device);
        device.Configure(Devices.Where(d => d == device || AreLinked(d, device)), f => WithHolds(f with { Type = role, Versioning = new VersioningConfig(_setup.Versioning) }));
    }

    private int IndexOf(SimulatedDevice device)
    {
        for (var i = 0; ; i++)
        {
            if (Devices[i] == device)
                return i;
        }
    }

    private FolderConfig WithHolds(FolderConfig folder) => _setup.Holds is not { } holds ? folder : folder with
    {
        HoldIncomingFrom = holds.IncomingFrom,
        HoldIncomingFromPercent = holds.IncomingFromPercent,
        HoldDeletionsOver = holds.DeletionsOver,
        HoldIncomingDeletions = holds.IncomingDeletions,
    };

    private SimulatedDevice Device(string name) => Devices.Single(d => d.Name == name);

    private void DoOn(SimulatedDevice device, Operation.OfDevice operation)
    {
        switch (operation)
        {
            case Operation.Edit edit:
                if (_edits.Do(device, edit) is { } done)
                    _trace.Write($"{device.Name} {done}");
                _mayDeleteIgnored |= edit is Operation.Ignore { Lines: var lines } && lines.Any(l => l.StartsWith("(?d)", StringComparison.Ordinal));
                break;
            case Operation.Notice notice:
                foreach (var name in notice.Reported)
                    device.Notice(name);
                break;
            case Operation.SetClock clock:
                _trace.Write($"{device.Name} sets the clock {TimeSpan.FromTicks(clock.Ticks).TotalDays:0.#} days ahead");
                device.Skew = TimeSpan.FromTicks(clock.Ticks);
                break;
            case Operation.SetRole role when RoleOf(device) != role.Role:
                _trace.Write($"{device.Name} becomes {role.Role}");
                Configure(device, role.Role);
                break;
            case Operation.Mount mount:
                Mount(device, mount.Directory);
                break;
            case Operation.Unmount unmount when device.User.IsMountPoint(unmount.Directory):
                _trace.Write($"{device.Name} unmounts {unmount.Directory}");
                Oracle.OnUnmounted(device, unmount.Directory);
                device.User.UnmountFrom(unmount.Directory);
                break;
            case Operation.Start when !device.IsRunning:
                _trace.Write($"{device.Name} start");
                device.Start();
                break;
            default:
                if (device.IsRunning)
                    DoOnRunning(device, operation);
                break;
        }
    }

    private void DoOnRunning(SimulatedDevice device, Operation.OfDevice operation)
    {
        switch (operation)
        {
            case Operation.Stop:
                _trace.Write($"{device.Name} stop");
                device.Stop();
                break;
            case Operation.Kill:
                _trace.Write($"{device.Name} kill");
                device.Kill();
                break;
            case Operation.Crash crash:
                _trace.Write($"{device.Name} crash");
                _draws.Seek(crash.Losses);
                device.Crash();
                break;
            case Operation.Rescan:
                _trace.Write($"{device.Name} rescan");
                device.Rescan();
                break;
            case Operation.Revert when RoleOf(device) == FolderType.ReceiveOnly:
                _trace.Write($"{device.Name} reverts");
                Undo(device, e => e.RevertAsync(SimulatedDevice.Folder, CancellationToken.None), Oracle.ReleaseOwn);
                break;
            case Operation.Override when RoleOf(device) == FolderType.SendOnly:
                _trace.Write($"{device.Name} overrides");
                Undo(device, e => e.OverrideAsync(SimulatedDevice.Folder, CancellationToken.None), Oracle.ReleaseOthers);
                break;
            case Operation.Decide decide when device.Engine?.Folder(SimulatedDevice.Folder)?.Hold is not null:
                Decide(device, decide.Accepts);
                break;
        }
    }

    private void Mount(SimulatedDevice device, string directory)
    {
        var user = device.User;
        if (user.IsMountPoint(directory) || (user.Exists(directory) && user.Stat(directory).Kind != Filesystem.FileKind.Directory))
            return;
        _trace.Write($"{device.Name} mounts {directory}");
        user.MountAt(directory);
    }

    /// <param name="release">Gives up what the command may undo; null: nothing.</param>
    private void Undo(SimulatedDevice device, Func<SyncEngine, Task> command, Action<SimulatedDevice>? release)
    {
        var done = device.Do(command);
        if (release is null)
            return;
        release(device);
        _undoing.Add((device, done, release));
    }

    /// <summary>What a command that still runs may undo, and what may be deleted with its directory, need not survive.</summary>
    private void ReleaseUndone()
    {
        foreach (var (device, _, release) in _undoing)
            release(device);
        _undoing.RemoveAll(u => u.Command.IsCompleted || !u.Device.IsRunning);
        if (!_mayDeleteIgnored)
            return;
        foreach (var device in Devices)
            Oracle.ReleaseDeletable(device);
    }

    private void RunCallbacks(int count)
    {
        while (count-- > 0 && _pump.Step())
        {
            // The condition does the work.
        }
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
