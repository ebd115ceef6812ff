using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>Changes, conflicts, problems and the log.</summary>
public sealed class ActivityTests
{
    [SkippableFact]
    public async Task RecentChangesAreListedAsTheyHappen()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, "activity");
            SampleFiles.Write(stage.In(b, "<i>theirs</i>.txt"), "new");
            await stage.Cluster.SyncedAsync("f");
            await stage.Browser.WaitForTextAsync(".files tbody tr", "<i>theirs</i>.txt Added");
            await stage.Browser.WaitForTextAsync(".files tbody tr", "bert");
        });
    }

    [SkippableFact]
    public async Task AConflictIsDecided()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await a.PauseAsync(b);
            SampleFiles.Write(stage.In(a, "one.txt"), "mine");
            SampleFiles.Write(stage.In(b, "one.txt"), "theirs!");
            await a.ScanAsync("f");
            await b.ScanAsync("f");
            await a.ResumeAsync(b);
            await stage.Cluster.ConnectedAsync(a, b);
            await stage.Cluster.SyncedAsync("f");
            var winner = await File.ReadAllTextAsync(stage.In(a, "one.txt"));

            // The device that created the copy knows of it.
            var copied = (await a.Rest.GetAsync("foldersync/conflicts")).AsArray().Count > 0 ? a : b;
            await stage.OpenAsync(copied, "activity/conflicts");
            await stage.Browser.WaitForTextAsync(".conflict", "one.txt");
            await stage.Browser.WaitForTextAsync(".places a[href='#/activity']", "1");
            await stage.Browser.ClickAsync(".conflict [data-act=copy]");
            await stage.Browser.ClickTextAsync("Keep the copy", "dialog");
            await stage.Browser.WaitForTextAsync(".activity", "No conflicts");
            Assert.Equal(winner == "mine" ? "theirs!" : "mine", await File.ReadAllTextAsync(stage.In(copied, "one.txt")));
            Assert.Empty(Directory.GetFiles(stage.Cluster.PathOf("f", copied), "*.sync-conflict-*"));
        });
    }

    [SkippableFact]
    public async Task AProblemStaysUntilItIsAcknowledged()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), []);
            await a.ScanAsync("f");
            await stage.OpenAsync(a, "activity/problems");
            await stage.Browser.WaitForTextAsync(".activity", "No problems");
            Directory.Move(stage.Cluster.PathOf("f", a), stage.Cluster.PathOf("f-gone", a));
            await a.Rest.AskAsync(HttpMethod.Post, "db/scan?folder=f");
            await stage.Browser.UntilAsync("document.querySelectorAll('.problem').length > 0");
            await stage.OpenAsync(a);
            await stage.Browser.WaitForTextAsync(".hero", "1 folder is stopped");

            // A resolved problem is still shown.
            Directory.Move(stage.Cluster.PathOf("f-gone", a), stage.Cluster.PathOf("f", a));
            await a.ScanAsync("f");
            await stage.OpenAsync(a, "activity/problems");
            await stage.Browser.ClickAsync(".problem button");
            await stage.Browser.WaitForTextAsync(".activity", "No problems");
        });
    }

    [SkippableFact]
    public async Task TheLogIsFollowedAndItsLevelsAreSet()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "log");
            await stage.Browser.WaitForTextAsync(".log", "Listening at");
            await stage.Browser.TypeAsync("input[type=search]", "LISTENING");
            await stage.Browser.UntilAsync("document.querySelectorAll('.log li').length === 1");
            await stage.Browser.TypeAsync("input[type=search]", "");

            await stage.Browser.ClickTextAsync("Level of each area");
            await stage.Browser.UntilAsync("document.querySelectorAll('.levels select').length > 3");
            await stage.Browser.EvaluateAsync("(() => { const s = document.querySelector('.levels select'); s.value = 'debug'; s.dispatchEvent(new Event('change')); })()");
            await stage.Browser.WaitForTextAsync("#toast", "Level set");
            var levels = await a.Rest.GetAsync("foldersync/log/levels");
            Assert.Contains(levels.AsObject(), l => (string?)l.Value == "debug");

            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), []);
            await stage.Browser.WaitForTextAsync(".log", "Configuration reloaded");
        });
    }
}
