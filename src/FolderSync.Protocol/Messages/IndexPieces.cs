using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>
/// Decodes one Index or IndexUpdate, a long one as several: what its entries take in memory is bounded by the piece, not by the message. The body stays
/// with the caller.
/// </summary>
internal sealed class IndexPieces
{
    private readonly bool _isUpdate;
    private readonly int _pieceBytes;
    private readonly int _count;
    private readonly FolderId _folder = new("");
    private readonly long _last;
    private readonly long _previous;
    private int _position;
    private int _room = IndexCodec.MaxRetainedBytes;

    /// <summary>Looks through the whole message first: what concerns all of it may stand behind the entries.</summary>
    public IndexPieces(ReadOnlySpan<byte> body, bool isUpdate, int pieceBytes)
    {
        (_isUpdate, _pieceBytes) = (isUpdate, pieceBytes);
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Index.Folder: _folder = FolderIdDecoder.Of(reader.ReadBytes()); break;
                case Tags.Index.LastSequence: _last = reader.ReadInt64(); break;
                case Tags.Index.PreviousSequence: _previous = reader.ReadInt64(); break;
                case Tags.Index.File when ++_count > IndexCodec.MaxEntries:
                    throw BepException.Violation($"An index message has more than {IndexCodec.MaxEntries} entries.");
                default: reader.Skip(tag); break;
            }
        }
    }

    public bool IsAtEnd { get; private set; }

    /// <summary>
    /// The next piece. Only the first replaces what was known, or says what it continues from; only the last says how far the message goes.
    /// </summary>
    public BepMessage Next(ReadOnlySpan<byte> body)
    {
        var isFirst = _position == 0;
        var files = new List<FileEntry>(_pieceBytes == int.MaxValue ? _count : 0);
        var refused = new RefusedEntries();
        var reader = new ProtoReader(body[_position..]);
        while (!reader.AtEnd && reader.Position < _pieceBytes)
        {
            var tag = reader.ReadTag();
            if (tag != Tags.Index.File)
                reader.Skip(tag);
            else if (FileInfoDecoder.Read(reader.ReadBytes(), ref _room, out var why) is { } entry)
                files.Add(entry);
            else
                refused.Add(why! with { Place = files.Count });
        }
        _position += reader.Position;
        IsAtEnd = _position >= body.Length;
        var last = IsAtEnd ? _last : 0;
        return isFirst && !_isUpdate
            ? new BepMessage.Index(_folder, files, last) { Refused = refused.Entries, RefusedCount = refused.Count }
            : new BepMessage.IndexUpdate(_folder, files, last, isFirst ? _previous : 0) { Refused = refused.Entries, RefusedCount = refused.Count };
    }

    /// <summary>Bounded: keeps only the entries of a flood that have a name, since that name's known entry becomes stale.</summary>
    private struct RefusedEntries()
    {
        private List<RefusedEntry>? _entries;

        public int Count { get; private set; }

        public readonly IReadOnlyList<RefusedEntry> Entries => _entries ?? [];

        public void Add(RefusedEntry refused)
        {
            if (Count++ < IndexCodec.MaxReported)
                (_entries ??= []).Add(refused);
            else if (refused.FileName is not null)
                _entries!.Add(refused with { Name = "", Reason = "" });
        }
    }
}
