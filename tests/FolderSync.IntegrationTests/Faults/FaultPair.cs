using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>A service that gets faults, its peer, and a folder with and one without versions.</summary>
internal sealed class FaultPair : IAsyncDisposable
{
    private static readonly string[] Folders = ["plain", "kept"];

    private int _places;

    private FaultPair(Cluster cluster, FolderSyncProcess ours, FolderSyncProcess theirs) => (Cluster, Ours, Theirs) = (cluster, ours, theirs);

    public Cluster Cluster { get; }

    public FolderSyncProcess Ours { get; }

    private FolderSyncProcess Theirs { get; }

    public static async Task<FaultPair> StartAsync()
    {
        var cluster = new Cluster();
        try
        {
            var pair = new FaultPair(cluster, await cluster.AddFolderSyncAsync("ours"), await cluster.AddFolderSyncAsync("theirs"));
            await Cluster.PairAsync(pair.Theirs, pair.Ours);
            foreach (var folder in Folders)
            {
                await cluster.ShareAsync(folder, [pair.Ours, pair.Theirs], device => new JsonObject
                {
                    ["versioning"] = device == pair.Ours && folder == "kept" ? new JsonObject { ["type"] = "trashcan" } : null,
                    ["holdDeletionsOver"] = 0,
                    ["holdDeletionsOverPercent"] = 0,
                    ["holdIncomingFrom"] = 0,
                });
            }
            await cluster.ConnectedAsync(pair.Ours, pair.Theirs);
            return pair;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public static string FolderOf(FaultScenario scenario) => scenario.IsVersioned ? "kept" : "plain";

    /// <summary>A directory of its own, whose name has the same length in every run, with what the scenario begins with.</summary>
    public FaultPlace Prepare(FaultScenario scenario)
    {
        var number = ++_places;
        var (folder, name) = (FolderOf(scenario), NameOf(number));
        var place = new FaultPlace(Path.Combine(Cluster.PathOf(folder, Ours), name), Path.Combine(Cluster.PathOf(folder, Theirs), name), number);
        Directory.CreateDirectory(place.Theirs);
        scenario.Prepare(place);
        return place;
    }

    public Task SyncedAsync(FaultScenario scenario) => Cluster.SyncedAsync(FolderOf(scenario));

    /// <summary>Both look for what has changed. Ours may be killed meanwhile.</summary>
    public async Task NoticeAsync(FaultScenario scenario)
    {
        await Theirs.ScanAsync(FolderOf(scenario));
        await TryAsync(() => Ours.Rest.AskAsync(HttpMethod.Post, $"db/scan?folder={FolderOf(scenario)}"));
    }

    /// <summary>Whether ours runs and both have all.</summary>
    public async Task<bool> IsSyncedAsync(FaultScenario scenario)
    {
        var isSynced = false;
        await TryAsync(async () =>
        {
            var folder = FolderOf(scenario);
            var (ours, theirs) = (await Ours.StatusAsync(folder), await Theirs.StatusAsync(folder));
            isSynced = IsIdle(ours) && IsIdle(theirs) && await Ours.SeesCompleteAsync(folder, Theirs) && await Theirs.SeesCompleteAsync(folder, Ours);
        });
        return isSynced;
    }

    public string? Judge(FaultScenario scenario, FaultPlace place) =>
        scenario.Judge(place, Path.Combine(Cluster.PathOf(FolderOf(scenario), Ours), ".stversions", NameOf(place.Number)));

    /// <summary>Whether the call concerns a folder's or the service's own files; then its path, the same for each place.</summary>
    public string? AddressOf(SystemCall call, FaultPlace place)
    {
        var mine = Folders.Select(f => Cluster.PathOf(f, Ours)).Append(Ours.Home);
        return call.Paths.Any(p => mine.Any(m => p.StartsWith(m, StringComparison.Ordinal))) ? call.Named.Replace(NameOf(place.Number), "{place}", StringComparison.Ordinal) : null;
    }

    public bool IsOfHome(SystemCall call) => call.Paths.Any(p => p.StartsWith(Ours.Home, StringComparison.Ordinal));

    public static string PathAt(string address, FaultPlace place) => address.Replace("{place}", NameOf(place.Number), StringComparison.Ordinal);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static string NameOf(int number) => $"place-{number:d5}";

    private static bool IsIdle(JsonNode status) => (string)status["state"]! == "idle" && (long)status["needTotalItems"]! == 0;

    private static async Task TryAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (ConnectionFailure.Is(e))
        {
        }
    }
}
