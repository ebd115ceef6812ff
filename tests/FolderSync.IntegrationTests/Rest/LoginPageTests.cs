using FolderSync.IntegrationTests.Page;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>The login in a real browser.</summary>
public sealed class LoginPageTests
{
    private const string Hash = "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a";

    [SkippableFact]
    public async Task APersonLogsInAndIsWhereTheyWantedToBe()
    {
        Skip.If(Browser.Program is null, "There is no Chromium on this computer's PATH (apt-get install chromium).");
        await using var service = await GuardedService.StartAsync("127.0.0.1", $"  user: anna\n  password-hash: {Hash}");
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(service.Base.AbsoluteUri + "#/settings", "document.querySelector('#password') !== null && document.activeElement?.id === 'user'");
        Assert.EndsWith("login.html#/settings", (string)(await browser.EvaluateAsync("location.href"))!, StringComparison.Ordinal);
        foreach (var (width, dark) in ((int, bool)[])[(390, true), (1280, false)])
        {
            await browser.ShowAsync(width, dark);
            Assert.True((bool)(await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"))!);
            await browser.KeepPictureAsync($"login-{width}-{(dark ? "dark" : "light")}");
        }
        await browser.TypeAsync("#user", "anna");
        await browser.TypeAsync("#password", "wrong");
        await browser.ClickAsync("#submit");
        await browser.WaitForTextAsync("#wrong", "The name or the password is wrong.");
        await browser.TypeAsync("#password", "rasmuslerdorf");
        await browser.KeyAsync("Enter", 13, "\r");
        await browser.UntilAsync("!location.pathname.endsWith('login.html') && document.readyState === 'complete'");
        Assert.EndsWith("/#/settings", (string)(await browser.EvaluateAsync("location.href"))!, StringComparison.Ordinal);
        await browser.UntilAsync("document.body.innerText.includes('guarded')");
        // Scripts must not see the session cookie.
        Assert.DoesNotContain("sessionid", (string)(await browser.EvaluateAsync("document.cookie"))!, StringComparison.Ordinal);
        Assert.Empty(browser.Complaints);
    }
}
