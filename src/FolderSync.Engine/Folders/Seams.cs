using FolderSync.Core.Model;
using FolderSync.Engine.Primitives;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>Accepts scan requests. Thread-safe.</summary>
internal interface IScanRequests
{
    /// <summary>Requests a scan of these names, or of everything if there are none.</summary>
    void Request(IReadOnlyList<FileName> below);

    /// <summary>Completes with a scan of these names (none: of everything) that began after the call.</summary>
    Task ScanAsync(IReadOnlyList<FileName> below, CancellationToken cancellation);
}

/// <summary>The devices from which a folder can fetch. Thread-safe.</summary>
internal interface IBlockSources
{
    /// <summary>Null when the device isn't configured.</summary>
    IBlockSource? Find(DeviceId device);

    /// <summary>Closes the connections with a device, so that they start over from what the index really has.</summary>
    void Reconnect(DeviceId device, string reason);
}

/// <summary>One device, connected or not, as one folder sees it. Thread-safe.</summary>
internal interface IBlockSource
{
    DeviceId Id { get; }

    /// <summary>Its name for users.</summary>
    string Name { get; }

    /// <summary>True when blocks of the folder can be requested.</summary>
    bool IsReady { get; }

    /// <summary>True when it repeatedly sent wrong data, or doesn't answer.</summary>
    bool IsUnreliable { get; }

    /// <summary>It answers requests, or may be asked for one more to find out whether it does again.</summary>
    bool MayAsk { get; }

    /// <summary>Bytes requested from it and not yet written.</summary>
    SharedBudget.Account Window { get; }

    /// <summary>Bytes a second that it sends; 0 while unknown.</summary>
    double Rate { get; }

    /// <summary>True when it announced that its temp file of that version has the block.</summary>
    bool HasTemporarily(FileName name, VersionVector version, int block);

    /// <summary>Called before a request, with its bytes granted; false when the device must not be asked now.</summary>
    bool TryAsk();

    /// <summary>The block's bytes as the device sent them; verify and dispose them.</summary>
    /// <param name="hasFaster">Asked as time goes by, on any thread: another device that is much faster has the block, too.</param>
    /// <exception cref="RequestFailedException">Says why the request failed.</exception>
    Task<PooledBytes> RequestAsync(FileName name, Block block, bool fromTemporary, Func<bool> hasFaster, CancellationToken cancellation);

    /// <summary>Records that the device sent data that doesn't match the requested hash.</summary>
    void NoteWrongData();

    /// <summary>Announces which blocks of partial files are here.</summary>
    void AnnounceProgress(IReadOnlyList<ProgressUpdate> updates);
}

/// <summary>Serves blocks of files that are being fetched to devices that fetch them, too. Thread-safe.</summary>
internal interface IPartialBlocks
{
    /// <summary>Null when the block isn't there (yet).</summary>
    PooledBytes? Read(BepMessage.Request request);
}
