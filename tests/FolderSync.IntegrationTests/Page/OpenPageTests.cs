using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>Opening the page by a link in a real browser, and what a browser without one shows.</summary>
public sealed class OpenPageTests
{
    private const string Explained = "document.querySelector('#explanation')?.checkVisibility() === true";

    [SkippableFact]
    public async Task ABrowserWithoutASessionShowsHowToOpenThePage()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        var browser = stage.Browser;
        await stage.RunAsync(async () =>
        {
            await browser.OpenAsync(PageFixture.PageOf(a) + "#/settings/limits", Explained);
            Assert.Equal("/open.html", (string?)await browser.EvaluateAsync("location.pathname"));
            Assert.Contains("foldersync open", await browser.TextAsync("#explanation"), StringComparison.Ordinal);
            Assert.Contains("tray", await browser.TextAsync("#explanation"), StringComparison.Ordinal);
            Assert.DoesNotContain("anna", await browser.TextAsync("body"), StringComparison.Ordinal);
            var wrong = new List<string>();
            foreach (var (width, dark) in ((int, bool)[])[(1280, false), (390, false), (1280, true), (390, true)])
                wrong.AddRange(await CheckLookAsync(browser, "open", width, dark));
            await browser.EvaluateAsync("document.querySelector('details').open = true");
            wrong.AddRange(await CheckLookAsync(browser, "open-hints", 390, dark: false));
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));

