using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Service;

/// <summary>An event of the service itself, not of a folder or a peer.</summary>
public abstract record ServiceEvent : EngineEvent
{
    public sealed record Starting(string Home, DeviceId Self) : ServiceEvent;

    public sealed record Started(DeviceId Self) : ServiceEvent;

    /// <summary>The service now listens for peers at this address.</summary>
    public sealed record Listening(string Address) : ServiceEvent;

    public sealed record DevicePaused(DeviceId Device, bool Paused) : ServiceEvent;

    public sealed record FolderPaused(FolderId Folder, string Label, bool Paused) : ServiceEvent;

    /// <summary>All connections were paused or resumed.</summary>
    /// <param name="Until">Null to pause until resumed.</param>
    public sealed record SyncPaused(bool Paused, DateTimeOffset? Until) : ServiceEvent;

    /// <summary>Pending devices were accepted, ignored or dismissed.</summary>
    public sealed record PendingDevicesRemoved(IReadOnlyList<DeviceId> Devices) : ServiceEvent;

    /// <summary>Pending folders were accepted, ignored or dismissed. Without a device: the offers of all devices.</summary>
    public sealed record PendingFoldersRemoved(IReadOnlyList<(FolderId Folder, DeviceId? Device)> Offers) : ServiceEvent;

    /// <param name="Json">The whole configuration in REST's format.</param>
    public sealed record ConfigSaved(string Json) : ServiceEvent;

    /// <param name="Proxy">The reverse proxy that forwarded the request; null if none.</param>
    public sealed record LoginAttempted(string Address, string User, bool Succeeded, string? Proxy) : ServiceEvent;

    /// <summary>The downloads in progress, of all folders that have any.</summary>
    public sealed record DownloadProgress(IReadOnlyList<FolderSnapshot> Folders) : ServiceEvent;

    public sealed record FolderSummary(FolderId Folder, FolderStatus Status) : ServiceEvent;

    /// <param name="Completion">With device and folder.</param>
    public sealed record FolderCompletion(Completion Completion) : ServiceEvent;
}
