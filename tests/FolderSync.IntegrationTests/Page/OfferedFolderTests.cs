using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using FolderSync.Protocol.Messages;

namespace FolderSync.IntegrationTests.Page;

/// <summary>Folders that a hostile peer offers, accepted on the page: accepting one changes only that folder.</summary>
public sealed class OfferedFolderTests
{
    /// <summary>The first offer that was really accepted.</summary>
    private const string Offer = ".pending-folder:not(:has(.wrong:not([hidden])))";

    [SkippableFact]
    public async Task AcceptingAnOfferNeverChangesAnythingElse()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await using var raw = new RawPeer();
        await stage.RunAsync(async () =>
        {
            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), []);
            await raw.ConnectAsync(a, "raw");
            var request = 0;
            string[] good = ["photos/2024", "my folder", "50%2F", "a?b#c"];
            string[] bad = ["..", ".", "a/../..", "%2e%2e", ".%2E", "../devices", new string('x', 300), "a\nb", "\u202Ex"];
            List<string> has = ["f"];
            List<string> offered = [];
            // The worst one is accepted alone and first, so that no other can hide what it breaks.
            foreach (string[] round in (string[][])[["..", "my folder"], [.. bad, .. good]])
            {
                await raw.SendAsync(new BepMessage.ClusterConfig([.. round.Select((id, i) => raw.Shares(a, id, $"offer <{i}>"))], false));
                await raw.HeardAsync(++request);
                await stage.OpenAsync(a, request == 1 ? "" : "pair");
                await stage.Browser.WaitForTextAsync(".pending-folder", $"offer <{round.Length - 1}>");
                while (await FirstOfferAsync(stage.Browser) is { Length: > 0 } title)
                {
                    var number = int.Parse(title[(title.IndexOf('<', StringComparison.Ordinal) + 1)..title.IndexOf('>', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
                    await stage.Browser.TypeAsync(Offer + " [data-part=path]", stage.Cluster.Scratch.In("accepted", $"{request}-{number}"));
                    await stage.Browser.ClickAsync(Offer + " [data-act=accept]");
                    await stage.Browser.UntilAsync($"![...document.querySelectorAll('{Offer}')].some(e => e.innerText.includes('offer <{number}>'))");
                    offered.Add(round[number]);
                    if (good.Contains(round[number]))
                        has.Add(round[number]);
                    await HasAsync(a, raw, has);
                }
            }
            Assert.DoesNotContain(offered, bad.Contains);
            Assert.Equal(good.Length + 1, has.Count);
            foreach (var id in has)
                Assert.Equal(id, (string)(await a.Rest.GetAsync("config/folders/" + Uri.EscapeDataString(id)))["id"]!);

            // Its page works, too, and pausing it there pauses only this folder.
            await stage.OpenAsync(a, "folder/" + Uri.EscapeDataString("photos/2024"));
            await stage.Browser.ClickAsync(".folder-view [data-act=pause]");
            await stage.Cluster.UntilAsync("that it is paused", async () => (bool)(await a.Rest.GetAsync("config/folders/photos%2F2024"))["paused"]!);
            Assert.Equal(["photos/2024"], (await a.Rest.GetAsync("config/folders")).AsArray().Where(f => (bool)f!["paused"]!).Select(f => (string)f!["id"]!));
            await HasAsync(a, raw, has);
        });
    }

    [SkippableFact]
    public async Task ThePageItselfAsksForNothingElseThanItNames()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), []);
            await stage.OpenAsync(a);
            var said = await stage.Browser.EvaluateAsync("""
                (async () => {
                  const { send } = await import('./api.js');
                  const { restUrl, route } = await import('./urls.js');
                  const said = [];
                  for (const id of ['..', '.', ''])
                    try { said.push(await send('PUT', route`config/folders/${id}`, null, {})); } catch (e) { said.push(e.constructor.name); }
                  for (const path of ['config/', 'config/folders/..', 'config/%2e%2E/x', 'config//x', '', '/config', 'config\\..'])
                    try { said.push(restUrl(path)); } catch (e) { said.push(e.constructor.name); }
                  said.push(restUrl(route`config/folders/${'a/..?#%2e'}`, { folder: '..&x=1' }));
                  return said.join(' ');
                })()
                """);
            Assert.Equal(string.Concat(Enumerable.Repeat("Error ", 10)) + "rest/config/folders/a%2F..%3F%23%252e?folder=..%26x%3D1", (string?)said);
            Assert.Equal("f", (string)Assert.Single((await a.Rest.GetAsync("config/folders")).AsArray())!["id"]!);
        });
    }

    private static async Task<string> FirstOfferAsync(Browser browser) =>
        (string?)await browser.EvaluateAsync($"document.querySelector('{Offer} .notice-title')?.innerText ?? ''") ?? "";

    private static async Task HasAsync(SyncDevice device, RawPeer raw, IEnumerable<string> folders)
    {
        Assert.Equal(folders.Order(StringComparer.Ordinal), (await device.Rest.GetAsync("config/folders")).AsArray().Select(f => (string)f!["id"]!).Order(StringComparer.Ordinal));
        Assert.Contains((JsonArray)await device.Rest.GetAsync("config/devices"), d => (string)d!["deviceID"]! == raw.Id.ToString());
    }
}
