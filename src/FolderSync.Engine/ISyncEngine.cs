using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Status;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine;

/// <summary>The engine's interface for REST, the command line and the page: snapshots to read and commands to call. Thread-safe.</summary>
public interface ISyncEngine
{
    DeviceId Self { get; }

    DateTimeOffset Started { get; }

    EngineConfig Config { get; }

    /// <summary>As bound; empty while nothing listens.</summary>
    IReadOnlyList<string> ListenAddresses { get; }

    /// <summary>Address → why listening failed.</summary>
    IReadOnlyDictionary<string, string> ListenErrors { get; }

    EventLog Events { get; }

    IStateStore State { get; }

    /// <summary>In the configuration's order.</summary>
    IReadOnlyList<FolderSnapshot> Folders { get; }

    IReadOnlyList<DeviceSnapshot> Devices { get; }

    FolderSnapshot? Folder(FolderId id);

    /// <summary>Bytes of files that peers sent for each folder since startup.</summary>
    IReadOnlyDictionary<FolderId, long> BytesReceived { get; }

    /// <summary>The folder's index for reading; null while it has none (paused, in error).</summary>
    IFolderIndex? Index(FolderId id);

    /// <summary>Applies a configuration: starts, stops and changes folders and devices. Unaffected connections stay.</summary>
    Task ApplyAsync(EngineConfig config, CancellationToken cancellation);

    /// <summary>While paused, no device is connected, whatever the configuration says; scans continue. Survives <see cref="ApplyAsync"/>.</summary>
    Task PauseAsync(bool paused, CancellationToken cancellation);

    /// <summary>The network changed, or the computer slept: checks connections and dials devices at once.</summary>
    void OnNetworkChanged();

    /// <summary>Discovery heard a device: dials it at once if it is wanted.</summary>
    /// <param name="isNew">True when more than its addresses is new.</param>
    void OnDeviceFound(DeviceId device, IReadOnlyList<string> addresses, bool isNew);

    /// <summary>Completes with the scan.</summary>
    /// <param name="below">Empty: everything.</param>
    Task ScanAsync(FolderId folder, IReadOnlyList<FileName> below, CancellationToken cancellation);

    /// <summary>The folder's `.stignore`, verbatim and with its includes expanded.</summary>
    Task<IgnoreText> GetIgnoresAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Writes `.stignore` and scans; <see cref="EngineException"/> names the invalid line.</summary>
    Task SetIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, CancellationToken cancellation);

    /// <summary>Send-only: makes this device's state the global one.</summary>
    Task OverrideAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Receive-only: undoes local changes.</summary>
    Task RevertAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>The folder's kept versions, by name and then from the newest to the oldest.</summary>
    Task<IReadOnlyList<FolderVersion>> VersionsAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Restores a version to its name; the present file is kept as a version first.</summary>
    Task<FileName> RestoreVersionAsync(FolderId folder, string key, CancellationToken cancellation);

    Task RemoveVersionAsync(FolderId folder, string key, CancellationToken cancellation);

    /// <summary>Applies the age and size limits now.</summary>
    Task<CleanedVersions> CleanVersionsAsync(FolderId folder, CancellationToken cancellation);

    /// <summary>Resolves a conflict: the copy's content gets the name, or the copy is removed. The other content becomes a version.</summary>
    Task ResolveConflictAsync(FolderId folder, FileName copy, bool keepCopy, CancellationToken cancellation);

    /// <summary>One level of the folder: what is on disk and what others have, each with its state.</summary>
    Task<BrowsedLevel> BrowseAsync(FolderId folder, FileName directory, long skip, int take, CancellationToken cancellation);

    /// <summary>What these ignore patterns would ignore now. Changes nothing.</summary>
    Task<IgnoredPreview> PreviewIgnoresAsync(FolderId folder, IReadOnlyList<string> lines, long skip, int take, CancellationToken cancellation);

    /// <summary>The user's decision about held changes: carry them out, or take them back.</summary>
    Task DecideHeldChangesAsync(FolderId folder, bool accept, CancellationToken cancellation);
}
