using System.Text;
using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Status;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// Checks the end of every history: all devices are equal and idle, and no content is lost that a user wrote and nobody who had it overwrote or
/// deleted.
/// </summary>
/// <param name="respells">Two spellings of one name may exist, of which a disk that ignores case can have only one.</param>
internal sealed class Oracle(IReadOnlyList<SimulatedDevice> devices, bool respells)
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _released = new(StringComparer.Ordinal);

    public void Written(string content) => _written.Add(content);

    /// <summary>A content that a user who had it overwrote or deleted need not survive.</summary>
    public void Release(MemoryUser user, string name)
    {
        if (!user.Exists(name))
            return;
        foreach (var item in user.Tree(name))
            Release(item.Content);
        if (user.Stat(name).Kind == FileKind.File)
            Release(user.ReadAll(name));
    }

    public static bool IsInternal(string path) => FileName.TryParse(path, out var name, out _) && InternalNames.IsInternal(name);

    public bool AreAtRest() => devices.All(IsAtRest) && AreEqual();

    /// <summary>Null if everything is there; for idle devices.</summary>
    public Failure? WhatIsLost()
    {
        if (devices.SelectMany(d => d.Snapshot.ScanProblems).FirstOrDefault(p => p.Reason.Contains("counter", StringComparison.Ordinal)) is { } refused)
            return new Failure(FailureKind.Refused, $"A device refused what another made: {refused.Path}: {refused.Reason}");
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var device in devices)
        {
            foreach (var item in device.User.Tree("", p => p != ".stversions" && !p.StartsWith(".stversions/", StringComparison.Ordinal) && IsInternal(p)))
                held.Add(Encoding.UTF8.GetString(item.Content));
        }
        var lost = _written.Where(w => !_released.Contains(w) && !held.Contains(w)).Select(w => w[..6]).ToList();
        return lost.Count > 0 ? new Failure(FailureKind.Lost, $"Lost: {string.Join(", ", lost)}\n{Trees()}") : null;
    }

    /// <summary>The folder on each device that differs.</summary>
    public string Trees() => string.Join("\n", devices.Select(TreeOf).Distinct());

    /// <summary>Each device's own status.</summary>
    public string Describe() => string.Join('\n', devices.Select(Describe));

    /// <summary>What a user sees on each device, one line per item.</summary>
    public IEnumerable<(string Device, IEnumerable<string> Items)> ItemsByDevice() => devices.Select(d => (d.Name, ItemsOf(d).Select(TextOf)));

    public string DescribeDifferences() => string.Join("\n", devices.Select(TreeOf)) + "\n" + string.Join("\n", devices.Select(UnlikeGlobal));

    private void Release(byte[] content) => _released.Add(Encoding.UTF8.GetString(content));

    private bool IsAtRest(SimulatedDevice device) =>
        device.Engine?.Folder(SimulatedDevice.Folder) is { State: FolderState.Idle, LastScan: not null } folder &&
        device.Engine.Devices.All(d => d.Connected) &&
        (folder.Counts.Need.Items == 0 || (MayLack(device) && folder.Counts.Need.Items <= folder.PullProblems.Count + Lacking(device).Count));

    private bool MayLack(SimulatedDevice device) => respells && device.Disks.Options.CaseInsensitive;

    /// <summary>What other devices have and this one doesn't.</summary>
    private List<MemoryItem> Lacking(SimulatedDevice device)
    {
        var here = ItemsOf(device).Select(i => i.Path).ToHashSet(StringComparer.Ordinal);
        return [.. devices.SelectMany(ItemsOf).DistinctBy(i => i.Path).Where(i => !here.Contains(i.Path))];
    }

    private bool AreEqual()
    {
        if (devices.Select(TreeOf).Distinct().Count() == 1)
            return true;
        // Equal, except for what a disk can't hold beside another spelling, and it has one of those.
        var all = devices.SelectMany(ItemsOf).Select(TextOf).Distinct().Count();
        return all == devices.SelectMany(ItemsOf).DistinctBy(i => i.Path).Count() &&
               devices.All(d => Lacking(d) is { Count: 0 } || (MayLack(d) && Lacking(d).All(l => HasOtherSpelling(d, l.Path))));
    }

    private static bool HasOtherSpelling(SimulatedDevice device, string path) =>
        ItemsOf(device).Any(i => i.Path != path && (string.Equals(i.Path, path, StringComparison.OrdinalIgnoreCase) ||
            (path.StartsWith(i.Path + "/", StringComparison.OrdinalIgnoreCase) && !path.StartsWith(i.Path + "/", StringComparison.Ordinal))));

    private static List<MemoryItem> ItemsOf(SimulatedDevice device) => device.User.Tree("", IsInternal);

    private static string TreeOf(SimulatedDevice device) => string.Join('\n', ItemsOf(device).Select(TextOf));

    private static string TextOf(MemoryItem item) => item.Kind == FileKind.File ? $"{item} {item.Modified}" : item.ToString();

    private static string Describe(SimulatedDevice device)
    {
        var folder = device.Engine?.Folder(SimulatedDevice.Folder);
        return folder is null
            ? $"{device.Name} has no folder"
            : $"{device.Name} {folder.State} {folder.Error} {folder.Counts} {string.Join(';', folder.PullProblems.Select(p => p.Name + ": " + p.Reason))} " +
              string.Join(';', folder.ScanProblems.Select(p => p.Path + ": " + p.Reason)) + " connected " + device.Engine!.Devices.Count(d => d.Connected);
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
