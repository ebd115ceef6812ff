using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Encodes and decodes requests. A peer requests one file's blocks one after another, so it caches the last folder and name.</summary>
internal sealed class RequestCodec
{
    private byte[] _folderUtf8 = [], _nameUtf8 = [];
    private FolderId _folder = new("");
    private FileName _name;

    public BepMessage.Request Read(ReadOnlySpan<byte> body)
    {
        int id = 0, size = 0, blockNumber = 0;
        long offset = 0;
        var fromTemporary = false;
        ReadOnlySpan<byte> folder = default, name = default, hash = default;
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Request.Id: id = reader.ReadInt32(); break;
                case Tags.Request.Folder: folder = reader.ReadBytes(); break;
                case Tags.Request.Name: name = reader.ReadBytes(); break;
                case Tags.Request.Offset: offset = reader.ReadInt64(); break;
                case Tags.Request.Size: size = reader.ReadInt32(); break;
                case Tags.Request.Hash: hash = reader.ReadBytes(); break;
                case Tags.Request.FromTemporary: fromTemporary = reader.ReadBool(); break;
                case Tags.Request.BlockNumber: blockNumber = reader.ReadInt32(); break;
                default: reader.Skip(tag); break;
            }
        }
        if (offset < 0 || size < 0)
            throw BepException.Violation($"The other device asked for {size} bytes at offset {offset}.");
        if (hash.Length is not 0 and not BlockHash.Length)
            throw BepException.Violation($"The other device asked for a block by a hash of {hash.Length} bytes.");
        return new BepMessage.Request(
            id, FolderOf(folder), NameOf(name), offset, size, hash.IsEmpty ? default : new BlockHash(hash), fromTemporary, blockNumber);
    }

    public static int Size(BepMessage.Request m) =>
        ProtoSize.Number(Tags.Request.Id, m.Id) +
        ProtoSize.Text(Tags.Request.Folder, m.Folder.Value) +
        ProtoSize.Text(Tags.Request.Name, m.Name.Value) +
        ProtoSize.Number(Tags.Request.Offset, m.Offset) +
        ProtoSize.Number(Tags.Request.Size, m.Size) +
        ProtoSize.Hash(Tags.Request.Hash, m.Hash) +
        ProtoSize.Flag(Tags.Request.FromTemporary, m.FromTemporary) +
        ProtoSize.Number(Tags.Request.BlockNumber, m.BlockNumber);

    public static void Write(Span<byte> body, BepMessage.Request m)
    {
        var writer = new ProtoWriter(body);
        writer.Number(Tags.Request.Id, m.Id);
        writer.Text(Tags.Request.Folder, m.Folder.Value);
        writer.Text(Tags.Request.Name, m.Name.Value);
        writer.Number(Tags.Request.Offset, m.Offset);
        writer.Number(Tags.Request.Size, m.Size);
        writer.Hash(Tags.Request.Hash, m.Hash);
        writer.Flag(Tags.Request.FromTemporary, m.FromTemporary);
        writer.Number(Tags.Request.BlockNumber, m.BlockNumber);
    }

    private FolderId FolderOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.SequenceEqual(_folderUtf8))
            return _folder;
        _folder = FolderIdDecoder.Of(utf8);
        _folderUtf8 = utf8.ToArray();
        return _folder;
    }

    private FileName NameOf(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.IsEmpty && utf8.SequenceEqual(_nameUtf8))
            return _name;
        // Not a valid name: the answer is that there is no such file.
        if (!FileNameDecoder.TryReadRequested(utf8, out var name))
            return default;
        _name = name;
        _nameUtf8 = utf8.ToArray();
        return name;
    }
}
