using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>The running program in a folder whose directories are exchanged for symlinks to the outside while it receives, serves and is asked.</summary>
public sealed class LinkRaceTests(ITestOutputHelper output)
{
    private const string Folder = "raced";

    private static readonly string[] Names = ["d0", "d1", "d2", "d3", ".stversions"];
    private static readonly string[] Files = ["f0.txt", "f1.txt", "f2.txt", "f3.txt", "f4.txt", ".foldersync.f0.txt.tmp"];

    [Fact]
    public async Task NothingOutsideIsChangedServedOrAnnounced()
    {
        using var proof = new ProofRun(output, rounds: 1, "FOLDERSYNC_RACES");
        await using var cluster = new Cluster();
        var (ours, theirs) = (await cluster.AddFolderSyncAsync("ours"), await cluster.AddFolderSyncAsync("theirs"));
        var root = Directory.CreateDirectory(cluster.PathOf(Folder, ours)).FullName;
        var theirRoot = Directory.CreateDirectory(cluster.PathOf(Folder, theirs)).FullName;
        var user = new BusyUser(theirRoot, cluster.Scratch.Make("theirs", "bin"), "theirs", new Random(proof.Seed));
        using var racer = new LinkRacer(root, cluster.Scratch.In("ours"), Names, Files);
        await cluster.RunAsync(async () =>
        {
            await Cluster.PairAsync(ours, theirs);
            await cluster.ShareAsync(Folder, [ours, theirs], d => new JsonObject
            {
                ["versioning"] = d == ours ? new JsonObject { ["type"] = "trashcan" } : null,
                ["holdDeletionsOver"] = 0,
                ["holdDeletionsOverPercent"] = 0,
                ["holdIncomingFrom"] = 0,
            });
            for (var i = 0; i < 200; i++)
                user.Act();
            await cluster.SyncedAsync(Folder);
            using var end = new CancellationTokenSource(proof.TimeOr(TimeSpan.FromSeconds(12)));
            var races = Task.Run(() => racer.Race(new Random(proof.Seed), end.Token), CancellationToken.None);
            var works = Task.Run(
                () =>
                {
                    while (!end.IsCancellationRequested)
                    {
                        user.Act();
                        Thread.Sleep(15);
                    }
                },
                CancellationToken.None);
            await AskAsync(ours, new Random(proof.Seed + 1), proof, end.Token);
            await races;
            await works;
            racer.AssertNothingChanged();
            await cluster.SyncedAsync(Folder);
            racer.AssertNothingChanged();
            AssertNothingCameFromOutside(theirRoot);
            Assert.DoesNotContain("unhandled exception", ours.Log, StringComparison.Ordinal);
            foreach (var device in cluster.Devices)
                Assert.DoesNotContain(LinkRacer.Secret, (await device.Rest.GetAsync($"db/browse?folder={Folder}")).ToJsonString(), StringComparison.Ordinal);
            await TreeDigest.AssertSameAsync(root, theirRoot);
        });
        proof.Count("swaps", racer.Swaps);
        proof.Count("operations", user.Operations);
    }

    /// <summary>Whatever a user can ask for that reads or changes the folder.</summary>
    private static async Task AskAsync(FolderSyncProcess ours, Random random, ProofRun proof, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var sub = $"d{random.Next(4)}";
            try
            {
                var (_, text) = random.Next(7) switch
                {
                    0 => await ours.Rest.AskAsync(HttpMethod.Post, $"db/scan?folder={Folder}&sub={sub}"),
                    1 => await ours.Rest.AskAsync(HttpMethod.Get, $"foldersync/browse?folder={Folder}&prefix={sub}"),
                    2 => await ours.Rest.AskAsync(HttpMethod.Get, $"foldersync/versions?folder={Folder}"),
                    3 => await RestoreAsync(ours, random),
                    4 => await ours.Rest.AskAsync(HttpMethod.Post, $"foldersync/versions/clean?folder={Folder}"),
                    5 => await ours.Rest.AskAsync(HttpMethod.Get, $"db/ignores?folder={Folder}"),
                    _ => await ours.Rest.AskAsync(HttpMethod.Post, $"db/override?folder={Folder}"),
                };
                Assert.DoesNotContain(LinkRacer.Secret, text, StringComparison.Ordinal);
                proof.Count("requests");
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
                Assert.Fail($"The service is gone: {e.Message}\n{ours.Log}");
            }
            await Task.Delay(30, CancellationToken.None);
        }
    }

    /// <summary>Restores one version by Syncthing's route.</summary>
    private static async Task<(System.Net.HttpStatusCode Status, string Text)> RestoreAsync(FolderSyncProcess ours, Random random)
    {
        var (status, text) = await ours.Rest.AskAsync(HttpMethod.Get, $"folder/versions?folder={Folder}");
        if (status != System.Net.HttpStatusCode.OK || JsonNode.Parse(text) is not JsonObject { Count: > 0 } versions)
            return (status, text);
        var (name, kept) = versions.ElementAt(random.Next(versions.Count));
        return await ours.Rest.AskAsync(HttpMethod.Post, $"folder/versions?folder={Folder}", new JsonObject { [name] = kept![0]!["versionTime"]!.DeepClone() });
    }

    private static void AssertNothingCameFromOutside(string root)
    {
        foreach (var file in Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(f => !f.Contains("/.stfolder/", StringComparison.Ordinal)))
        {
            Assert.NotEqual(LinkRacer.Secret, Path.GetFileName(file));
            Assert.True(File.ReadLines(file).FirstOrDefault() != LinkRacer.OutsideText, $"{file} came from outside.");
        }
    }
}
