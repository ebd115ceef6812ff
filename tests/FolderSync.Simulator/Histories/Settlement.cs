using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Filesystem;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// A history's last phase: all devices run, all lines are whole, and what is held is decided on, until they are at rest. Where they don't share
/// everything (they ignore names, have other roles, have something in the way), they come to rest so first, and once more when they do share everything.
/// </summary>
internal sealed class Settlement(HistoryWorld world, History setup, DrawStream draws, Trace trace)
{
    private const int Rounds = 80;

    /// <summary>Devices that take back each other's taking back would go on for ever.</summary>
    private const int RoundsOfTakingBack = 5;

    /// <summary>Devices on which the user accepts what is missing: a decision that has no effect isn't taken back.</summary>
    private readonly HashSet<SimulatedDevice> _accepting = [];

    public Failure? Run()
    {
        if (world.Breach is { } breach)
            return breach;
        foreach (var a in world.Devices)
        {
            foreach (var b in world.Devices)
                world.Network.Heal(a.Id, b.Id);
        }
        world.RunFor(TimeSpan.FromSeconds(1));
        RescanAll();
        trace.Write("settle");
        if (world.Devices.Any(IsApart))
        {
            if ((Settle() ?? world.Oracle.WhatUnmountingCost() ?? world.Oracle.Roles.WhatIsElsewhere()) is { } failure)
                return failure;
            trace.Write("share everything");
            foreach (var device in world.Devices)
                Join(device);
            RescanAll();
        }
        return Settle();
    }

    private void RescanAll()
    {
        foreach (var device in world.Devices)
        {
            if (device.IsRunning)
                device.Rescan();
            else
                device.Start();
        }
    }

    private Failure? Settle()
    {
        var before = "";
        for (var i = 0; i < Rounds; i++)
        {
            world.RunFor(TimeSpan.FromSeconds(i < 10 ? 5 : 120));
            trace.WriteChanges(world.Convergence.ItemsByDevice());
            if (world.Oracle.Floods.WhatIsDisplaced() is { } displaced)
                return displaced;
            foreach (var device in world.Devices)
            {
                // It was still stopping when all were connected.
                device.Start();
                MendPatterns(device);
                Decide(device, acceptsAll: i >= RoundsOfTakingBack);
            }
            if (world.Devices.SelectMany(d => d.Escaped).FirstOrDefault() is { } bug)
                return new Failure(FailureKind.LoopEnded, $"A loop ended with {bug}");
            var now = world.Convergence.Describe();
            if (now == before && world.Convergence.IsReached())
                return null;
            before = now;
        }
        return new Failure(FailureKind.NeverIdle, $"The devices do not come to rest: {world.Convergence.WhatIsMissing()}\n{before}\n{world.Convergence.DescribeDifferences()}");
    }

    /// <summary>
    /// Decides about what is held. What is taken back is a version where it was written, if versions are kept. What only went with a filesystem waits
    /// until that is back.
    /// </summary>
    private void Decide(SimulatedDevice device, bool acceptsAll)
    {
        if (device.Engine?.Folder(SimulatedDevice.Folder)?.Hold is not { } hold || (!hold.Incoming && device.User.Unmounted.Count > 0))
            return;
        // What a mount hides is lost to nobody, unless it is given up by accepting that.
        var isHidden = hold.Why is not null && world.Devices.Any(d => d.User.Unmounted.Count > 0);
        var accepts = !isHidden && (acceptsAll || (hold.Incoming && setup.Versioning == VersioningKind.None) || (!hold.Incoming && _accepting.Contains(device)) || draws.Next(2) == 0);
        if (accepts && !hold.Incoming)
            _accepting.Add(device);
        world.Decide(device, accepts);
    }

    /// <summary>The file that the patterns include is gone, so they don't count; the user removes the line.</summary>
    private void MendPatterns(SimulatedDevice device)
    {
        if (!IgnorePatterns.Of(device.User).IsBroken)
            return;
        trace.Write($"{device.Name} mends its patterns");
        device.User.WriteFile(IgnorePatterns.FileName, string.Join('\n', device.User.ReadText(IgnorePatterns.FileName).Split('\n').Where(l => !l.StartsWith('#'))));
        device.Notice(IgnorePatterns.FileName);
    }

    private bool IsApart(SimulatedDevice device) =>
        device.User.Exists(IgnorePatterns.FileName) || world.RoleOf(device) != FolderType.SendReceive || device.User.Unmounted.Count > 0 || Specials(device).Any();

    private void Join(SimulatedDevice device)
    {
        device.User.Delete(IgnorePatterns.FileName);
        foreach (var special in Specials(device))
            device.User.Delete(special);
        foreach (var directory in device.User.Unmounted)
            world.Do(new Operation.Mount(device.Name, directory));
        if (world.RoleOf(device) != FolderType.SendReceive)
            world.Configure(device, FolderType.SendReceive);
    }

    private static IEnumerable<string> Specials(SimulatedDevice device) =>
        device.User.Tree("", Oracle.IsInternal).Where(i => i.Kind == FileKind.Other).Select(i => i.Path);
}
