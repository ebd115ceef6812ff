using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Histories;

/// <summary>
/// Three devices in a row, which share many folders: the outer ones have no connection to each other. Each folder has a history of its own, and all
/// histories run at once through the same partitions and kills.
/// </summary>
internal sealed class Trio : IAsyncDisposable
{
    private const int Phases = 4;

    private readonly Random _random;
    private readonly IReadOnlyList<TrioHistory> _histories;

    private Trio(Cluster cluster, Random random, IReadOnlyList<TrioHistory> histories) => (Cluster, _random, _histories) = (cluster, random, histories);

    private Cluster Cluster { get; }

    private SyncDevice Middle => Cluster.Devices[1];

    private IEnumerable<SyncDevice> Outer => [Cluster.Devices[0], Cluster.Devices[2]];

    /// <param name="programs">"foldersync", or the version of a Syncthing; the second is the middle.</param>
    /// <param name="firstSeed">The seed of the first folder's history, and of what happens to all.</param>
    public static async Task<Trio> StartAsync(IReadOnlyList<string> programs, int firstSeed, int folders)
    {
        var cluster = new Cluster();
        try
        {
            for (var i = 0; i < programs.Count; i++)
            {
                var name = "device" + i;
                if (programs[i] == "foldersync")
                    await cluster.AddFolderSyncAsync(name);
                else
                    await cluster.AddSyncthingAsync(programs[i], name);
            }
            var trash = cluster.Scratch.In("trash");
            Directory.CreateDirectory(trash);
            await Cluster.PairAsync(cluster.Devices[0], cluster.Devices[1]);
            await Cluster.PairAsync(cluster.Devices[2], cluster.Devices[1]);
            var histories = Enumerable.Range(0, folders).Select(i => new TrioHistory(firstSeed + i, $"f{i}",
                [.. cluster.Devices.Select(d => cluster.PathOf($"f{i}", d))], trash)).ToList();
            var trio = new Trio(cluster, new Random(firstSeed), histories);
            foreach (var history in histories)
                await trio.ShareAsync(history.Folder);
            return trio;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The faults of all histories.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        List<string> faults = [];
        await Cluster.RunAsync(async () =>
        {
            for (var phase = 0; phase < Phases; phase++)
                await RunPhaseAsync();
            await UntilSyncedAsync();
        });
        foreach (var history in _histories)
        {
            if (await history.FindFaultAsync() is { } fault)
                faults.Add(fault);
        }
        return faults;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private async Task ShareAsync(string folder)
    {
        foreach (var device in Cluster.Devices)
        {
            // The trash cans keep several versions of a name, as far as the programs can.
            var versioning = device.IsFolderSync
                ? new JsonObject { ["type"] = "trashcan", ["params"] = new JsonObject { ["cleanoutDays"] = "30" } }
                : new JsonObject { ["type"] = "simple", ["params"] = new JsonObject { ["keep"] = "1000" } };
            await device.AddFolderAsync(folder, Cluster.PathOf(folder, device), device == Middle ? Outer : [Middle], new JsonObject { ["versioning"] = versioning });
        }
    }

    private async Task RunPhaseAsync()
    {
        var parted = Outer.Where(_ => _random.Next(3) == 0).ToList();
        var killed = _random.Next(4) == 0 ? Cluster.Devices[_random.Next(Cluster.Devices.Count)] : null;
        foreach (var device in parted)
            await device.PauseAsync(Middle);
        Note($"parted: {string.Join(", ", parted.Select(d => d.Name))}; killed: {killed?.Name}");
        EditAll();
        if (killed is not null)
            await killed.KillAsync();
        EditAll();
        if (_random.Next(2) == 0)
            await ScanAsync(Cluster.Devices.Where(d => d != killed));
        EditAll();
        if (killed is not null)
            await killed.StartAsync();
        foreach (var device in parted)
            await device.ResumeAsync(Middle);
        Note("joined");
        if (_random.Next(2) == 0)
            await UntilSyncedAsync();
    }

    private void EditAll()
    {
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            foreach (var history in _histories)
                history.Step();
        }
    }

    private Task ScanAsync(IEnumerable<SyncDevice> devices) =>
        Task.WhenAll(devices.Select(async d =>
        {
            foreach (var history in _histories)
                await d.ScanAsync(history.Folder);
        }));

    private async Task UntilSyncedAsync()
    {
        foreach (var device in Outer)
            await Cluster.ConnectedAsync(device, Middle);
        await ScanAsync(Cluster.Devices);
        var working = _histories.ToList();
        await Cluster.UntilAsync("that all folders are the same", async () =>
        {
            List<TrioHistory> left = [];
            foreach (var history in working)
            {
                if (!await IsSyncedAsync(history))
                    left.Add(history);
            }
            working = left;
            // What was synced may have changed again: it is asked once more when all are.
            return left.Count == 0 && await AreSyncedAsync();
        });
        Note("synced");
    }

    private async Task<bool> AreSyncedAsync()
    {
        foreach (var history in _histories)
        {
            if (!await IsSyncedAsync(history))
                return false;
        }
        return true;
    }

    /// <summary>
    /// What a device believes of the others isn't asked: of two concurrent deletions it may wait for one for ever (see docs/simulator.md).
    /// </summary>
    private async Task<bool> IsSyncedAsync(TrioHistory history)
    {
        foreach (var device in Cluster.Devices)
        {
            var status = await device.StatusAsync(history.Folder);
            if ((string)status["state"]! != "idle" || (long)status["needTotalItems"]! != 0)
                return false;
        }
        return await history.AreEqualAsync();
    }

    private void Note(string what)
    {
        var text = $"{TimeOnly.FromDateTime(DateTime.Now):HH:mm:ss.fff} {what}";
        foreach (var history in _histories)
            history.Note(text);
    }
}
