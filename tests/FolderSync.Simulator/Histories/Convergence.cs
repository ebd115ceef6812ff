using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Engine.Status;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// Whether devices have come to rest: each is idle and lacks nothing, any two that share the folder have the same, and each knows that the others lack
/// nothing. Left out is what a device can't or shall not have as the others, see <see cref="FolderView"/>.
/// </summary>
/// <param name="respells">Two spellings of one name may exist, of which a disk that ignores case can have only one.</param>
internal sealed class Convergence(IReadOnlyList<SimulatedDevice> devices, Func<SimulatedDevice, SimulatedDevice, bool> areLinked, bool respells)
{
    public bool IsReached() => WhatIsMissing() is null;

    /// <summary>The first reason why they aren't at rest; null if they are.</summary>
    public string? WhatIsMissing()
    {
        if (devices.FirstOrDefault(d => !IsIdle(d)) is { } busy)
            return $"{busy.Name} is busy.";
        var views = devices.Select(d => new FolderView(d)).ToList();
        return views.Select(v => WhatIsNeeded(v, views)).FirstOrDefault(w => w is not null) ??
               Pairs(views).Select(p => WhatDiffers(p.A, p.B, views)).FirstOrDefault(w => w is not null);
    }

    /// <summary>The folder on each device that differs.</summary>
    public static string Trees(IReadOnlyList<SimulatedDevice> devices) => string.Join("\n", devices.Select(TreeOf).Distinct());

    /// <summary>Each device's own status.</summary>
    public string Describe() => string.Join('\n', devices.Select(Describe));

    /// <summary>What a user sees on each device, one line per item.</summary>
    public IEnumerable<(string Device, IEnumerable<string> Items)> ItemsByDevice() => devices.Select(d => (d.Name, new FolderView(d).Items.Values.AsEnumerable()));

    public string DescribeDifferences() =>
        $"{string.Join("\n", devices.Select(d => $"{d.Name}:\n{TreeOf(d)}"))}\n{string.Join("\n", devices.Select(UnlikeGlobal))}";

    private static bool IsIdle(SimulatedDevice device) =>
        device.Engine?.Folder(SimulatedDevice.Folder) is { State: FolderState.Idle, LastScan: not null } && device.Engine.Devices.All(d => d.Connected);

    private IEnumerable<(FolderView A, FolderView B)> Pairs(List<FolderView> views)
    {
        for (var i = 0; i < views.Count; i++)
        {
            for (var j = i + 1; j < views.Count; j++)
            {
                if (areLinked(views[i].Device, views[j].Device))
                    yield return (views[i], views[j]);
            }
        }
    }

    private string? WhatIsNeeded(FolderView view, List<FolderView> views)
    {
        var needed = view.Needed.Where(n => !view.IsExcused(n) && !IsWithheld(n, view, views)).ToList();
        if (needed.Count == 0)
            return null;
        if (MayLack(view))
        {
            var lacking = views.Where(v => areLinked(v.Device, view.Device)).SelectMany(v => v.Items.Keys).Distinct().Count(p => !view.Items.ContainsKey(p));
            if (needed.Count <= view.Device.Snapshot.PullProblems.Count + lacking)
                return null;
        }
        return $"{view.Device.Name} needs {string.Join(", ", needed)}.";
    }

    private bool IsWithheld(string path, FolderView from, List<FolderView> views) => views.Exists(v => areLinked(v.Device, from.Device) && v.Withholds(path));

    private string? WhatDiffers(FolderView a, FolderView b, List<FolderView> views)
    {
        foreach (var path in a.Items.Keys.Union(b.Items.Keys))
        {
            var (here, there) = (a.Items.GetValueOrDefault(path), b.Items.GetValueOrDefault(path));
            if (here == there || a.IsExcused(path) || b.IsExcused(path) || IsWaitedFor(path, a, views) || IsWaitedFor(path, b, views) || (here is null && LacksSpelling(a, path)) || (there is null && LacksSpelling(b, path)))
                continue;
            return $"{path} differs on {a.Device.Name} and {b.Device.Name}.";
        }
        return WhatSeemsNeeded(a, b, views) ?? WhatSeemsNeeded(b, a, views);
    }

