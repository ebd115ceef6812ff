using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>Two services that share a folder in which a user works on each of them, and the oracle for what must be left of it.</summary>
internal sealed class BusyPair : IAsyncDisposable
{
    private const string Folder = "busy";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(40);

    private readonly List<(FolderSyncProcess Device, BusyUser User, Random Pace)> _ours = [];

    private BusyPair(Cluster cluster) => Cluster = cluster;

    public Cluster Cluster { get; }

    public IReadOnlyList<FolderSyncProcess> Devices => [.. _ours.Select(o => o.Device)];

    public long Operations => _ours.Sum(o => o.User.Operations);

    public int Contents => _ours.Sum(o => o.User.Written.Count);

    public static async Task<BusyPair> StartAsync(int seed)
    {
        var pair = new BusyPair(new Cluster());
        try
        {
            foreach (var (i, name) in new[] { "left", "right" }.Index())
            {
                var device = await pair.Cluster.AddFolderSyncAsync(name);
                var root = Directory.CreateDirectory(pair.Cluster.PathOf(Folder, device)).FullName;
                var user = new BusyUser(root, pair.Cluster.Scratch.Make(name, "bin"), name, new Random(seed + i));
                pair._ours.Add((device, user, new Random(seed + 10 + i)));
            }
            await Cluster.PairAsync(pair.Devices[0], pair.Devices[1]);
            await pair.Cluster.ShareAsync(Folder, pair.Devices, device => new JsonObject
            {
                // One of them keeps versions. Nobody is there to confirm what would be held.
                ["versioning"] = device == pair.Devices[0] ? new JsonObject { ["type"] = "trashcan" } : null,
                ["holdDeletionsOver"] = 0,
                ["holdDeletionsOverPercent"] = 0,
                ["holdIncomingFrom"] = 0,
                ["maxConflicts"] = -1,
            });
            await pair.Cluster.ConnectedAsync(pair.Devices[0], pair.Devices[1]);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Both users work until this is cancelled.</summary>
    public Task WorkAsync(CancellationToken until) => Task.WhenAll(_ours.Select(o => Task.Run(
        () =>
        {
            while (!until.IsCancellationRequested)
            {
                o.User.Act();
                Thread.Sleep(o.Pace.Next((int)LongestPause.TotalMilliseconds));
            }
        },
        CancellationToken.None)));

    /// <summary>
    /// Lets both become idle; then nothing is lost, torn or unequal, and nothing is half done. Temp files of transfers that were given up stay for a
    /// day, since they may be resumed.
    /// </summary>
    public async Task CheckAsync()
    {
        foreach (var device in Devices)
        {
            if (device.HasEnded)
                await device.StartAsync();
            else
                await device.UntilUpAsync();
        }
        await Cluster.SyncedAsync(Folder);
        await TreeDigest.AssertSameAsync(PathOn(0), PathOn(1));
        await AssertNothingIsLostAsync();
        foreach (var device in Devices)
        {
            var unfinished = Leftovers(Cluster.PathOf(Folder, device)).Where(f => Path.GetFileName(f).StartsWith(".foldersync.~", StringComparison.Ordinal));
            Assert.True(!unfinished.Any(), $"{device.Name} is idle and left {string.Join(", ", unfinished)}");
        }
    }

    /// <summary>
    /// Stops both and asks whether their databases are sound; started again they find nothing changed.
    /// </summary>
    public async Task CheckAtRestAsync()
    {
        var before = await SequencesAsync();
        foreach (var device in Devices)
        {
            Assert.Equal(0, await device.TerminateAsync());
            Assert.Equal([], Directory.EnumerateFiles(device.Home, "*.damaged.db*", SearchOption.AllDirectories));
            foreach (var database in Directory.EnumerateFiles(device.Home, "*.db", SearchOption.AllDirectories).Where(IsSqlite))
                Assert.Equal("ok", Integrity(database));
        }
        foreach (var device in Devices)
            await device.StartAsync();
        await Cluster.SyncedAsync(Folder);
        Assert.Equal(before, await SequencesAsync());
        await CheckAsync();
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private string PathOn(int device) => Cluster.PathOf(Folder, Devices[device]);

    private async Task<List<long>> SequencesAsync()
    {
        var sequences = new List<long>();
        foreach (var device in Devices)
            sequences.Add((long)(await device.StatusAsync(Folder))["sequence"]!);
        return sequences;
    }

    private async Task AssertNothingIsLostAsync()
    {
        var written = _ours.SelectMany(o => o.User.Written).ToDictionary();
        var found = new HashSet<string>();
        foreach (var device in Devices)
        {
            var root = Cluster.PathOf(Folder, device);
            foreach (var file in FilesBelow(root).Where(f => !Path.GetFileName(f).StartsWith(".foldersync.", StringComparison.Ordinal) && !f.Contains("/.stfolder/", StringComparison.Ordinal)))
            {
                var (id, hash) = await BusyUser.ReadAsync(file);
                Assert.True(written.GetValueOrDefault(id) == hash, $"{file} has a content that nobody wrote (it begins with '{id}').");
                found.Add(id);
            }
            foreach (var file in FilesBelow(Cluster.Scratch.In(device.Name, "bin")))
                found.Add((await BusyUser.ReadAsync(file)).Id);
        }
        var lost = written.Keys.Where(id => !found.Contains(id)).ToList();
        Assert.True(lost.Count == 0, $"{lost.Count} of {written.Count} contents are lost: {string.Join(", ", lost.Take(20))}");
    }

    private static List<string> Leftovers(string root) =>
        [.. FilesBelow(root).Where(f => Path.GetFileName(f).StartsWith(".foldersync.", StringComparison.Ordinal) && !f.Contains("/.stversions/", StringComparison.Ordinal))];

    private static IEnumerable<string> FilesBelow(string directory) =>
        Directory.EnumerateFiles(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });

    private static bool IsSqlite(string file)
    {
        using var stream = File.OpenRead(file);
        var start = new byte[6];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.AsSpan().SequenceEqual("SQLite"u8);
    }

    private static string Integrity(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }
}
