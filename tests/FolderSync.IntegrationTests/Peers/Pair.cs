using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Peers;

/// <summary>A combination of two devices.</summary>
/// <param name="Peer">"1.19" or "1.29" for a Syncthing, "foldersync" for another FolderSync.</param>
/// <param name="Dials">Our device dials; otherwise the peer does.</param>
/// <param name="PeerKey">The peer's kind of certificate.</param>
/// <param name="OwnKey">Ed25519 is the key type of an identity imported from Syncthing 2; FolderSync uses its other TLS implementation for
/// it.</param>
public sealed record PairSetup(string Peer, bool Dials, KeyKind PeerKey, KeyKind OwnKey = KeyKind.P256)
{
    public override string ToString() => $"{(Dials ? "dials" : "is dialed by")} {Peer}, {PeerKey} against {OwnKey}";
}

/// <summary>A FolderSync ("ours") and its peer with one shared folder, in which each test has its own directory.</summary>
public sealed class Pair : IAsyncDisposable
{
    public const string Folder = "main";

    private readonly bool _dials;

    private Pair(Cluster cluster, FolderSyncProcess ours, SyncDevice peer, bool dials) => (Cluster, Ours, Peer, _dials) = (cluster, ours, peer, dials);

    public Cluster Cluster { get; }

    public FolderSyncProcess Ours { get; }

    public SyncDevice Peer { get; }

    /// <summary>Both have a tree before they connect for the first time; returns when they are equal.</summary>
    public static async Task<Pair> MeetAsync(PairSetup meeting)
    {
        if (meeting.Peer != "foldersync")
            SyncthingProcess.SkipUnlessThere(meeting.Peer);
        var cluster = new Cluster();
        try
        {
            var ours = await cluster.AddFolderSyncAsync("ours", meeting.OwnKey);
            SyncDevice peer = meeting.Peer == "foldersync"
                ? await cluster.AddFolderSyncAsync("peer", meeting.PeerKey)
                : await cluster.AddSyncthingAsync(meeting.Peer, "peer", meeting.PeerKey);
            var pair = new Pair(cluster, ours, peer, meeting.Dials);
            SampleFiles.WriteTree(Path.Combine(cluster.PathOf(Folder, ours), "first-of-ours"));
            SampleFiles.WriteTree(Path.Combine(cluster.PathOf(Folder, peer), "first-of-peer"));
            await cluster.RunAsync(async () =>
            {
                await Cluster.PairAsync(meeting.Dials ? ours : peer, meeting.Dials ? peer : ours);
                await cluster.ShareAsync(Folder, [ours, peer]);
                await cluster.ConnectedAsync(ours, peer);
                await cluster.SyncedAsync(Folder);
            });
            return pair;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One device that makes changes and one that must follow.</summary>
    public IEnumerable<(SyncDevice From, SyncDevice To)> Directions => [(Ours, Peer), (Peer, Ours)];

    public string PathOn(SyncDevice device, params string[] below) => Path.Combine([Cluster.PathOf(Folder, device), .. below]);

    /// <summary>
    /// Makes a Syncthing that dials us do it now. By itself it waits for up to a minute after losing a connection three times in two minutes
    /// (`dialCoolDown…` in its lib/connections).
    /// </summary>
    public async Task LetDialAsync()
    {
        if (_dials || Peer.IsFolderSync)
            return;
        await Peer.PauseAsync(Ours);
        await Peer.ResumeAsync(Ours);
    }

    public Task SyncedAsync() => Cluster.SyncedAsync(Folder);

    /// <summary>Waits until the two are equal, and compares every byte below a directory.</summary>
    public async Task AssertSameAsync(string below)
    {
        await SyncedAsync();
        await TreeDigest.AssertSameAsync(PathOn(Ours), PathOn(Peer), below);
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

/// <summary>The pair of a test class, created by its first test.</summary>
public sealed class SharedPair : IAsyncLifetime
{
    private Task<Pair>? _pair;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task<Pair> GetAsync(PairSetup meeting) => _pair ??= Pair.MeetAsync(meeting);

    public async Task DisposeAsync()
    {
        if (_pair is { IsCompletedSuccessfully: true })
            await (await _pair).DisposeAsync();
    }
}
