using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Page;

/// <summary>
/// Every view, light and dark, on a desktop and a phone: no violation of axe-core's rules, nothing wider than the screen, no violation of the
/// content security policy. FOLDERSYNC_TEST_SCREENSHOTS=DIRECTORY saves screenshots.
/// </summary>
public sealed class LookTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task EveryViewIsAccessibleAndFits()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        var c = await stage.AddAsync("tablet");
        SampleFiles.Write(stage.In(a, "letters", "offer.odt"), 34_000);
        SampleFiles.Write(stage.In(a, "tmp", "scratch.tmp"), 1000);
        SampleFiles.Write(stage.In(a, new string('n', 200) + ".txt"), "a long name");
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Documents");
            SampleFiles.Write(stage.In(b, "one.txt"), "one more");
            await stage.Cluster.SyncedAsync("f", a, b);
            await a.AddFolderAsync("s", stage.Cluster.PathOf("s", a), [b], new JsonObject { ["label"] = "Scans", ["type"] = "receiveonly" });
            await a.AddFolderAsync("p", stage.Cluster.PathOf("p", a), [], new JsonObject { ["label"] = "Paused", ["paused"] = true });
            await b.AddFolderAsync("o", stage.Cluster.PathOf("o", b), [a], new JsonObject { ["label"] = "Offered" });
            await c.AddDeviceAsync(a, a.PeerAddress);
            await stage.OpenAsync(a);
            await stage.Browser.UntilAsync("document.querySelector('.pending-device') !== null && document.querySelector('.pending-folder') !== null");
            string[] places =
            [
                "", "pair", "add-folder", "folder/f", "folder/f/contents", "folder/f/need", "folder/f/ignores", "folder/f/versions", "folder/f/options", "folder/s",
                "folder/p", "folder/missing", $"device/{b.Id}", "activity", "activity/conflicts", "activity/problems", "log", "settings/device", "settings/page", "settings/yaml",
                "settings/service",
            ];
            var wrong = new List<string>();
            foreach (var (width, dark) in ((int, bool)[])[(1280, false), (390, false), (1280, true), (390, true)])
            {
                await stage.Browser.ShowAsync(width, dark);
                foreach (var place in places)
                    wrong.AddRange(await CheckViewAsync(stage, a, place, width, dark));
            }
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            output.WriteLine($"{places.Length} views, each in 4 looks");
        });
    }

    [SkippableFact]
    public async Task ThePageIsUsedByKeyboard()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        var browser = stage.Browser;
        await stage.RunAsync(async () =>
        {
            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), []);
            await stage.OpenAsync(a);
            await browser.KeyAsync("Tab", 9);
            Assert.Equal("Skip to the page", await browser.TextAsync(":focus"));
            await browser.KeyAsync("Enter", 13, "\r");
            Assert.Equal("main", (string?)await browser.EvaluateAsync("document.activeElement.id"));

            // A screen reader announces the new view, because its title has the focus.
            await browser.EvaluateAsync("document.querySelector('#folders .folder a').focus()");
            await browser.KeyAsync("Enter", 13, "\r");
            await browser.UntilAsync("document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'f'");

            await browser.EvaluateAsync("location.hash = '#/settings/service'");
            await browser.UntilAsync("document.querySelector('[data-act=shutdown]') !== null");
            await browser.EvaluateAsync("document.querySelector('[data-act=shutdown]').focus()");
            await browser.KeyAsync("Enter", 13, "\r");
            await browser.UntilAsync("document.querySelector('dialog[open]') !== null");
            Assert.Equal("Cancel", await browser.TextAsync(":focus"));
            await browser.KeyAsync("Escape", 27);
            await browser.UntilAsync("document.querySelector('dialog[open]') === null");
            Assert.Equal("Shut down…", await browser.TextAsync(":focus"));
        });
    }

    [SkippableFact]
    public async Task ThePersonChoosesLightOrDark()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        const string Dark = "(() => { const [r] = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number); return r < 60; })()";
        await stage.RunAsync(async () =>
        {
            await stage.Browser.ShowAsync(1280, dark: true);
            await stage.OpenAsync(a);
            Assert.True((bool)(await stage.Browser.EvaluateAsync(Dark))!);
            await stage.Browser.ClickAsync("#theme");
            Assert.False((bool)(await stage.Browser.EvaluateAsync(Dark))!);
            await stage.Browser.ReloadAsync(PageFixture.Ready);
            Assert.False((bool)(await stage.Browser.EvaluateAsync(Dark))!);
            await stage.Browser.ClickAsync("#theme");
            Assert.True((bool)(await stage.Browser.EvaluateAsync(Dark))!);
        });
    }

    /// <summary>What is wrong with a view's appearance.</summary>
    private static async Task<IReadOnlyList<string>> CheckViewAsync(PageFixture stage, SyncDevice device, string place, int width, bool dark)
    {
        var browser = stage.Browser;
        await stage.OpenAsync(device, place);
        await browser.UntilAsync("document.querySelector('#view h1, #view .empty') !== null && document.fonts.status === 'loaded'");
        // Views load their lists when they open: wait until they are filled.
        await browser.UntilAsync("[...document.querySelectorAll('.paged')].every(p => [...p.children].some(c => !c.hidden))");
        var name = place.Length == 0 ? "overview" : place.StartsWith("device", StringComparison.Ordinal) ? "device" : place.Replace('/', '-');
        await browser.KeepPictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
        var wrong = new List<string>();
        var where = $"'{place}' at {width}, {(dark ? "dark" : "light")}";
        if ((int)(await browser.EvaluateAsync("document.documentElement.scrollWidth"))! > width)
            wrong.Add($"{where} is wider than the screen.");
        await browser.EvaluateAsync(new BundledAxeScriptProvider().GetScript() + ";0");
        var found = (JsonArray)(await browser.EvaluateAsync(
            "axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ').slice(0, 300)}`))"))!;
        wrong.AddRange(found.Select(f => $"axe-core on {where}: {f}"));
        return wrong;
    }
}
