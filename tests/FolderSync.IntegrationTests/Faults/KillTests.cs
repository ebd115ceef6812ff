using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>SIGKILL, as by `kill -9`, at random moments of real work: scans, transfers, batches, commits, starts.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int KillsBetweenChecks = 10;

    /// <summary>After it most runs are at work again; some are killed while they start.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task NothingIsLostAtWhateverMomentAServiceIsKilled()
    {
        using var proof = new ProofRun(output, rounds: 6, "FOLDERSYNC_KILLS");
        var random = new Random(proof.Seed);
        await using var pair = await BusyPair.StartAsync(proof.Seed);
        await pair.Cluster.RunAsync(async () =>
        {
            for (var continues = true; continues;)
            {
                continues = await KillAsync(pair, random, proof);
                await pair.CheckAsync();
                proof.Count("checks");
            }
            await pair.CheckAtRestAsync();
        });
        proof.Count("operations", pair.Operations);
        proof.Count("contents", pair.Contents);
    }

    /// <summary>Some kills while both users work; returns false if there is no time for more.</summary>
    private static async Task<bool> KillAsync(BusyPair pair, Random random, ProofRun proof)
    {
        using var enough = new CancellationTokenSource();
        var work = pair.WorkAsync(enough.Token);
        var kills = 0;
        while (kills < KillsBetweenChecks && proof.Continues())
        {
            await Task.Delay(LongestLife * Math.Pow(random.NextDouble(), 2), CancellationToken.None);
            var victim = pair.Devices[random.Next(pair.Devices.Count)];
            await victim.KillAsync();
            await victim.LaunchAsync();
            proof.Count("kills");
            kills++;
        }
        await enough.CancelAsync();
        await work;
        return kills == KillsBetweenChecks;
    }
}
