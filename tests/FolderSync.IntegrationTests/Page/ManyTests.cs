using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Page;

/// <summary>Many folders, files and devices: lists load page by page, and the document stays small.</summary>
public sealed class ManyTests(ITestOutputHelper output)
{
    private const int PageSize = 100;

    /// <summary>The longest time between two ticks of the page, which users feel as a hitch.</summary>
    private const string Watch = "globalThis.longest = 0; let last = performance.now(); setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last - 10); last = now; }, 10); 0";

    private static readonly int Items = TestSettings.Full ? 100_000 : 20_000;

    [SkippableFact]
    public async Task TwoHundredFoldersAreFound()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            var folders = new JsonArray();
            for (var i = 0; i < 200; i++)
                folders.Add(new JsonObject { ["id"] = $"f{i:000}", ["label"] = $"Folder {i:000}", ["path"] = Path.Combine(stage.Cluster.Scratch.Path, $"f{i:000}"), ["fsWatcherEnabled"] = false });
            await a.Rest.SendAsync(HttpMethod.Put, "config/folders", folders);
            await stage.OpenAsync(a);
            await stage.Browser.UntilAsync("document.querySelectorAll('#folders .folder').length === 200");
            await stage.Browser.EvaluateAsync(Watch);
            await stage.Browser.TypeAsync("#folders input[type=search]", "folder 17");
            await stage.Browser.UntilAsync("document.querySelectorAll('#folders .folder').length === 10");
            await stage.Browser.TypeAsync("#folders input[type=search]", "");
            await stage.Browser.UntilAsync("document.querySelectorAll('#folders .folder').length === 200");
            output.WriteLine($"200 folders, filtered and shown again: the page stood still for at most {await stage.Browser.EvaluateAsync("longest.toFixed(0)")} ms");
        });
    }

    [SkippableFact]
    public async Task AHundredThousandNeededItemsAreTurnedLikePages()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        for (var i = 0; i < Items; i++)
        {
            if (i % 1000 == 0)
                Directory.CreateDirectory(stage.In(b, $"d{i / 1000:000}"));
            File.Create(stage.In(b, $"d{i / 1000:000}", $"{i:000000}")).Dispose();
        }
        await stage.RunAsync(async () =>
        {
            // A send-only folder needs what the others have, and doesn't fetch it.
            await stage.Cluster.ShareAsync("f", [a, b], d => d == a ? new JsonObject { ["type"] = "sendonly" } : null);
            var all = Items + (Items / 1000);
            await stage.Cluster.UntilAsync("that all is needed", async () => (int)(await a.StatusAsync("f"))["needTotalItems"]! == all);
            await stage.OpenAsync(a, "folder/f/need");
            await stage.Browser.WaitForTextAsync(".pager", $"1–{PageSize} of {all:N0}");
            await stage.Browser.EvaluateAsync(Watch);
            for (var page = 2; page <= 12; page++)
            {
                await stage.Browser.ClickAsync(".pager button[aria-label='Next page']");
                await stage.Browser.WaitForTextAsync(".pager", $"{((page - 1) * PageSize) + 1:N0}–{page * PageSize:N0} of");
            }
            Assert.Equal(PageSize, (int)(await stage.Browser.EvaluateAsync("document.querySelectorAll('.files tbody tr').length"))!);
            Assert.Equal(0, (int)(await stage.Browser.EvaluateAsync("[...document.querySelectorAll('.files tbody tr')].filter(r => r.cells[1].innerText.trim() === '').length"))!);
            output.WriteLine($"{all:N0} needed items: 11 pages turned, the page stood still for at most {await stage.Browser.EvaluateAsync("longest.toFixed(0)")} ms");
        });
    }
}