            // The same tab goes where the user wanted to be, once they have opened the page in another one.
            var token = PageDoor.TokenOf(await PageDoor.LinkAsync(a));
            await browser.EvaluateAsync($"fetch('rest/noauth/auth/link', {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body: JSON.stringify({{ token: '{token}' }}) }}).then(() => document.dispatchEvent(new Event('visibilitychange')))");
            await browser.UntilAsync($"{PageFixture.Ready} && location.hash === '#/settings/limits'");
        });
    }

    [SkippableFact]
    public async Task ALinkOpensThePageOnceAndTheBrowserKeepsIt()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        var browser = stage.Browser;
        await stage.RunAsync(async () =>
        {
            var link = await PageDoor.LinkAsync(a, "settings/limits");
            await browser.OpenAsync(link, $"{PageFixture.Ready} && location.hash === '#/settings/limits'");
            Assert.Equal("/", (string?)await browser.EvaluateAsync("location.pathname"));
            Assert.DoesNotContain("sessionid", (string)(await browser.EvaluateAsync("document.cookie"))!, StringComparison.Ordinal);

            // Neither a bookmark nor a restart of the service asks for a link again.
            await browser.OpenAsync(PageFixture.PageOf(a), PageFixture.Ready);
            await a.TerminateAsync();
            await a.StartAsync();
            await browser.OpenAsync(PageFixture.PageOf(a) + "#/log", $"{PageFixture.Ready} && location.hash === '#/log'");
            // The same link again does no harm in this browser.
            await browser.OpenAsync(link, $"{PageFixture.Ready} && location.hash === '#/settings/limits'");
            // It is not in the history that a script can go back to.
            Assert.DoesNotContain(PageDoor.TokenOf(link), (string)(await browser.EvaluateAsync("location.href + document.referrer"))!, StringComparison.Ordinal);

            var another = await PageDoor.LinkAsync(a);
            await browser.ForgetCookiesAsync();
            await browser.OpenAsync(another, PageFixture.Ready);
            await browser.ForgetCookiesAsync();
            await browser.OpenAsync(another, $"{Explained} && document.querySelector('#wrong').innerText !== ''");
            Assert.Contains("This link has been used", await browser.TextAsync("#wrong"), StringComparison.Ordinal);
            Assert.Contains("foldersync open", await browser.TextAsync("#explanation"), StringComparison.Ordinal);
            foreach (var (width, dark) in ((int, bool)[])[(1280, false), (390, true)])
                Assert.Empty(await CheckLookAsync(browser, "open-used", width, dark));
        });
    }

    [SkippableFact]
    public async Task AnOpenPageThatLosesItsSessionLeadsToTheExplanationAndBack()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        var browser = stage.Browser;
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "settings/page");
            await browser.ClickAsync("#log-out");
            await browser.UntilAsync(Explained);
            await browser.OpenAsync(await PageDoor.LinkAsync(a, "log"), $"{PageFixture.Ready} && location.hash === '#/log'");
            // As if it had been ended elsewhere, while the page is open.
            await browser.ForgetCookiesAsync();
            await browser.UntilAsync(Explained);
            await browser.OpenAsync(await PageDoor.LinkAsync(a), PageFixture.Ready);
        });
    }

    [SkippableFact]
    public async Task TheApiKeyIsShownAfterAConfirmation()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        var browser = stage.Browser;
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "settings/page");
            await browser.UntilAsync("document.querySelector('[data-key=api-key]') !== null");
            Assert.DoesNotContain(SyncDevice.ApiKey, (string)(await browser.EvaluateAsync("document.body.innerHTML"))!, StringComparison.Ordinal);
            await browser.ClickAsync("[data-act=show-key]");
            await browser.ClickTextAsync("Cancel", "dialog");
            await browser.ClickAsync("[data-act=show-key]");
            await browser.ClickTextAsync("Show", "dialog");
            await browser.WaitForTextAsync("[data-part=key]", SyncDevice.ApiKey);
            foreach (var (width, dark) in ((int, bool)[])[(1280, false), (390, true)])
            {
                await browser.EvaluateAsync("document.querySelector('.api-key').scrollIntoView({ block: 'center' }); 0");
                Assert.Empty(await CheckLookAsync(browser, "api-key", width, dark));
            }
            await browser.ClickAsync("[data-act=show-key]");
            Assert.DoesNotContain(SyncDevice.ApiKey, (string)(await browser.EvaluateAsync("document.body.innerHTML"))!, StringComparison.Ordinal);

            // With a password, that is asked for.
            await browser.TypeAsync("[data-part=password]", "correct horse battery");
            await browser.ClickAsync("[data-act=password]");
            await browser.UntilAsync("location.pathname === '/login.html' && document.querySelector('#password') !== null");
            await browser.TypeAsync("#password", "correct horse battery");
            await browser.ClickAsync("#submit");
            await browser.UntilAsync($"location.hash === '#/settings/page' && {PageFixture.Ready}");
            await browser.ClickAsync("[data-act=show-key]");
            await browser.TypeAsync("[data-part=key-password]", "wrong");
            await browser.ClickTextAsync("Show", "dialog");
            await browser.WaitForTextAsync("#alerts", "The name or the password is wrong.");
            await browser.ClickAsync("[data-act=show-key]");
            await browser.TypeAsync("[data-part=key-password]", "correct horse battery");
            await browser.KeepPictureAsync("api-key-password");
            await browser.KeyAsync("Enter", 13, "\r");
            await browser.WaitForTextAsync("[data-part=key]", SyncDevice.ApiKey);

            // Who takes the password away may stay.
            await browser.ClickTextAsync("Remove password…");
            await browser.ClickTextAsync("Remove password", "dialog");
            await browser.WaitForTextAsync("#toast", "Password removed");
            await browser.ReloadAsync(PageFixture.Ready);
            browser.ForgetComplaints();
        });
    }

    /// <summary>What is wrong with its appearance.</summary>
    private static async Task<IReadOnlyList<string>> CheckLookAsync(Browser browser, string name, int width, bool dark)
    {
        await browser.ShowAsync(width, dark);
        await browser.KeepPictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
        var wrong = new List<string>();
        if ((int)(await browser.EvaluateAsync("document.documentElement.scrollWidth"))! > width)
            wrong.Add($"{name} at {width} is wider than the screen.");
        await browser.EvaluateAsync(new BundledAxeScriptProvider().GetScript() + ";0");
        var found = (JsonArray)(await browser.EvaluateAsync("axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ').slice(0, 300)}`))"))!;
        wrong.AddRange(found.Select(f => $"axe-core on {name} at {width}: {f}"));
        return wrong;
    }
}
