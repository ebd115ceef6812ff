using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Hosting;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// The held changes that the user accepted, one by one: carrying them out may take days and restarts, and whatever comes meanwhile is judged anew.
/// </summary>
/// <param name="document">Its document in the state store.</param>
internal sealed partial class AcceptedChanges(ConfiguredFolder folder, string document)
{
    private readonly StoredDocument<Stored> _document = new(folder.Parts, document, AcceptedJson.Default.Stored);
    private HashSet<ulong>? _items;
    private bool _wasInSync;

    /// <summary>The folder has once had everything that other devices announced.</summary>
    public bool WasInSync
    {
        get
        {
            Load();
            return _wasInSync;
        }
    }

    /// <summary>Identifies a change: the name, and what shall be there.</summary>
    public static ulong KeyOf(FileEntry wanted)
    {
        var what = wanted.Deleted ? "deleted" : $"{wanted.Type} {wanted.BlocksHash} {wanted.SymlinkTarget}";
        return BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{wanted.Name.Value}\0{what}")));
    }

    public bool Contains(FileEntry wanted) => Load().Count > 0 && Load().Contains(KeyOf(wanted));

    public void Add(IEnumerable<ulong> keys)
    {
        Load().UnionWith(keys);
        Save();
    }

    /// <summary>Nothing is needed any more.</summary>
    public void OnInSync()
    {
        if (Load().Count == 0 && _wasInSync)
            return;
        Load().Clear();
        _wasInSync = true;
        Save();
    }

    private HashSet<ulong> Load()
    {
        if (_items is not null)
            return _items;
        _items = [];
        // What can't be read is asked again.
        if (_document.Read() is not { } stored)
            return _items;
        _wasInSync = stored.WasInSync;
        var bytes = stored.Items.AsSpan();
        for (var at = 0; at + sizeof(ulong) <= bytes.Length; at += sizeof(ulong))
            _items.Add(BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]));
        return _items;
    }

    private void Save()
    {
        var bytes = new byte[_items!.Count * sizeof(ulong)];
        var at = 0;
        foreach (var item in _items)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), item);
            at += sizeof(ulong);
        }
        _document.Write(new Stored(_wasInSync, bytes));
    }

    /// <param name="Items">Base64: 8 bytes each.</param>
    internal sealed record Stored(bool WasInSync, byte[] Items);

    [JsonSerializable(typeof(Stored))]
    private sealed partial class AcceptedJson : JsonSerializerContext;
}
