using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Service;

/// <summary>Something that happened to the service itself, and no folder or peer.</summary>
public abstract record ServiceEvent : EngineEvent
{
    public sealed record Starting(string Home, DeviceId Self) : ServiceEvent;

    public sealed record Started(DeviceId Self) : ServiceEvent;

    /// <summary>Peers are listened for there from now on.</summary>
    public sealed record Listening(string Address) : ServiceEvent;

    public sealed record DevicePaused(DeviceId Device, bool Paused) : ServiceEvent;

    public sealed record FolderPaused(FolderId Folder, string Label, bool Paused) : ServiceEvent;

    /// <summary>Everything is paused, or no longer is.</summary>
    /// <param name="Until">Null: until somebody resumes it.</param>
    public sealed record SyncPaused(bool Paused, DateTimeOffset? Until) : ServiceEvent;

    /// <summary>They were accepted, ignored or dismissed.</summary>
    public sealed record PendingDevicesRemoved(IReadOnlyList<DeviceId> Devices) : ServiceEvent;

    /// <summary>They were accepted, ignored or dismissed. No device: the offers of all.</summary>
    public sealed record PendingFoldersRemoved(IReadOnlyList<(FolderId Folder, DeviceId? Device)> Offers) : ServiceEvent;

    /// <param name="Json">The whole configuration as REST gives it.</param>
    public sealed record ConfigSaved(string Json) : ServiceEvent;

    /// <param name="Proxy">Through which the request came; null: none.</param>
    public sealed record LoginAttempted(string Address, string User, bool Succeeded, string? Proxy) : ServiceEvent;

    /// <summary>What is being fetched now, of all folders that fetch anything.</summary>
    public sealed record DownloadProgress(IReadOnlyList<FolderSnapshot> Folders) : ServiceEvent;

    public sealed record FolderSummary(FolderId Folder, FolderStatus Status) : ServiceEvent;

    /// <param name="Completion">With device and folder.</param>
    public sealed record FolderCompletion(Completion Completion) : ServiceEvent;
}
