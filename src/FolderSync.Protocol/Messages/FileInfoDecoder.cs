using System.Text;
using System.Text.Unicode;
using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>Decodes one FileInfo: first its fields, then the rules.</summary>
/// <remarks>
/// What is no protobuf ends the connection: nothing behind it could be read. All else is refused as an item, with its reason, and the
/// connection goes on for everything else that it carries:
/// <list type="bullet">
/// <item>A name that is unclean, not UTF-8, not in NFC, too long or too deep (<see cref="EntryLimits"/>); of an internal name the engine says so.</item>
/// <item>An unknown type; an item that is encrypted for an untrusted device.</item>
/// <item>A size or sequence below 0, a directory of another size than 0 and 128.</item>
/// <item>A file without blocks, blocks of what is no present file, blocks that don't make up the file (<see cref="BlockCollector"/>).</item>
/// <item>No version, though it is valid; a version that names a device twice, has too many counters or too high ones.</item>
/// <item>A link without a target; a target that is too long, not UTF-8, or holds a NUL. Too much platform data.</item>
/// </list>
/// Set right, and taken: modes (0777), nanoseconds, the blocks hash (computed here), counters of 0, the size of what is deleted.
/// </remarks>
internal ref struct FileInfoDecoder
{
    /// <summary>The size of a directory according to some versions.</summary>
    private const int SyntheticDirectorySize = 128;

    private ReadOnlySpan<byte> _name, _target, _platform, _previousBlocksHash;
    private ulong _type, _modifiedBy;
    private uint _permissions;
    private long _size, _sequence;
    private FileTime _modified;
    private int _blockSize;
    private bool _deleted, _invalid, _noPermissions, _encrypted;
    private VersionVector _version;
    private VersionOrigin? _origin;
    private string? _versionFault;
    private BlockCollector _blocks;

    /// <summary>The entry, or null with the reason why it is refused; throws for malformed protobuf.</summary>
    /// <param name="room">The remaining bytes for names, targets and platform data of the message; decreases.</param>
    public static FileEntry? Read(ReadOnlySpan<byte> wire, ref int room, out RefusedEntry? refused)
    {
        var info = new FileInfoDecoder();
        info.ReadFields(wire);
        var isName = FileNameDecoder.TryRead(info._name, out var name, out var shown, out var why);
        why ??= info.ReasonToRefuse();
        var kept = (isName ? info._name.Length : 0) + (why is null ? info._target.Length + info._platform.Length : 0);
        if (kept > room)
        {
            why ??= "The message holds more names, link targets and platform data than any device has a reason to send at once.";
            isName = false;
        }
        else
        {
            room -= kept;
        }
        refused = why is null ? null : new RefusedEntry(shown, why, isName ? name : null, Math.Max(0, info._sequence));
        return why is null ? info.ToEntry(name) : null;
    }

    private void ReadFields(ReadOnlySpan<byte> wire)
    {
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.FileInfo.Name: _name = reader.ReadBytes(); break;
                case Tags.FileInfo.Type: _type = reader.ReadVarint(); break;
                case Tags.FileInfo.Size: _size = reader.ReadInt64(); break;
                case Tags.FileInfo.Permissions: _permissions = (uint)reader.ReadVarint(); break;
                case Tags.FileInfo.ModifiedSeconds: _modified = _modified with { Seconds = reader.ReadInt64() }; break;
                case Tags.FileInfo.Deleted: _deleted = reader.ReadBool(); break;
                case Tags.FileInfo.Invalid: _invalid = reader.ReadBool(); break;
                case Tags.FileInfo.NoPermissions: _noPermissions = reader.ReadBool(); break;
                case Tags.FileInfo.Version: _version = VectorDecoder.Read(reader.ReadBytes(), out var fault); _versionFault ??= fault; break;
                case Tags.FileInfo.Sequence: _sequence = reader.ReadInt64(); break;
                case Tags.FileInfo.ModifiedNanoseconds: _modified = _modified with { Nanoseconds = reader.ReadInt32() }; break;
                case Tags.FileInfo.ModifiedBy: _modifiedBy = reader.ReadVarint(); break;
                case Tags.FileInfo.BlockSize: _blockSize = reader.ReadInt32(); break;
                case Tags.FileInfo.Platform: _platform = reader.ReadBytes(); break;
                case Tags.FileInfo.Block: _blocks.Add(reader.ReadBytes(), reader.Rest); break;
                case Tags.FileInfo.SymlinkTarget: _target = reader.ReadBytes(); break;
                case Tags.FileInfo.Encrypted: _encrypted |= !reader.ReadBytes().IsEmpty; break;
                case Tags.FileInfo.PreviousBlocksHash: _previousBlocksHash = reader.ReadBytes(); break;
                case Tags.FileInfo.Origin: _origin = OriginCodec.Read(reader.ReadBytes(), ref _versionFault); break;
                default: reader.Skip(tag); break;
            }
        }
        if (_blockSize == 0)
            _blockSize = BlockCollector.MinBlockSize;
    }

    private readonly bool IsFile => _type == 0;

    private readonly bool IsDirectory => _type == 1;

    /// <summary>2 and 3 used to be links to files and to directories.</summary>
    private readonly bool IsSymlink => _type is >= 2 and <= 4;

    private readonly string? ReasonToRefuse()
    {
        if (_encrypted)
            return "The item is encrypted for an untrusted device; this version can't hold such items.";
        if (_type > 4)
            return $"The item is of the unknown type {_type}.";
        if ((Fault() ?? _versionFault) is { } fault)
            return $"The item {fault}.";
        if (_version.IsEmpty && !_invalid)
            return "The item has no version.";
        if (_platform.Length > EntryLimits.MaxPlatformBytes)
            return $"The item has {_platform.Length:N0} bytes of platform data (attributes); at most {EntryLimits.MaxPlatformBytes:N0} are kept.";
        return IsSymlink && !_deleted ? ValidateTarget() : null;
    }

    private readonly string? Fault()
    {
        if (_size < 0)
            return $"has a size of {_size}";
        if (_sequence < 0)
            return $"has the sequence number {_sequence}";
        if (_blocks.Any)
        {
            if (_deleted)
                return "is deleted and has blocks";
            return IsFile ? _blocks.Fault(_blockSize, _size) : "is no file and has blocks";
        }
        if (IsFile && !_deleted && !_invalid)
            return "is a file without blocks";
        return IsDirectory && !_deleted && _size is not 0 and not SyntheticDirectorySize ? $"is a directory with a size of {_size}" : null;
    }

    private readonly string? ValidateTarget()
    {
        if (_target.Length > EntryLimits.MaxTargetBytes)
            return $"The link's target has {_target.Length:N0} bytes; the maximum is {EntryLimits.MaxTargetBytes:N0}.";
        if (!Utf8.IsValid(_target) || _target.Contains((byte)0))
            return "The link's target is not UTF-8 or holds a NUL.";
        return _target.IsEmpty && !_invalid ? "The link has no target." : null;
    }

    private readonly FileEntry ToEntry(FileName name) => new()
    {
        Name = name,
        Type = IsFile ? FileType.File : IsDirectory ? FileType.Directory : FileType.Symlink,
        Size = IsFile && !_deleted ? _size : 0,
        Modified = _modified with { Nanoseconds = Math.Clamp(_modified.Nanoseconds, 0, 999_999_999) },
        ModifiedBy = new ShortId(_modifiedBy),
        Permissions = _permissions & 0x1FF,
        NoPermissions = _noPermissions,
        Deleted = _deleted,
        Invalid = _invalid,
        Version = _version,
        Sequence = _sequence,
        Blocks = _blocks.Any ? _blocks.ToList(_blockSize, _size) : null,
        PreviousBlocksHash = _previousBlocksHash.Length == BlockHash.Length ? new BlockHash(_previousBlocksHash) : default,
        Origin = _origin,
        SymlinkTarget = IsSymlink && !_deleted && !_target.IsEmpty ? Encoding.UTF8.GetString(_target) : null,
        Platform = _platform.IsEmpty ? default : _platform.ToArray(),
    };
}
