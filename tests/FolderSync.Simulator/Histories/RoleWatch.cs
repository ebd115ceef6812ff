using System.Text;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>What may not leave a receive-only device, and may not come to a send-only one, as long as its role stays.</summary>
internal sealed class RoleWatch(IReadOnlyList<SimulatedDevice> devices)
{
    /// <summary>By the device that must keep them.</summary>
    private readonly Dictionary<SimulatedDevice, HashSet<string>> _own = [];

    /// <summary>By the device that must not take them.</summary>
    private readonly Dictionary<SimulatedDevice, HashSet<string>> _foreign = [];

    public void OnWritten(SimulatedDevice by, string content)
    {
        if (by.IsSurely(FolderType.ReceiveOnly))
            Of(_own, by).Add(content);
        foreach (var device in devices.Where(d => d != by && d.IsSurely(FolderType.SendOnly)))
            Of(_foreign, device).Add(content);
    }

    public void OnRoleChanged(SimulatedDevice device)
    {
        _own.Remove(device);
        _foreign.Remove(device);
    }

    /// <summary>Null if all is where it belongs.</summary>
    public Failure? WhatIsElsewhere()
    {
        var files = devices.ToDictionary(d => d, d => d.User.Tree("", Oracle.IsInternal).Where(i => i.Kind == FileKind.File).Select(i => Encoding.UTF8.GetString(i.Content)).ToList());
        foreach (var device in devices)
        {
            if (devices.Where(d => d != device).SelectMany(d => files[d]).FirstOrDefault(Of(_own, device).Contains) is { } left)
                return new Failure(FailureKind.Role, $"{left[..6]} left {device.Name}, which only receives.\n{Convergence.Trees(devices)}");
            if (files[device].FirstOrDefault(Of(_foreign, device).Contains) is { } came)
                return new Failure(FailureKind.Role, $"{came[..6]} came to {device.Name}, which only sends.\n{Convergence.Trees(devices)}");
        }
        return null;
    }

    private static HashSet<string> Of(Dictionary<SimulatedDevice, HashSet<string>> contents, SimulatedDevice device)
    {
        if (!contents.TryGetValue(device, out var of))
            contents.Add(device, of = new HashSet<string>(StringComparer.Ordinal));
        return of;
    }
}
