using FolderSync.Core.Model;

namespace FolderSync.Protocol.Messages;

/// <summary>The first message on a connection, before all others.</summary>
public sealed record Hello(string DeviceName, string ClientName, string ClientVersion, int NumConnections, long Timestamp);

/// <summary>What a sender compresses: everything but file content, nothing, or everything.</summary>
public enum Compression
{
    Metadata,
    Never,
    Always,
}

/// <summary>A validated BEP message in domain terms. A message that breaks a rule is a <see cref="BepException"/> instead.</summary>
public abstract record BepMessage
{
    private BepMessage() { }

    public sealed record ClusterConfig(IReadOnlyList<SharedFolder> Folders, bool Secondary) : BepMessage
    {
        /// <summary>The first folders that the peer shares under invalid IDs. Only received.</summary>
        public IReadOnlyList<RefusedFolder> Refused { get; init; } = [];
    }

    /// <summary>The first batch of a peer's index of a folder; it replaces everything known before.</summary>
    public sealed record Index(FolderId Folder, IReadOnlyList<FileEntry> Files, long LastSequence) : BepMessage
    {
        /// <summary>Announced entries that can't be accepted; what was known about these names from this peer is stale. Only received.</summary>
        public IReadOnlyList<RefusedEntry> Refused { get; init; } = [];

        /// <summary>The number of refused entries; <see cref="Refused"/> omits some of a flood.</summary>
        public int RefusedCount { get; init; }
    }

    /// <param name="PreviousSequence">The last sequence of the previous batch; 0 when the peer doesn't tell.</param>
    public sealed record IndexUpdate(FolderId Folder, IReadOnlyList<FileEntry> Files, long LastSequence, long PreviousSequence) : BepMessage
    {
        /// <summary>Like <see cref="Index.Refused"/>.</summary>
        public IReadOnlyList<RefusedEntry> Refused { get; init; } = [];

        /// <summary>Like <see cref="Index.RefusedCount"/>.</summary>
        public int RefusedCount { get; init; }
    }

    /// <param name="Offset">Bytes.</param>
    /// <param name="Size">Bytes.</param>
    public sealed record Request(int Id, FolderId Folder, FileName Name, long Offset, int Size, BlockHash Hash, bool FromTemporary, int BlockNumber) : BepMessage;

    /// <summary>The receiver owns and disposes <paramref name="Data"/>; a sender keeps it until the send returns.</summary>
    public sealed record Response(int Id, PooledBytes Data, ErrorCode Code) : BepMessage;

    public sealed record DownloadProgress(FolderId Folder, IReadOnlyList<ProgressUpdate> Updates) : BepMessage;

    public sealed record Ping : BepMessage;

    public sealed record Close(string Reason) : BepMessage;
}

/// <summary>An announced entry that can't be accepted, although it doesn't violate the protocol.</summary>
/// <param name="Name">As received, for display, and cut; not a clean name. Empty after the first ones of a flood, like
/// <paramref name="Reason"/>.</param>
/// <param name="Reason">A sentence or two.</param>
/// <param name="FileName">Null when it isn't a valid name.</param>
/// <param name="Sequence">The announcing device's.</param>
/// <param name="Place">The number of accepted entries before it in the message: of two entries with one name the later one counts.</param>
public sealed record RefusedEntry(string Name, string Reason, FileName? FileName = null, long Sequence = 0, int Place = 0);

public enum ErrorCode
{
    NoError,
    Generic,
    NoSuchFile,
    InvalidFile,
}

/// <summary>A folder in a ClusterConfig.</summary>
/// <param name="Paused">The sender has paused it.</param>
public sealed record SharedFolder(FolderId Id, string Label, FolderType Type, bool Paused, IReadOnlyList<SharingDevice> Devices);

/// <summary>A folder that is shared under an invalid ID.</summary>
/// <param name="DisplayId">For display: cut, with invisible characters escaped.</param>
/// <param name="Reason">One sentence.</param>
public sealed record RefusedFolder(string DisplayId, string Reason);

/// <summary>A device that shares a folder, as the sender of a ClusterConfig knows it.</summary>
/// <param name="MaxSequence">The highest sequence of that device's index that the sender has (its own, for itself).</param>
/// <param name="IndexId">0: none known.</param>
public sealed record SharingDevice(
    DeviceId Id,
    string Name,
    IReadOnlyList<string> Addresses,
    Compression Compression,
    string CertName,
    long MaxSequence,
    bool Introducer,
    ulong IndexId,
    bool SkipIntroductionRemovals,
    ReadOnlyMemory<byte> EncryptionPasswordToken);

/// <summary>The blocks of a partly fetched file that the sender can serve from its temp file. <paramref name="Forget"/>: none any more.</summary>
public sealed record ProgressUpdate(FileName Name, VersionVector Version, IReadOnlyList<int> BlockIndexes, int BlockSize, bool Forget);
