using System.Globalization;
using System.Text.RegularExpressions;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>
/// The service is killed right before each mutating system call of a scenario, and each of them fails for want of space and by an I/O error: in the
/// folder and in the home. A first run records the calls; strace then injects one fault a run.
/// </summary>
public sealed class InjectionTests(ITestOutputHelper output)
{
    private const string Kill = "signal=SIGKILL";

    private static readonly string[] Faults = [Kill, "error=ENOSPC", "error=EIO"];

    /// <summary>How long an error may be in the way. Failed items are tried again after five seconds, a closed folder is opened again later.</summary>
    private static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(45);

    /// <summary>The n-th call of this name with this path; strace counts for each thread, so another number may be needed to meet it.</summary>
    private sealed record Point(FaultScenario Scenario, string Call, string Address, int Number, bool IsOfHome, string Fault)
    {
        public override string ToString() => $"{Scenario.Name}: {Fault} at {Call} number {Number} of {Address}";
    }

    [SkippableFact]
    public async Task NothingIsLostWhicheverSystemCallIsTheLastOrFails()
    {
        await Strace.SkipUnlessItWorksAsync();
        using var proof = new ProofRun(output, rounds: 3, "FOLDERSYNC_FAULTS");
        await using var pair = await FaultPair.StartAsync();
        await pair.Cluster.RunAsync(async () =>
        {
            var random = new Random(proof.Seed);
            var wanted = new Regex(Environment.GetEnvironmentVariable("FOLDERSYNC_FAULTS_IN") ?? "", RegexOptions.CultureInvariant);
            var scenarios = FaultScenario.All.ToArray();
            random.Shuffle(scenarios);
            // In the short form one scenario is recorded and some of its points are taken; in the long one all points, as far as the time goes.
            foreach (var scenario in scenarios)
            {
                var recorded = await RecordAsync(pair, scenario);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{scenario.Name}: {recorded.Count} calls, {recorded.Count(p => p.IsOfHome)} of them in the home, {recorded.Count * Faults.Length} points"));
                var all = recorded.SelectMany(p => Faults.Select(f => p with { Fault = f })).Where(p => wanted.IsMatch(p.ToString())).ToArray();
                random.Shuffle(all);
                proof.Count("points", all.Length);
                var isOver = false;
                foreach (var point in all)
                {
                    if (isOver = !proof.Continues())
                        break;
                    await TryPointAsync(pair, point, proof);
                }
                if (isOver)
                    break;
                proof.Count("scenarios completed");
            }
        });
    }

    /// <summary>Runs the scenario without a fault; what it calls is where the faults are put.</summary>
    private static async Task<IReadOnlyList<Point>> RecordAsync(FaultPair pair, FaultScenario scenario)
    {
        var place = pair.Prepare(scenario);
        await pair.SyncedAsync(scenario);
        IReadOnlyList<SystemCall> calls;
        await using (var strace = await Strace.RecordAsync(pair.Ours.ProcessId, pair.Cluster.Scratch.In("strace.log")))
        {
            scenario.Change(place);
            await pair.NoticeAsync(scenario);
            await pair.SyncedAsync(scenario);
            calls = strace.Calls;
        }
        Assert.Null(pair.Judge(scenario, place));
        var points = new List<Point>();
        var numbers = new Dictionary<(string, string), int>();
        foreach (var call in calls)
        {
            if (pair.AddressOf(call, place) is not { } address)
                continue;
            // As strace counts: each call of this name in which the path occurs.
            foreach (var path in call.Paths.Distinct())
                numbers[(call.Name, path)] = numbers.GetValueOrDefault((call.Name, path)) + 1;
            if (call.Mutates)
                points.Add(new Point(scenario, call.Name, address, numbers[(call.Name, call.Named)], pair.IsOfHome(call), ""));
        }
        Assert.NotEmpty(points);
        return points;
    }

    private async Task TryPointAsync(FaultPair pair, Point point, ProofRun proof)
    {
        for (var number = point.Number; number > Math.Max(0, point.Number - 3); number--)
        {
            var place = pair.Prepare(point.Scenario);
            await pair.SyncedAsync(point.Scenario);
            if (!await HappensAsync(pair, point, place, number))
                continue;
            await RecoverAsync(pair, point, place, proof);
            proof.Count(point.Fault == Kill ? "kills" : "errors");
            return;
        }
        // Another thread made the calls than the time before, or fewer of them: no fault, so nothing was shown.
        proof.Count("points not met");
        output.WriteLine($"not met: {point}");
    }

    /// <summary>Makes the change with the fault in wait; false if the call didn't come.</summary>
    private static async Task<bool> HappensAsync(FaultPair pair, Point point, FaultPlace place, int number)
    {
        var log = pair.Cluster.Scratch.In("strace.log");
        File.Delete(log);
        await using var strace = await Strace.InjectAsync(pair.Ours.ProcessId, log, point.Call, FaultPair.PathAt(point.Address, place), point.Fault, number);
        point.Scenario.Change(place);
        await pair.NoticeAsync(point.Scenario);
        bool Happened() => point.Fault == Kill ? pair.Ours.HasEnded : strace.Calls.Any(c => c.IsInjected);
        await Wait.UntilAsync(
            async () => Happened() || (pair.Judge(point.Scenario, place) is null && await pair.IsSyncedAsync(point.Scenario)),
            () => $"{point}: neither the fault nor the end came: {pair.Judge(point.Scenario, place)}");
        return Happened();
    }

    /// <summary>After a kill it is started again; an error must not end it, and it gets over it by itself, or after a start at the latest.</summary>
    private async Task RecoverAsync(FaultPair pair, Point point, FaultPlace place, ProofRun proof)
    {
        if (point.Fault == Kill)
        {
            await pair.Ours.StartAsync();
        }
        else
        {
            Assert.False(pair.Ours.HasEnded, $"{point}: the service ended.\n{pair.Ours.Log}");
            if (!await Wait.WithinAsync(RecoversWithin, async () => pair.Judge(point.Scenario, place) is null && await pair.IsSyncedAsync(point.Scenario)))
            {
                proof.Count("recovered only by a start");
                output.WriteLine($"recovered only by a start: {point}: {pair.Judge(point.Scenario, place)}, {(await pair.Ours.StatusAsync(FaultPair.FolderOf(point.Scenario)))["error"]}");
                await pair.Ours.KillAsync();
                await pair.Ours.StartAsync();
            }
        }
        // Both have looked at their disks and need nothing: what isn't right now never will be.
        await pair.SyncedAsync(point.Scenario);
        if (pair.Judge(point.Scenario, place) is { } why)
            Assert.Fail($"{point}: {why}");
        await TreeDigest.AssertSameAsync(place.Ours, place.Theirs);
    }
}
