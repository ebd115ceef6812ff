using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Histories;

/// <summary>
/// Random histories of FolderSyncs and real Syncthings, as parallel folders of one running trio: at the end all are equal, and nothing that a user wrote
/// is lost. <c>FOLDERSYNC_TRIO_HISTORIES</c> says how many (200, both trios together), <c>FOLDERSYNC_SEED</c> with which seed they begin; the same seed gives
/// the same operations, though not the same moments.
/// </summary>
public abstract class TrioHistoryTests(ITestOutputHelper output, IReadOnlyList<string> programs)
{
    private const int FoldersAtOnce = 50;

    [SkippableFact]
    public async Task No_history_loses_a_version_or_leaves_devices_unequal()
    {
        foreach (var version in programs.Where(p => p != "foldersync"))
            SyncthingProcess.SkipUnlessThere(version);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_SEED"), out var given) ? given : Random.Shared.Next(1 << 30);
        var count = int.TryParse(Environment.GetEnvironmentVariable("FOLDERSYNC_TRIO_HISTORIES"), out var wanted) ? Math.Max(1, wanted / 2) : 100;
        var description = $"{string.Join(" – ", programs)}: {count} histories from seed {seed}";
        output.WriteLine(description);
        for (var done = 0; done < count; done += FoldersAtOnce)
        {
            await using var trio = await Trio.StartAsync(programs, seed + done, Math.Min(FoldersAtOnce, count - done));
            var faults = await trio.RunAsync();
            Assert.True(faults.Count == 0, $"{description}\n{faults.Count} failed:\n{string.Join("\n", faults)}");
        }
    }
}

public sealed class BetweenTwoSyncthings(ITestOutputHelper output) : TrioHistoryTests(output, ["1.19", "foldersync", "1.29"]);

public sealed class AroundOneSyncthing(ITestOutputHelper output) : TrioHistoryTests(output, ["foldersync", "1.29", "foldersync"]);
