using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Scan;
using FolderSync.Filesystem.Watch;
using FolderSync.Index;

namespace FolderSync.Engine.Status;

public enum FolderState
{
    Starting,
    Idle,
    ScanWaiting,
    Scanning,
    SyncPreparing,
    Syncing,
    Cleaning,

    /// <summary>Stopped for a reason: root or marker missing, index damaged, path taken. Nothing is announced or changed.</summary>
    Error,
    Paused,
}

/// <summary>Why a needed item isn't here yet.</summary>
/// <param name="Name">The item.</param>
/// <param name="Reason">A sentence for the user.</param>
/// <param name="Device">The peer concerned, if any.</param>
/// <param name="RetryAt">When it is retried; null: when something changes.</param>
public sealed record PullProblem(FileName Name, string Reason, DeviceId? Device, DateTimeOffset? RetryAt, bool Permanent);

/// <summary>Changes that need the user's decision: files that are gone here, or that peers replace or delete.</summary>
/// <param name="Incoming">True if peers changed them, false if they vanished here.</param>
/// <param name="Names">At most 100 of the names, for display.</param>
/// <param name="Why">A sentence, where they may not be deleted at all but hidden by a mount; null where it is their number.</param>
public sealed record ChangeHold(bool Incoming, long Files, long TotalFiles, IReadOnlyList<FileName> Names, DateTimeOffset Since, string? Why = null)
{
    /// <summary>Those of the files whose content is to be replaced; the others are deleted.</summary>
    public long Replaced { get; init; }

    /// <summary>Whose changes they are, most of them first; at most a few.</summary>
    public IReadOnlyList<DeviceId> Devices { get; init; } = [];
}

/// <summary>A file that is being fetched.</summary>
public sealed record FileProgress(FileName Name, long BytesDone, long BytesTotal, int BlocksTotal, int BlocksReused, int BlocksCopied, int BlocksPulled);

/// <summary>A folder at one moment. Immutable.</summary>
public sealed record FolderSnapshot
{
    public required FolderConfig Config { get; init; }

    public FolderState State { get; init; }

    public DateTimeOffset StateChanged { get; init; }

    /// <summary>The reason for the state Error; empty otherwise.</summary>
    public string Error { get; init; } = "";

    public IndexCounts Counts { get; init; }

    /// <summary>The part of the bytes that <see cref="Counts"/> counts as needed that is already here, in temp files.</summary>
    public long FetchedBytes { get; init; }

    /// <summary>Bytes that are still to come.</summary>
    public long NeedBytes => Math.Max(0, Counts.Need.Bytes - FetchedBytes);

    /// <summary>Items out of sync, with their reasons.</summary>
    public IReadOnlyList<PullProblem> PullProblems { get; init; } = [];

    /// <summary>What the last scan couldn't read, and what peers announced and was refused.</summary>
    public IReadOnlyList<FileProblem> ScanProblems { get; init; } = [];

    /// <summary>What the user should look at although nothing is wrong.</summary>
    public IReadOnlyList<FileProblem> Warnings { get; init; } = [];

    public WatchProblem? WatchProblem { get; init; }

    public ChangeHold? Hold { get; init; }

    public ScanProgress? Scan { get; init; }

    public IReadOnlyList<FileProgress> Transfers { get; init; } = [];

    public DateTimeOffset? LastScan { get; init; }

    /// <summary>The highest known sequences of the peers.</summary>
    public IReadOnlyDictionary<DeviceId, long> RemoteSequences { get; init; } = new Dictionary<DeviceId, long>();
}

/// <summary>A peer at one moment. Immutable.</summary>
public sealed record DeviceSnapshot
{
    public required DeviceConfig Config { get; init; }

    public bool Connected { get; init; }

    /// <summary>When the first of the present connections was established.</summary>
    public DateTimeOffset? ConnectedSince { get; init; }

    /// <summary>The first connection's address.</summary>
    public string Address { get; init; } = "";

    /// <summary>tcp-client, tcp-server.</summary>
    public string Kind { get; init; } = "";

    public string Crypto { get; init; } = "";

    public bool IsLan { get; init; }

    public string ClientName { get; init; } = "";

    public string ClientVersion { get; init; } = "";

    public int Connections { get; init; }

    /// <summary>Since when it hasn't answered requests; null while it does, and while it isn't connected.</summary>
    public DateTimeOffset? NotAnsweringSince { get; init; }

    /// <summary>How far its clock was ahead of ours when it connected; null if it doesn't tell.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Since this service started, over all connections.</summary>
    public long BytesReceived { get; init; }

    public long BytesSent { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Address → why the last attempt failed.</summary>
    public IReadOnlyDictionary<string, DialError> DialErrors { get; init; } = new Dictionary<string, DialError>();

    public IReadOnlyDictionary<FolderId, RemoteFolderState> Folders { get; init; } = new Dictionary<FolderId, RemoteFolderState>();
}

/// <summary>An attempt to dial that failed.</summary>
public sealed record DialError(string Reason, DateTimeOffset Time);
