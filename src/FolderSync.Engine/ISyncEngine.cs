using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Status;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine;

/// <summary>The engine as REST, the command line and the page see it: snapshots to read, commands to give. Thread-safe.</summary>
public interface ISyncEngine
{
    DeviceId Self { get; }

    DateTimeOffset Started { get; }

    EngineConfig Config { get; }

    /// <summary>As bound; empty while nothing listens.</summary>
    IReadOnlyList<string> ListenAddresses { get; }

    /// <summary>Address → why it could not be listened on.</summary>
    IReadOnlyDictionary<string, string> ListenErrors { get; }

    EventLog Events { get; }

    IStateStore State { get; }

    /// <summary>In the configuration's order.</summary>
    IReadOnlyList<FolderSnapshot> Folders { get; }

    IReadOnlyList<DeviceSnapshot> Devices { get; }

    FolderSnapshot? Folder(FolderId id);

    /// <summary>Bytes of files that peers sent for each folder since it was started.</summary>
    IReadOnlyDictionary<FolderId, long> BytesReceived { get; }

    /// <summary>The folder's index for reading, null while it has none (paused, in error).</summary>
    IFolderIndex? Index(FolderId id);

    /// <summary>Takes a configuration up: starts, stops and changes folders and devices; connections that it doesn't concern stay.</summary>
    Task ApplyAsync(EngineConfig config, CancellationToken cancellation);

    /// <summary>While paused no device is connected, whatever the configuration says of each; scans go on. Kept over <see cref="ApplyAsync"/>.</summary>
    Task PauseAsync(bool paused, CancellationToken cancellation);

    /// <summary>The network is another one than before, or time has passed unseen: connections are checked, devices dialed at once.</summary>
    void OnNetworkChanged();

    /// <summary>Discovery heard a device: it is dialed at once where it is wanted.</summary>
    /// <param name="isNew">Not only its addresses are.</param>
    void OnDeviceFound(DeviceId device, IReadOnlyList<string> addresses, bool isNew);

    /// <summary>Done when the scan is.</summary>
    /// <param name="below">Empty: everything.</param>
    Task ScanAsync(FolderId folder, IReadOnlyList<FileName> below, CancellationToken cancellation);

    /// <summary>The folder's `.stignore`, also with its includes expanded.</summary>
    Task<IgnoreText> GetIgnoresAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Writes `.stignore` and scans; <see cref="EngineException"/> names the wrong line.</summary>
    Task SetIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, CancellationToken cancellation);

    /// <summary>Send-only: makes this device's state the global one.</summary>
    Task OverrideAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Receive-only: undoes local changes.</summary>
    Task RevertAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>What the folder's trash can holds, by name and then from the newest to the oldest.</summary>
    Task<IReadOnlyList<FolderVersion>> VersionsAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Brings a version back to its name; what stands there is kept as a version first.</summary>
    Task<FileName> RestoreVersionAsync(FolderId folder, string key, CancellationToken cancellation);

    Task RemoveVersionAsync(FolderId folder, string key, CancellationToken cancellation);

    /// <summary>Applies the limits of age and size now.</summary>
    Task<CleanedVersions> CleanVersionsAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Ends a conflict: the copy's content gets the name, or the copy goes. The other content becomes a version.</summary>
    Task ResolveConflictAsync(FolderId folder, FileName copy, bool keepCopy, CancellationToken cancellation);

    /// <summary>One level of the folder, what is on disk and what others have, each with its state.</summary>
    Task<BrowsedLevel> BrowseAsync(FolderId folder, FileName directory, long skip, int take, CancellationToken cancellation);

    /// <summary>What these ignore patterns would ignore of what is there now. Nothing is changed.</summary>
    Task<IgnoredPreview> PreviewIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, long skip, int take, CancellationToken cancellation);

    /// <summary>A person's word on held deletions: carry them out, or bring the files back.</summary>
    Task ConfirmDeletionsAsync(FolderId folder, bool delete, CancellationToken cancellation);
}
