using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Versions;

namespace FolderSync.Engine.Pulling;

/// <summary>What pulling works with: the open folder, and the devices that have what it needs.</summary>
internal sealed record PullContext(OpenFolder Open, LocalIndexWriter Writer, RetryTable Retries, IBlockSources Sources, IScanRequests Scans, DiskRoom Room, MountPoints Mounts)
{
    public ConfiguredFolder Folder => Open.Folder;

    public EngineParts Parts => Folder.Parts;

    public FolderConfig Config => Folder.Config;

    public ShortId Self => Parts.Self.Short;

    /// <summary>Directories above fetched files.</summary>
    public ParentDirectories Parents { get; } = new(Open, Scans);

    public bool MustWait(FileEntry global) => Retries.MustWait(global, Room);
}