    private bool IsWaitedFor(string path, FolderView view, List<FolderView> views) => view.Needed.Contains(path) && IsWithheld(path, view, views);

    /// <summary>
    /// What one device believes that the other lacks, which itself knows that it lacks nothing. What the first lacks itself the other can't know of.
    /// What the other ignores it announces in one version only, though two who don't know each other may have concurrent ones. What neither has is left
    /// out: in a chain, two deletions of a name may stay concurrent (see docs/simulator.md).
    /// </summary>
    private string? WhatSeemsNeeded(FolderView of, FolderView by, List<FolderView> views)
    {
        if (of.Needed.Count > 0 || MayLack(of))
            return null;
        var isBetween = views.Exists(v => v != by && areLinked(v.Device, of.Device) && !areLinked(v.Device, by.Device));
        var names = by.Device.Index.NeededBy(of.Device.Id, default, FolderView.PageSize).Select(e => e.Name.Value).Where(n => !by.Needed.Contains(n) && !by.IsExcused(n) && !of.IsLocalChange(n) && (by.Items.ContainsKey(n) || of.Items.ContainsKey(n)) && !(isBetween && of.Ignores(n))).ToList();
        return names.Count == 0 ? null : $"{by.Device.Name} believes that {of.Device.Name} needs {string.Join(", ", names)}.";
    }

    private bool MayLack(FolderView view) => respells && view.Device.Disks.Options.CaseInsensitive;

    /// <summary>The disk can't hold the name beside another spelling, and has one of those.</summary>
    private bool LacksSpelling(FolderView view, string path) => MayLack(view) &&
        view.Taken.Any(i => i != path && (string.Equals(i, path, StringComparison.OrdinalIgnoreCase) ||
            (path.StartsWith(i + "/", StringComparison.OrdinalIgnoreCase) && !path.StartsWith(i + "/", StringComparison.Ordinal))));

    private static string TreeOf(SimulatedDevice device) => string.Join('\n', new FolderView(device).Items.Values);

    private static string Describe(SimulatedDevice device)
    {
        var folder = device.Engine?.Folder(SimulatedDevice.Folder);
        return folder is null
            ? $"{device.Name} has no folder"
            : $"{device.Name} {folder.State} {folder.Error} {folder.Counts} {string.Join(';', folder.PullProblems.Select(p => p.Name + ": " + p.Reason))} " +
              string.Join(';', folder.ScanProblems.Select(p => p.Path + ": " + p.Reason)) + $" hold {folder.Hold?.Files} {folder.Hold?.Why} connected {device.Engine!.Devices.Count(d => d.Connected)}";
    }

    /// <summary>
    /// What a device lacks, or has in another state than the global one in its index; of long vectors it prints only this history's counters.
    /// </summary>
    private static string UnlikeGlobal(SimulatedDevice device)
    {
        var text = new StringBuilder();
        if (device.Engine?.Index(SimulatedDevice.Folder) is not { } index)
            return "";
        foreach (var local in index.LocalSince(0, 10_000))
        {
            if (index.FindGlobal(local.Name) is not { } global || (Need.IsNeeded(local, global) is false && local.SameContent(global)))
                continue;
            text.AppendLine(device.Name + " has " + local.Name);
            foreach (var (who, entry) in index.Versions(local.Name, withBlocks: true))
            {
                var own = string.Join(",", entry.Version.Counters.Where(c => c.Device.Value > 1000).Select(c => $"{c.Device}:{c.Value}"));
                text.AppendLine($"  {who.Short} {(entry.Deleted ? "deleted" : entry.Type)} {entry.LocalFlags} {entry.Version.Counters.Length}: {own} {entry.Modified} by {entry.ModifiedBy} #{entry.Sequence}");
            }
        }
        return text.ToString();
    }
}
