using FolderSync.Engine.Folders;
using FolderSync.Engine.Pulling;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Scanning;
using FolderSync.Engine.Serving;
using FolderSync.Engine.Versions;
using FolderSync.Index;

namespace FolderSync.Engine.Supervision;

/// <summary>The parts of a folder that outlive each opening: requests, failures, and what the guards have seen.</summary>
internal sealed class LastingOwners : IDisposable
{
    public LastingOwners(ConfiguredFolder folder)
    {
        Scans = new ScanQueue(folder.Parts.Time);
        Mounts = new MountPoints(folder.Parts, $"mounts/{folder.Id.Value}");
        Deletions = new LocalDeletions(folder, Mounts, Scans);
        Incoming = new IncomingChanges(folder);
        Conflicts = new ConflictReconciler(folder, Scans);
        Retries = new RetryTable(folder);
        Refused = new RefusedItems(folder.Parts.State, folder.Id);
        Commands = new CommandQueue(folder.Parts.Time);
        Renewals = new IndexRenewals(folder.Parts.Time);
        Announced = new AnnouncedSequences(folder.Parts, folder.Id);
    }

    public ScanQueue Scans { get; }

    public MountPoints Mounts { get; }

    public LocalDeletions Deletions { get; }

    public IncomingChanges Incoming { get; }

    public ConflictReconciler Conflicts { get; }

    public RetryTable Retries { get; }

    public RefusedItems Refused { get; }

    public CommandQueue Commands { get; }

    public MissedDevices Missed { get; } = new();

    public IndexRenewals Renewals { get; }

    public AnnouncedSequences Announced { get; }

    /// <summary>The folder stopped and will be opened anew. Thread-safe.</summary>
    public void OnStopped(string reason)
    {
        Scans.Waiting.OnStopped(reason);
        Commands.Waiting.OnStopped(reason);
    }

    /// <summary>Takes over what was asked of the folder before it was closed to be opened anew.</summary>
    public void Adopt(UnansweredRequests requests)
    {
        Scans.Waiting.PutBack(requests.Scans);
        Commands.Waiting.PutBack(requests.Commands);
    }

    /// <summary>Takes what was asked of the folder and is not done; nothing more can be asked. Thread-safe.</summary>
    public UnansweredRequests Close(string reason) => new(Scans.Waiting.Close(reason), Commands.Waiting.Close(reason));

    public void Dispose()
    {
        Scans.Dispose();
        Mounts.Dispose();
        Retries.Dispose();
        Commands.Dispose();
    }
}

/// <summary>The parts of a folder that exist while it is open, whether or not its flows run.</summary>
internal sealed class OpenOwners
{
    public OpenOwners(OpenFolder open, FolderRoot root, LastingOwners lasting, IPartialBlocks partial, Action<IndexDamagedException> onIndexDamaged)
    {
        (Open, Root) = (open, root);
        var folder = open.Folder;
        // In this order: nobody may be notified of a version while the old content is still served.
        Writer = new LocalIndexWriter(open, Files, lasting.Conflicts);
        Server = new BlockServer(open, Files, partial, lasting.Scans, onIndexDamaged);
        Room = new DiskRoom(open.Disk, open.Versioner, () => folder.Config, folder.Shared.Clock.Ages, folder.Parts.Time)
        {
            MadeRoom = cleaned => Primitives.Log.MadeRoom(folder.Log, folder.DisplayName, cleaned.Removed, cleaned.Bytes),
        };
        Versions = new VersionKeeper(open, lasting.Retries.RoomWake.Set);
        Catalogue = new VersionCatalogue(open, lasting.Scans, lasting.Retries.RoomWake.Set);
    }

    public OpenFolder Open { get; }

    public FolderRoot Root { get; }

    public OpenFileCache Files { get; } = new();

    public LocalIndexWriter Writer { get; }

    public BlockServer Server { get; }

    public DiskRoom Room { get; }

    public VersionKeeper Versions { get; }

    public VersionCatalogue Catalogue { get; }

    /// <summary>What to close, in this order.</summary>
    public IEnumerable<IDisposable> ToClose() => [Files, .. Open.ToClose(), Root];
}
