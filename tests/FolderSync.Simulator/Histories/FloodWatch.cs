using System.Text;
using FolderSync.Filesystem;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>How much of what a flood changes on one device is displaced on others that nobody asked there.</summary>
internal sealed class FloodWatch(IReadOnlyList<SimulatedDevice> devices, HoldLimits? limits)
{
    /// <summary>Files that may count for the engine and not here: what was ignored, or is still to come.</summary>
    private const int Slack = 2;

    private readonly List<(SimulatedDevice On, HashSet<string> Contents)> _threatened = [];

    /// <summary>A flood begins. What the first sync displaces is no flood.</summary>
    public void Begin(SimulatedDevice from)
    {
        var flooded = Files(from).ToHashSet(StringComparer.Ordinal);
        _threatened.AddRange(devices.Where(d => d != from && d.HasBeenInSync).Select(d => (d, Files(d).Where(flooded.Contains).ToHashSet(StringComparer.Ordinal))));
    }

    /// <summary>A user of the device gave the content up, so it isn't the flood's.</summary>
    public void OnGivenUp(SimulatedDevice device, string content)
    {
        foreach (var (on, contents) in _threatened)
        {
            if (on == device)
                contents.Remove(content);
        }
    }

    /// <summary>What a user decided counts for nothing any more.</summary>
    public void OnDecided(SimulatedDevice device) => _threatened.RemoveAll(t => t.On == device);

    /// <summary>Null if no more is displaced than may be without asking.</summary>
    public Failure? WhatIsDisplaced()
    {
        if (limits is null)
            return null;
        foreach (var (on, contents) in _threatened)
        {
            var files = Files(on).ToHashSet(StringComparer.Ordinal);
            var displaced = contents.Count(c => !files.Contains(c));
            if (displaced >= limits.IncomingFrom && displaced * 100 >= (files.Count + displaced + Slack) * limits.IncomingFromPercent)
                return new Failure(FailureKind.NotHeld, $"{displaced} of {files.Count + displaced} files are displaced on {on.Name}, and nobody was asked.\n{Convergence.Trees(devices)}");
        }
        return null;
    }

    private static IEnumerable<string> Files(SimulatedDevice device) =>
        device.User.Tree("", Oracle.IsInternal).Where(i => i.Kind == FileKind.File).Select(i => Encoding.UTF8.GetString(i.Content));
}
