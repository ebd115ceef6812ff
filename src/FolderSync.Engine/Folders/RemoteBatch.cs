using FolderSync.Core.Model;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>Entries that a peer announced, on their way into a folder's index.</summary>
/// <param name="IsFull">The first of a full index: what was known of the peer goes.</param>
internal sealed record RemoteBatch(
    DeviceId Device, ulong IndexId, IReadOnlyList<FileEntry> Files, IReadOnlyList<RefusedEntry> Refused, bool IsFull);
