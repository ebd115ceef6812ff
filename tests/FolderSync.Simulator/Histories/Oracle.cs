using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// Checks at the end of every history that no content is lost that a user wrote and nobody who had it gave up, by overwriting or deleting it. Where
/// versions are kept, a user gives up only the own copy: what another device has must survive there, as a version at least.
/// </summary>
internal sealed class Oracle(IReadOnlyList<SimulatedDevice> devices, bool keepsVersions, HoldLimits? holds)
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Given up by a user somewhere: it need not be a file any more.</summary>
    private readonly HashSet<string> _givenUp = new(StringComparer.Ordinal);

    /// <summary>It need not be anywhere.</summary>
    private readonly HashSet<string> _released = new(StringComparer.Ordinal);

    /// <summary>What was on a filesystem that was unmounted, and under the same name on another device: it must not be deleted there meanwhile.</summary>
    private readonly HashSet<string> _unmounted = new(StringComparer.Ordinal);

    public RoleWatch Roles { get; } = new(devices);

    public FloodWatch Floods { get; } = new(devices, holds);

    public void Written(SimulatedDevice by, string content)
    {
        _written.Add(content);
        Roles.OnWritten(by, content);
    }

    /// <summary>A user who has it overwrites or deletes what has the name.</summary>
    public void GiveUp(SimulatedDevice device, string name)
    {
        GiveUpUnmounted(device.User, name);
        foreach (var content in ContentsAt(device.User, name))
        {
            var text = Text(content);
            _givenUp.Add(text);
            Floods.OnGivenUp(device, text);
            if (!keepsVersions || !devices.Any(d => d != device && d.User.HasContent(content, IsInternal)))
                _released.Add(text);
        }
    }

    /// <summary>A filesystem goes, with what is on it.</summary>
    public void OnUnmounted(SimulatedDevice device, string directory)
    {
        foreach (var file in device.User.Tree(directory, IsInternal).Where(i => i.Kind == FileKind.File && devices.Any(d => d != device && Has(d.User, i))))
            _unmounted.Add(Text(file.Content));
    }

    /// <summary>A user gives up what only a mount hides or took along.</summary>
    public void GiveUpHidden(SimulatedDevice device) => _givenUp.UnionWith(device.User.UnmountedContents("").Concat(device.User.HiddenContents()).Select(Text));

    /// <summary>What is ignored and may be deleted with its directory isn't kept.</summary>
    public void ReleaseDeletable(SimulatedDevice device)
    {
        var patterns = IgnorePatterns.Of(device.User);
        if (!patterns.HasDeletable)
            return;
        foreach (var item in device.User.Tree("", IsInternal).Where(i => i.Kind == FileKind.File && patterns.MayDelete(i.Path)))
            Release(item.Content);
    }

    /// <summary>A device's local changes are undone: what only it has is lost unless versions are kept.</summary>
    public void ReleaseOwn(SimulatedDevice device)
    {
        if (keepsVersions)
            return;
        foreach (var content in ContentsAt(device.User, "").Where(c => !devices.Any(d => d != device && d.User.HasContent(c, IsInternal))))
            Release(content);
    }

    /// <summary>A device's state is made everyone's: what only the others have is lost unless versions are kept.</summary>
    public void ReleaseOthers(SimulatedDevice device)
    {
        if (keepsVersions)
            return;
        foreach (var content in devices.Where(d => d != device).SelectMany(d => ContentsAt(d.User, "")).Where(c => !device.User.HasContent(c, IsInternal)))
            Release(content);
    }

    public static bool IsInternal(string path) => FileName.TryParse(DiskNames.Composed(path), out var name, out _) && InternalNames.IsInternal(name);

    /// <summary>Null if everything is there; for idle devices.</summary>
    public Failure? WhatIsLost()
    {
        if (devices.SelectMany(d => d.Snapshot.ScanProblems).FirstOrDefault(p => p.Reason.Contains("counter", StringComparison.Ordinal)) is { } refused)
            return new Failure(FailureKind.Refused, $"A device refused what another made: {refused.Path}: {refused.Reason}");
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var device in devices)
        {
            foreach (var item in device.User.Tree("", p => p != ".stversions" && !p.StartsWith(".stversions/", StringComparison.Ordinal) && IsInternal(p)))
                held.Add(Text(item.Content));
            held.UnionWith(device.User.HiddenContents().Concat(device.User.UnmountedContents("")).Select(Text));
        }
        return Missing(_written.Except(_released).Except(held), "Lost");
    }

    /// <summary>Null if what went with a filesystem is still a file on those devices that had it.</summary>
    public Failure? WhatUnmountingCost()
    {
        var files = devices.SelectMany(d => ContentsAt(d.User, "").Concat(d.User.HiddenContents())).Select(Text).ToHashSet(StringComparer.Ordinal);
        return Missing(_unmounted.Except(_givenUp).Except(files), "Deleted elsewhere while it was unmounted");
    }

    /// <summary>What is written to the name is a new version of what it has on the filesystem that isn't mounted now.</summary>
    private void GiveUpUnmounted(MemoryUser user, string name) => _givenUp.UnionWith(user.UnmountedContents(name).Select(Text));

    private Failure? Missing(IEnumerable<string> contents, string what)
    {
        var missing = contents.Select(c => c.TrimStart('/', ' ')[..6]).ToList();
        return missing.Count > 0 ? new Failure(FailureKind.Lost, $"{what}: {string.Join(", ", missing)}\n{Convergence.Trees(devices)}") : null;
    }

    private void Release(byte[] content)
    {
        _givenUp.Add(Text(content));
        _released.Add(Text(content));
    }

    private static bool Has(MemoryUser user, MemoryItem file) =>
        user.Exists(file.Path) && user.Stat(file.Path).Kind == FileKind.File && user.ReadAll(file.Path).AsSpan().SequenceEqual(file.Content);

    private static List<byte[]> ContentsAt(MemoryUser user, string name)
    {
        if (name.Length > 0 && !user.Exists(name))
            return [];
        List<byte[]> contents = [.. user.Tree(name, IsInternal).Where(i => i.Kind == FileKind.File).Select(i => i.Content)];
        if (name.Length > 0 && user.Stat(name).Kind == FileKind.File)
            contents.Add(user.ReadAll(name));
        return contents;
    }

    private static string Text(byte[] content) => Encoding.UTF8.GetString(content);
}
