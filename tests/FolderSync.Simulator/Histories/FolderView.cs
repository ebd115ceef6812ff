using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>What is synced of one device's folder at rest, and what need not be as on other devices.</summary>
internal sealed class FolderView
{
    public const int PageSize = 1000;

    private readonly IgnorePatterns _ignores;
    private readonly FolderType _role;

    /// <summary>Pipes and the like: their names can't be what they are elsewhere, and directories that hold them can't be deleted.</summary>
    private readonly List<string> _specials = [];

    /// <summary>What keeps the directories that hold it from being deleted.</summary>
    private readonly List<string> _ignored = [];

    /// <summary>Directories that nobody can delete.</summary>
    private readonly List<string> _mountPoints = [];

    private readonly HashSet<string> _changed;

    /// <summary>Missing, and nobody is told of that until a filesystem is back: the others still have it.</summary>
    private readonly List<string> _held = [];

    /// <summary>What is missing waits for that, and so does what others did to it: its move, its directory's deletion.</summary>
    private readonly bool _isHolding;

    public FolderView(SimulatedDevice device)
    {
        Device = device;
        _ignores = IgnorePatterns.Of(device.User);
        _role = device.Engine?.Folder(SimulatedDevice.Folder)?.Config.Type ?? FolderType.SendReceive;
        Collect(device.User.Tree("", Oracle.IsInternal));
        var index = device.Engine?.Index(SimulatedDevice.Folder);
        Needed = index is null ? [] : [.. index.Needed(default, PageSize).Select(n => n.Global.Name.Value)];
        _isHolding = index is not null && device.User.Unmounted.Count > 0 && device.Snapshot.Hold is { Incoming: false };
        if (index is not null && _isHolding)
            _held.AddRange(index.LocalPage(default, default, PageSize, withBlocks: false).Select(e => e.Name.Value).Where(n => !Items.ContainsKey(n)));
        _changed = index is null || _role != FolderType.ReceiveOnly ? [] : [.. index.ReceiveOnlyChanged(default, PageSize).Select(e => e.Name.Value)];
    }

    public SimulatedDevice Device { get; }

    /// <summary>Path in NFC → text that is equal on all devices.</summary>
    public SortedDictionary<string, string> Items { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Needed { get; }

    /// <summary>The name need not be as on other devices.</summary>
    public bool IsExcused(string path) =>
        _ignores.Ignores(path) ||
        _specials.Exists(s => IsAtOrBelow(path, s) || IsBelow(s, path)) ||
        _ignored.Exists(i => IsBelow(i, path)) ||
        _mountPoints.Exists(m => IsAtOrBelow(m, path)) ||
        _held.Exists(h => IsAtOrBelow(path, h)) ||
        Device.User.Unmounted.Any(m => IsAtOrBelow(path, m) || IsBelow(m, path)) ||
        (_role == FolderType.SendOnly && Needed.Any(n => IsAtOrBelow(path, n))) ||
        (_isHolding && Needed.Contains(path)) ||
        _changed.Any(c => IsAtOrBelow(path, c) || IsBelow(c, path));

    /// <summary>
    /// Others can't have what it announced: it is on a filesystem that isn't mounted now, it is missing and held, or the device is send-only and keeps a
    /// directory of which the others made something else.
    /// </summary>
    public bool Withholds(string path) =>
        Device.User.Unmounted.Any(m => IsAtOrBelow(path, m)) || _held.Exists(h => IsAtOrBelow(path, h)) || (_role == FolderType.SendOnly && Needed.Any(n => IsBelow(path, n)));

    /// <summary>It was changed where only others' changes count, so the others see it as missing.</summary>
    public bool IsLocalChange(string path) => _changed.Any(c => IsAtOrBelow(path, c));

    public bool Ignores(string path) => _ignores.Ignores(path);

    /// <summary>Names that are taken on the disk, whether they are synced or not.</summary>
    public IEnumerable<string> Taken => Items.Keys.Concat(_specials);

    private static bool IsBelow(string path, string above) => path.Length > above.Length && path[above.Length] == '/' && path.StartsWith(above, StringComparison.Ordinal);

    private static bool IsAtOrBelow(string path, string above) => path == above || IsBelow(path, above);

    private void Collect(List<MemoryItem> items)
    {
        // A disk that ignores case and not form may have another spelling at the composed name.
        var paths = items.Select(i => i.Path).ToHashSet(Device.Disks.Options.CaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        var twins = new List<string>();
        foreach (var item in items)
        {
            var path = DiskNames.Composed(item.Path);
            if (twins.Exists(t => IsBelow(item.Path, t)))
                continue;
            // Beside its twin in NFC a name in NFD isn't synced.
            if (path != item.Path && paths.Contains(path))
                twins.Add(item.Path);
            else
                Add(path, item);
        }
    }

    private void Add(string path, MemoryItem item)
    {
        if (item.Kind == FileKind.Other)
        {
            _specials.Add(path);
            return;
        }
        if (Device.User.IsMountPoint(item.Path))
            _mountPoints.Add(path);
        if (_ignores.Ignores(path))
            _ignored.Add(path);
        var composed = item with { Path = path };
        Items[path] = item.Kind == FileKind.File ? $"{composed} {item.Modified}" : composed.ToString();
    }
}
