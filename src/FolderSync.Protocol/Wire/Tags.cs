namespace FolderSync.Protocol.Wire;

/// <summary>Tags (field number * 8 + wire type) of the messages that are parsed by hand.</summary>
internal static class Tags
{
    private const uint Number = 0, Bytes = 2;

    internal static class Header
    {
        public const uint Type = (1 << 3) | Number, Compression = (2 << 3) | Number;
    }

    internal static class Index
    {
        public const uint Folder = (1 << 3) | Bytes, File = (2 << 3) | Bytes;
        public const uint LastSequence = (3 << 3) | Number, PreviousSequence = (4 << 3) | Number;
    }

    internal static class FileInfo
    {
        public const uint Name = (1 << 3) | Bytes, Type = (2 << 3) | Number, Size = (3 << 3) | Number, Permissions = (4 << 3) | Number;
        public const uint ModifiedSeconds = (5 << 3) | Number, Deleted = (6 << 3) | Number, Invalid = (7 << 3) | Number;
        public const uint NoPermissions = (8 << 3) | Number, Version = (9 << 3) | Bytes, Sequence = (10 << 3) | Number;
        public const uint ModifiedNanoseconds = (11 << 3) | Number, ModifiedBy = (12 << 3) | Number, BlockSize = (13 << 3) | Number;
        public const uint Platform = (14 << 3) | Bytes, Block = (16 << 3) | Bytes, SymlinkTarget = (17 << 3) | Bytes;
        public const uint BlocksHash = (18 << 3) | Bytes, Encrypted = (19 << 3) | Bytes, PreviousBlocksHash = (20 << 3) | Bytes;

        /// <summary>FolderSync's own; far from the numbers that Syncthing uses, which ignores it.</summary>
        public const uint Origin = (3001 << 3) | Bytes;
    }

    internal static class Origin
    {
        public const uint Version = (1 << 3) | Bytes, ModifiedSeconds = (2 << 3) | Number, ModifiedNanoseconds = (3 << 3) | Number;
    }

    internal static class BlockInfo
    {
        public const uint Offset = (1 << 3) | Number, Size = (2 << 3) | Number, Hash = (3 << 3) | Bytes;
    }

    internal static class Vector
    {
        public const uint Counter = (1 << 3) | Bytes, CounterId = (1 << 3) | Number, CounterValue = (2 << 3) | Number;
    }

    internal static class ClusterConfig
    {
        public const uint Folder = (1 << 3) | Bytes, Secondary = (2 << 3) | Number;
    }

    internal static class Folder
    {
        public const uint Id = (1 << 3) | Bytes, Label = (2 << 3) | Bytes, Type = (3 << 3) | Number, StopReason = (7 << 3) | Number;
        public const uint Device = (16 << 3) | Bytes;
    }

    internal static class Device
    {
        public const uint Id = (1 << 3) | Bytes, Name = (2 << 3) | Bytes, Address = (3 << 3) | Bytes, Compression = (4 << 3) | Number;
        public const uint CertName = (5 << 3) | Bytes, MaxSequence = (6 << 3) | Number, Introducer = (7 << 3) | Number, IndexId = (8 << 3) | Number;
        public const uint SkipIntroductionRemovals = (9 << 3) | Number, EncryptionPasswordToken = (10 << 3) | Bytes;
    }

    internal static class DownloadProgress
    {
        public const uint Folder = (1 << 3) | Bytes, Update = (2 << 3) | Bytes;
    }

    internal static class Progress
    {
        public const uint UpdateType = (1 << 3) | Number, Name = (2 << 3) | Bytes, Version = (3 << 3) | Bytes, BlockIndex = (4 << 3) | Number;
        public const uint PackedBlockIndexes = (4 << 3) | Bytes, BlockSize = (5 << 3) | Number;
    }

    internal static class Request
    {
        public const uint Id = (1 << 3) | Number, Folder = (2 << 3) | Bytes, Name = (3 << 3) | Bytes, Offset = (4 << 3) | Number;
        public const uint Size = (5 << 3) | Number, Hash = (6 << 3) | Bytes, FromTemporary = (7 << 3) | Number, BlockNumber = (9 << 3) | Number;
    }

    internal static class Response
    {
        public const uint Id = (1 << 3) | Number, Data = (2 << 3) | Bytes, Code = (3 << 3) | Number;
    }
}
