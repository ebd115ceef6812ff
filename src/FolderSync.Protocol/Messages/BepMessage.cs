using FolderSync.Core.Model;

namespace FolderSync.Protocol.Messages;

/// <summary>What is said first on a connection, before any message.</summary>
public sealed record Hello(string DeviceName, string ClientName, string ClientVersion, int NumConnections, long Timestamp);

/// <summary>When a sender compresses: only what is not file content, nothing, or everything.</summary>
public enum Compression
{
    Metadata,
    Never,
    Always,
}

/// <summary>A BEP message in domain terms. Checked: what came over the wire and breaks a rule is a <see cref="BepException"/> instead.</summary>
public abstract record BepMessage
{
    private BepMessage() { }

    public sealed record ClusterConfig(IReadOnlyList<SharedFolder> Folders, bool Secondary) : BepMessage
    {
        /// <summary>The first of the folders that the peer shares under IDs that can't be ones. Only received.</summary>
        public IReadOnlyList<RefusedFolder> Refused { get; init; } = [];
    }

    /// <summary>The first batch of a peer's index of a folder; what was known before goes.</summary>
    public sealed record Index(FolderId Folder, IReadOnlyList<FileEntry> Files, long LastSequence) : BepMessage
    {
        /// <summary>What the peer announced and can't be taken; what was known of these names from this peer is stale. Only received.</summary>
        public IReadOnlyList<RefusedEntry> Refused { get; init; } = [];

        /// <summary>How many were refused; <see cref="Refused"/> leaves some of a flood out.</summary>
        public int RefusedInAll { get; init; }
    }

    /// <param name="PreviousSequence">The highest sequence of the batch before; 0 where the peer doesn't say.</param>
    public sealed record IndexUpdate(FolderId Folder, IReadOnlyList<FileEntry> Files, long LastSequence, long PreviousSequence) : BepMessage
    {
        /// <summary>As with <see cref="Index.Refused"/>.</summary>
        public IReadOnlyList<RefusedEntry> Refused { get; init; } = [];

        /// <summary>As with <see cref="Index.RefusedInAll"/>.</summary>
        public int RefusedInAll { get; init; }
    }

    /// <param name="Offset">Bytes.</param>
    /// <param name="Size">Bytes.</param>
    public sealed record Request(int Id, FolderId Folder, FileName Name, long Offset, int Size, BlockHash Hash, bool FromTemporary, int BlockNumber) : BepMessage;

    /// <summary>The receiver of the message owns <paramref name="Data"/> and disposes it; a sender keeps it until the sending returns.</summary>
    public sealed record Response(int Id, PooledBytes Data, ErrorCode Code) : BepMessage;

    public sealed record DownloadProgress(FolderId Folder, IReadOnlyList<ProgressUpdate> Updates) : BepMessage;

    public sealed record Ping : BepMessage;

    public sealed record Close(string Reason) : BepMessage;
}

/// <summary>An announced entry that is no violation of the protocol but can't be taken.</summary>
/// <param name="Name">As received, for a person, and cut; not a clean name. Empty behind the first of a flood, as <paramref name="Reason"/> is.</param>
/// <param name="Reason">A sentence or two.</param>
/// <param name="FileName">Where it can be one.</param>
/// <param name="Sequence">The announcing device's.</param>
/// <param name="Place">How many entries that were taken came before it in the message: of two of one name the later counts.</param>
public sealed record RefusedEntry(string Name, string Reason, FileName? FileName = null, long Sequence = 0, int Place = 0);

public enum ErrorCode
{
    NoError,
    Generic,
    NoSuchFile,
    InvalidFile,
}

/// <summary>A folder as a ClusterConfig lists it.</summary>
/// <param name="Paused">The sender has stopped it for now.</param>
public sealed record SharedFolder(FolderId Id, string Label, FolderType Type, bool Paused, IReadOnlyList<SharingDevice> Devices);

/// <summary>A folder that is shared under an ID that can't be one.</summary>
/// <param name="ShownId">For a person: cut, invisible characters escaped.</param>
/// <param name="Reason">One sentence.</param>
public sealed record RefusedFolder(string ShownId, string Reason);

/// <summary>A device that shares a folder, as the sender of a ClusterConfig knows it.</summary>
/// <param name="MaxSequence">The highest sequence the sender has of that device's index (its own, for itself).</param>
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

/// <summary>Which blocks of a file being fetched can be had from the sender's temp file. <paramref name="Forget"/>: none any more.</summary>
public sealed record ProgressUpdate(FileName Name, VersionVector Version, IReadOnlyList<int> BlockIndexes, int BlockSize, bool Forget);
