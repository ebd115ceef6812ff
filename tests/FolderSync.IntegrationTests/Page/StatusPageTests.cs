using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>The status page in a real browser.</summary>
public sealed class StatusPageTests
{
    private const string Ready = "document.body?.dataset.ready === 'true'";
    private const string Folder = "#folder-list .folder";
    private const string Device = "#device-list .device";

    [SkippableFact]
    public async Task AnEmptyServiceShowsItsIdAndSaysWhatToDo()
    {
        await using var cluster = new Cluster();
        await using var browser = await Browser.StartAsync();
        var a = await cluster.AddFolderSyncAsync("anna");
        await cluster.RunAsync(async () =>
        {
            await browser.OpenAsync(PageOf(a), Ready);

            Assert.Equal("anna", await browser.TextAsync("#self-name"));
            Assert.Equal(a.Id.ToString(), (string?)await browser.EvaluateAsync("document.querySelector('#self-card [data-part=id]').textContent"));
            Assert.Contains("foldersync share", await browser.TextAsync("#folders-empty"), StringComparison.Ordinal);
            Assert.Contains("foldersync pair", await browser.TextAsync("#devices-empty"), StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task AFolderAndItsDeviceAreShownWithTheirState()
    {
        await using var cluster = new Cluster();
        await using var browser = await Browser.StartAsync();
        var (a, b) = await PairAsync(cluster);
        await cluster.RunAsync(async () =>
        {
            await ShareAsync(cluster, a, b, "Photos");
            await browser.OpenAsync(PageOf(a), Ready);
            await browser.UntilAsync($"document.querySelector('{Device} .state')?.textContent === 'Connected'");
            await browser.UntilAsync($"document.querySelector('{Folder} .state')?.textContent === 'Up to date'");

            var bar = (await browser.EvaluateAsync(
                $$"""
                (() => {
                  const bar = document.querySelector('{{Folder}} [role=progressbar]');
                  return {
                    min: bar.ariaValueMin, now: bar.ariaValueNow, max: bar.ariaValueMax, text: bar.ariaValueText,
                    label: document.getElementById(bar.getAttribute('aria-labelledby')).textContent,
                  };
                })()
                """))!;
            Assert.Equal("""{"min":"0","now":"100","max":"100","text":"100%, Up to date","label":"Photos"}""", bar.ToJsonString());
            Assert.Contains(cluster.PathOf("f", a), await browser.TextAsync(Folder), StringComparison.Ordinal);
            Assert.Contains("Shared with bert", await browser.TextAsync(Folder), StringComparison.Ordinal);
            Assert.Contains(b.Id.ToString()[..7], await browser.TextAsync(Device), StringComparison.Ordinal);
            Assert.Equal("Everything is up to date", await browser.TextAsync("#overall"));
        });
    }

    [SkippableFact]
    public async Task WhatHappensIsShownWithoutALookAtTheClock()
    {
        await using var cluster = new Cluster();
        await using var browser = await Browser.StartAsync();
        var (a, b) = await PairAsync(cluster);
        await cluster.RunAsync(async () =>
        {
            await ShareAsync(cluster, a, b, "Photos");
            await browser.OpenAsync(PageOf(a), Ready);
            await File.WriteAllTextAsync(Path.Combine(cluster.PathOf("f", b), "new.txt"), "new");
            await cluster.SyncedAsync("f");
            await browser.UntilAsync($"document.querySelector('{Folder}')?.innerText.includes('new.txt')");

            await b.TerminateAsync();
            await browser.UntilAsync($"document.querySelector('{Device} .state')?.textContent === 'Not connected'");
            await browser.UntilAsync($"document.querySelector('{Device}')?.innerText.includes('The last attempt to connect failed')");
        });
    }

    [SkippableFact]
    public async Task TheButtonsPauseAndResumeAFolder()
    {
        await using var cluster = new Cluster();
        await using var browser = await Browser.StartAsync();
        var (a, b) = await PairAsync(cluster);
        await cluster.RunAsync(async () =>
        {
            await ShareAsync(cluster, a, b, "Photos");
            await browser.OpenAsync(PageOf(a), Ready);
            await browser.UntilAsync($"document.querySelector('{Folder} .state')?.textContent === 'Up to date'");

            await browser.EvaluateAsync($"document.querySelector('{Folder} [data-part=pause]').click()");
            await browser.UntilAsync($"document.querySelector('{Folder} .state')?.textContent === 'Paused'");
            Assert.True((bool)(await a.Rest.GetAsync("config/folders/f"))["paused"]!);

            await browser.UntilAsync($"document.querySelector('{Folder} [data-part=pause]').textContent === 'Resume'");
            await browser.EvaluateAsync($"document.querySelector('{Folder} [data-part=pause]').click()");
            await browser.UntilAsync($"document.querySelector('{Folder} .state')?.textContent === 'Up to date'");
        });
    }

    [SkippableFact]
    public async Task TheConnectionComesBackByItself()
    {
        await using var cluster = new Cluster();
        await using var browser = await Browser.StartAsync();
        var a = await cluster.AddFolderSyncAsync("anna");
        await cluster.RunAsync(async () =>
        {
            await browser.OpenAsync(PageOf(a), Ready);
            await a.TerminateAsync();
            await browser.UntilAsync("document.querySelector('#alerts').innerText.includes('connection to the service is lost')");

            // The new run knows no token of the old one's.
            await a.StartAsync();
            await browser.UntilAsync("document.querySelector('#alerts').innerText === ''");
            await browser.UntilAsync("document.querySelector('#overall').textContent === 'Nothing is shared yet'");
        });
    }

    [SkippableFact]
    public async Task OthersWordsAreOnlyText()
    {
        (string Label, string Shown)[] names =
        [
            ("<script>document.title = 'caught'</script>", "<script>document.title = 'caught'</script>"),
            ("<img src=x onerror=\"document.title = 'caught'\">", "<img src=x onerror=\"document.title = 'caught'\">"),
            ("invoice\u202etxt.exe", "invoice\\u202etxt.exe"),
            ("two\nlines\u0007", "two\\u000alines\\u0007"),
            ("مستندات", "مستندات"),
        ];
        await using var cluster = new Cluster();
        await using var browser = await Browser.StartAsync();
        var a = await cluster.AddFolderSyncAsync("anna");
        await cluster.RunAsync(async () =>
        {
            foreach (var (i, (label, _)) in names.Index())
                await a.AddFolderAsync($"f{i}", cluster.PathOf($"f{i}", a), [], new JsonObject { ["label"] = label });
            await browser.OpenAsync(PageOf(a), Ready);
            await browser.UntilAsync($"document.querySelectorAll('{Folder}').length === {names.Length}");

            var shown = (JsonArray)(await browser.EvaluateAsync($"[...document.querySelectorAll('{Folder} h3 bdi')].map(e => e.textContent)"))!;
            Assert.Equal(names.Select(n => n.Shown), shown.Select(n => (string)n!));
            Assert.Equal(0, (int)(await browser.EvaluateAsync($"document.querySelectorAll('{Folder} h3 bdi *').length"))!);
            Assert.Equal("anna – FolderSync", (string?)await browser.EvaluateAsync("document.title"));
        });
    }

    [SkippableFact]
    public async Task APageWithoutTheTokenCanChangeNothing()
    {
        await using var cluster = new Cluster();
        await using var browser = await Browser.StartAsync();
        var a = await cluster.AddFolderSyncAsync("anna");
        await cluster.RunAsync(async () =>
        {
            await browser.OpenAsync(PageOf(a), Ready);
            var status = await browser.EvaluateAsync("fetch('rest/system/shutdown', { method: 'POST' }).then(r => r.status)");
            Assert.Equal(403, (int)status!);

            // From another origin (the same computer, another name) not even the answer can be read.
            await browser.OpenAsync($"http://localhost:{a.PagePort}/icon.svg", "document.readyState === 'complete'");
            var foreign = await browser.EvaluateAsync($"fetch('{PageOf(a)}rest/system/ping', {{ method: 'POST' }}).then(r => 'read', () => 'refused')");
            Assert.Equal("refused", (string?)foreign);
            Assert.Equal("pong", (string?)(await a.Rest.GetAsync("system/ping"))["ping"]);
        });
    }

    private static string PageOf(SyncDevice device) => $"http://127.0.0.1:{device.PagePort}/";

    private static async Task<(SyncDevice A, SyncDevice B)> PairAsync(Cluster cluster)
    {
        var (a, b) = (await cluster.AddFolderSyncAsync("anna"), await cluster.AddFolderSyncAsync("bert"));
        await Cluster.PairAsync(a, b);
        await cluster.ConnectedAsync(a, b);
        return (a, b);
    }

    private static async Task ShareAsync(Cluster cluster, SyncDevice a, SyncDevice b, string label)
    {
        Directory.CreateDirectory(cluster.PathOf("f", a));
        await File.WriteAllTextAsync(Path.Combine(cluster.PathOf("f", a), "one.txt"), "one");
        await cluster.ShareAsync("f", [a, b], _ => new JsonObject { ["label"] = label });
        await cluster.SyncedAsync("f");
    }
}
