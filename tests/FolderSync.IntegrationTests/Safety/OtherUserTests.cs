using System.Net;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Rest;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>
/// What another user of this computer gets of the service, with all that such a user may come by: links from the list of processes, cookies, since all
/// ports of a host share them.
/// </summary>
public sealed class OtherUserTests
{
    private const string Nobody = "65534";

    [SkippableFact]
    public async Task ALinkThatAnotherUserReadsOpensNothingForThemAndIsNotUsedUp()
    {
        SkipUnlessRoot();
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        var token = PageDoor.TokenOf(await PageDoor.LinkAsync(service.Base, GuardedService.Key));
        var theirs = await AsNobodyAsync(service, "POST", "/rest/noauth/auth/link", $"{{\"token\":\"{token}\"}}");
        Assert.Contains(" 403 ", theirs, StringComparison.Ordinal);
        Assert.Contains("another one", theirs, StringComparison.Ordinal);
        Assert.DoesNotContain("sessionid-", theirs, StringComparison.Ordinal);

        using var owner = service.Http(new CookieContainer());
        using (var answer = await PageDoor.RedeemAsync(owner, token))
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(owner, await GuardedService.TokenAsync(owner)));
        await service.WrittenAsync("tried to open the page with a link that was made for its owner");
        using var program = service.Http(key: GuardedService.Key);
        var problems = JsonNode.Parse(await program.GetStringAsync("rest/foldersync/problems"))!.AsArray();
        Assert.Single(problems, p => ((string)p!["text"]!).Contains($"(number {Nobody}) tried to open FolderSync's page", StringComparison.Ordinal));
        // Guesses are not reported: they would fill the list.
        var guess = await AsNobodyAsync(service, "POST", "/rest/noauth/auth/link", $"{{\"token\":\"{new string('0', token.Length)}\"}}");
        Assert.Contains("not valid", guess, StringComparison.Ordinal);
        Assert.Equal(problems.Count, JsonNode.Parse(await program.GetStringAsync("rest/foldersync/problems"))!.AsArray().Count);
    }

    [SkippableFact]
    public async Task TheOwnersCookiesAreOfNoUseToAnotherUser()
    {
        SkipUnlessRoot();
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        var cookies = new CookieContainer();
        using var owner = service.Http(cookies);
        await PageDoor.OpenAsync(owner, GuardedService.Key);
        var token = await GuardedService.TokenAsync(owner);
        var stolen = $"Cookie: {cookies.GetCookieHeader(service.Base)}\r\nX-CSRF-Token: {token}\r\n";
        Assert.Contains("sessionid-", stolen, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(owner, token));
        foreach (var path in (string[])["/rest/system/status", "/rest/config", "/app.js", "/metrics"])
        {
            var theirs = await AsNobodyAsync(service, "GET", path, headers: stolen);
            Assert.True(theirs.StartsWith("HTTP/1.1 403 ", StringComparison.Ordinal), $"{path}: {theirs}");
        }
        var front = await AsNobodyAsync(service, "GET", "/", headers: stolen);
        Assert.StartsWith("HTTP/1.1 302 ", front, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", front, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"authenticated\":false", await AsNobodyAsync(service, "GET", "/meta.js", headers: stolen), StringComparison.Ordinal);
        // Somebody who closes at once, so that the kernel forgets who it was, changes nothing either.
        await AsNobodyAsync(service, "POST", "/rest/system/shutdown", "{}", stolen, waits: false);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(owner, token));
        Assert.Contains("403", await AsNobodyAsync(service, "POST", "/rest/system/shutdown", "{}", stolen), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(owner, token));
    }

    [Fact]
    public async Task TheLinkIsPrintedOnATerminalOnly()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        using var program = service.Http(key: GuardedService.Key);
        await service.WrittenAsync("The page and the REST interface are at");
        Assert.DoesNotContain("open.html#", service.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("open.html#", await program.GetStringAsync("rest/system/log.txt"), StringComparison.Ordinal);
        Assert.Contains("`foldersync open`", service.Log, StringComparison.Ordinal);

        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("terminal", scratch.In("home"));
        string[] serve = [.. TestSettings.Program, "serve", "--home", device.Home, "--no-browser", "--gui-address", $"127.0.0.1:{device.PagePort}", "--gui-apikey", SyncDevice.ApiKey];
        await using var terminal = ChildProcess.Start("script", ["-qefc", "exec " + string.Join(' ', serve.Select(a => $"'{a}'")), "/dev/null"], FolderSyncProcess.Surroundings(scratch.Make("tmp")));
        await terminal.WrittenAsync("Later: foldersync open");
        var link = System.Text.RegularExpressions.Regex.Match(terminal.Log, $"http://127\\.0\\.0\\.1:{device.PagePort}/open\\.html#[0-9a-f]{{64}}/").Value;
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{device.PagePort}/") };
        using var answer = await PageDoor.RedeemAsync(browser, PageDoor.TokenOf(link));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static void SkipUnlessRoot() => Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "becomes another user");

    /// <param name="waits">False: closes as soon as the request is sent.</param>
    private static async Task<string> AsNobodyAsync(GuardedService service, string method, string path, string body = "", string headers = "", bool waits = true)
    {
        var request = $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{service.Port}\r\nConnection: close\r\n{headers}" +
            (body.Length > 0 ? $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n" : "") + $"\r\n{body}";
        var ended = await ChildProcess.RunAsync(
            "setpriv",
            [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{service.Port}; printf '%s' \"$REQUEST\" >&3; {(waits ? "cat <&3" : "exec 3>&-")}"],
            new Dictionary<string, string?> { ["REQUEST"] = request });
        return ended.Output;
    }
}
