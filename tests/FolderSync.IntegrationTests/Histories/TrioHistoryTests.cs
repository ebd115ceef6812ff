using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Histories;

/// <summary>
/// Random histories of FolderSyncs and real Syncthings, as parallel folders of one running trio: at the end all are equal, and nothing that a user wrote
/// is lost. A seed repeats the operations, though not the moments; <c>FOLDERSYNC_TRIOS</c> says how many trios run one after the other.
/// </summary>
public abstract class TrioHistoryTests(ITestOutputHelper output, IReadOnlyList<string> programs)
{
    private const int Folders = 100;

    [SkippableFact]
    public async Task No_history_loses_a_version_or_leaves_devices_unequal()
    {
        foreach (var version in programs.Where(p => p != "foldersync"))
            SyncthingProcess.SkipUnlessThere(version);
        using var proof = new ProofRun(output, rounds: 1, "FOLDERSYNC_TRIOS");
        for (var seed = proof.Seed; proof.Continues(); seed += Folders)
        {
            await using var trio = await Trio.StartAsync(programs, seed, Folders);
            var faults = await trio.RunAsync();
            Assert.True(faults.Count == 0, $"{string.Join(" – ", programs)}, FOLDERSYNC_SEED={seed}: {faults.Count} failed.\n{string.Join("\n", faults)}");
            proof.Count("histories", Folders);
        }
    }
}

public sealed class BetweenTwoSyncthings(ITestOutputHelper output) : TrioHistoryTests(output, ["1.19", "foldersync", "1.29"]);

public sealed class AroundOneSyncthing(ITestOutputHelper output) : TrioHistoryTests(output, ["foldersync", "1.29", "foldersync"]);
