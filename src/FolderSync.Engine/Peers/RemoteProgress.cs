using System.Collections;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Index;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Peers;

/// <summary>
/// The blocks that one peer announced to have in temp files of one folder. Keeps only useful ones: of versions that this device or the peer needs,
/// a bit per block, for a limited number of files. Not thread-safe.
/// </summary>
internal sealed class RemoteProgress
{
    /// <summary>Honest peers announce the files that they are fetching and withdraw each at its end.</summary>
    public const int MaxFiles = 1000;

    /// <summary>Over all files: a megabyte of bits.</summary>
    public const int MaxBlocks = 8 << 20;

    /// <summary>The number of names looked up in the index per message.</summary>
    private const int MaxLookups = MaxFiles;

    private readonly Dictionary<FileName, Partial> _files = [];
    private int _room = MaxBlocks;

    public int Count => _files.Count;

    /// <summary>By name, how many of its blocks the peer has.</summary>
    public IEnumerable<KeyValuePair<FileName, int>> Known => _files.Select(f => KeyValuePair.Create(f.Key, f.Value.Present));

    public bool Has(FileName name, VersionVector version, int block) =>
        _files.TryGetValue(name, out var file) && file.Version == version && (uint)block < (uint)file.Blocks.Length && file.Blocks[block];

    /// <summary>The versions whose need must be looked up before <see cref="Apply"/>.</summary>
    public IReadOnlyList<ProgressUpdate> Unknown(IReadOnlyList<ProgressUpdate> updates) => _files.Count >= MaxFiles
        ? []
        : [.. updates.Where(u => !u.Forget && !(_files.TryGetValue(u.Name, out var file) && file.Version == u.Version)).DistinctBy(u => (u.Name, u.Version)).Take(MaxLookups)];

    /// <summary>The updates' versions that this device or the peer needs, with their block counts. Reads the index.</summary>
    public static IReadOnlyDictionary<(FileName Name, VersionVector Version), int> Needed(IFolderIndex index, DeviceId peer, IReadOnlyList<ProgressUpdate> updates)
    {
        var needed = new Dictionary<(FileName, VersionVector), int>();
        foreach (var update in updates)
        {
            // Block lists can be long: read them only for announced versions.
            var versions = index.Versions(update.Name);
            if (versions.All(v => v.Entry.Version != update.Version) || index.FindGlobal(update.Name) is not { Deleted: false, IsInvalid: false, Blocks: { } blocks } global)
                continue;
            var isNeeded = versions.All(v => v.Device != peer || v.Entry.Version != update.Version) || Need.IsNeeded(index.FindLocal(update.Name), global);
            if (isNeeded && global.Version == update.Version && (update.BlockSize == 0 || update.BlockSize == blocks.BlockSize))
                needed[(update.Name, update.Version)] = blocks.Count;
        }
        return needed;
    }

    /// <summary>False when nothing changed.</summary>
    /// <param name="needed">The result for what <see cref="Unknown"/> returned.</param>
    public bool Apply(IReadOnlyList<ProgressUpdate> updates, IReadOnlyDictionary<(FileName Name, VersionVector Version), int> needed)
    {
        var isChanged = false;
        foreach (var update in updates)
            isChanged |= update.Forget ? Remove(update.Name) : Add(update, needed);
        return isChanged;
    }

    public void Clear()
    {
        _files.Clear();
        _room = MaxBlocks;
    }

    private bool Add(ProgressUpdate update, IReadOnlyDictionary<(FileName Name, VersionVector Version), int> needed)
    {
        if (!_files.TryGetValue(update.Name, out var file) || file.Version != update.Version)
        {
            if (!needed.TryGetValue((update.Name, update.Version), out var blocks))
                return false;
            Remove(update.Name);
            if (_files.Count >= MaxFiles || blocks > _room)
                return false;
            _room -= blocks;
            _files[update.Name] = file = new Partial(update.Version, new BitArray(blocks));
        }
        var before = file.Present;
        foreach (var index in update.BlockIndexes)
            file.Set(index);
        return file.Present > before;
    }

    private bool Remove(FileName name)
    {
        if (!_files.Remove(name, out var gone))
            return false;
        _room += gone.Blocks.Length;
        return true;
    }

    private sealed class Partial(VersionVector version, BitArray blocks)
    {
        public VersionVector Version { get; } = version;

        public BitArray Blocks { get; } = blocks;

        public int Present { get; private set; }

        public void Set(int index)
        {
            if ((uint)index >= (uint)Blocks.Length || Blocks[index])
                return;
            Blocks[index] = true;
            Present++;
        }
    }
}
