using FolderSync.Core.Model;
using FolderSync.Engine.Primitives;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>Where scans are asked for. Thread-safe.</summary>
internal interface IScanRequests
{
    /// <summary>Asks for a scan of these names, or of everything where there are none.</summary>
    void Request(IReadOnlyList<FileName> below);

    /// <summary>Done when a scan of these names (none: of everything) that began after the call is.</summary>
    Task ScanAsync(IReadOnlyList<FileName> below, CancellationToken cancellation);
}

/// <summary>The devices as a folder sees them that fetches from them. Thread-safe.</summary>
internal interface IBlockSources
{
    /// <summary>Null where the device is not configured.</summary>
    IBlockSource? Find(DeviceId device);

    /// <summary>Closes the connections with a device: they begin anew from what the index really has.</summary>
    void Reconnect(DeviceId device, string reason);
}

/// <summary>One device, connected or not, as one folder sees it. Thread-safe.</summary>
internal interface IBlockSource
{
    DeviceId Id { get; }

    /// <summary>As users call it.</summary>
    string Name { get; }

    /// <summary>Blocks of the folder can be asked for.</summary>
    bool IsReady { get; }

    /// <summary>It has sent wrong data again and again.</summary>
    bool IsUnreliable { get; }

    /// <summary>Bytes asked of it and not yet answered.</summary>
    long Outstanding { get; }

    /// <summary>True when it said that its temp file of that version has the block.</summary>
    bool HasTemporarily(FileName name, VersionVector version, int block);

    /// <summary>The block's bytes as the device sent them, to be verified and disposed.</summary>
    /// <exception cref="RequestFailedException">Why not.</exception>
    Task<PooledBytes> RequestAsync(FileName name, Block block, bool fromTemporary, CancellationToken cancellation);

    /// <summary>What it sent does not match the hash that was asked for.</summary>
    void NoteWrongData();

    /// <summary>Announces which blocks of files under way are here.</summary>
    void AnnounceProgress(IReadOnlyList<ProgressUpdate> updates);
}

/// <summary>Blocks of files that are being fetched, for devices that fetch them, too. Thread-safe.</summary>
internal interface IPartialBlocks
{
    /// <summary>Null where the block is not there (yet).</summary>
    PooledBytes? Read(BepMessage.Request request);
}
