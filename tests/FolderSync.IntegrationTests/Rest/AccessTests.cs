using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>Access control: on loopback and off it, with and without a password, over HTTPS.</summary>
public sealed class AccessTests
{
    /// <summary>"rasmuslerdorf", from PHP's documentation.</summary>
    private const string Hash = "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a";
    private const string Password = "rasmuslerdorf";

    [Fact]
    public async Task OffLoopbackWithoutAPasswordOnlyTheKeyOpens()
    {
        await using var service = await GuardedService.StartAsync("0.0.0.0");
        using var stranger = service.Http(new CookieContainer());
        foreach (var path in (string[])["", "index.html", "login.html", "login.js", "app.js", "style.css", "meta.js", "metrics", "qr/?text=x", "rest/system/status", "rest/config", "rest/events", "nothing"])
        {
            using var answer = await stranger.GetAsync(path);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{path}: {answer.StatusCode}");
            Assert.Contains("no password", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
        using (var answer = await GuardedService.LogInAsync(stranger, "", ""))
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var program = service.Http(key: GuardedService.Key);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(program));
        await service.WrittenAsync("no password is set");
        var errors = JsonNode.Parse(await program.GetStringAsync("rest/system/error"))!["errors"]!.AsArray();
        Assert.Contains(errors, e => ((string)e!["message"]!).Contains("no password is set", StringComparison.Ordinal));
        Assert.DoesNotContain(GuardedService.Key, service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APasswordSetByTheCommandOpensThePageToWhoKnowsIt()
    {
        await using var service = await GuardedService.StartAsync("0.0.0.0");
        using var stranger = service.Http();
        Assert.Equal(HttpStatusCode.Forbidden, await GuardedService.StatusAsync(stranger, path: ""));
        var ended = await WithInputAsync(service.Home, "correct horse\n", "--user", "anna");
        Assert.True(ended.ExitCode == 0, ended.All);
        Assert.DoesNotContain("correct horse", await File.ReadAllTextAsync(service.ConfigFile), StringComparison.Ordinal);
        Assert.StartsWith("# A comment that stays.\n", await File.ReadAllTextAsync(service.ConfigFile), StringComparison.Ordinal);

        using var browser = service.Http(new CookieContainer());
        await service.UntilAsync("that the password is in force", async () =>
        {
            using var front = await stranger.GetAsync("");
            return front.StatusCode == HttpStatusCode.Redirect && front.Headers.Location!.OriginalString == "login.html";
        });
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(browser, path: "login.html"));
        Assert.Contains("\"asksForUser\":true", await browser.GetStringAsync("meta.js"), StringComparison.Ordinal);
        using (var wrong = await GuardedService.LogInAsync(browser, "anna", "wrong"))
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        using (var wrong = await GuardedService.LogInAsync(browser, "berta", "correct horse"))
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        using (var right = await GuardedService.LogInAsync(browser, "anna", "correct horse"))
        {
            Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
            var cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"), c => c.StartsWith("sessionid-", StringComparison.Ordinal) && !c.Contains("expires=", StringComparison.Ordinal));
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        }
        var token = await GuardedService.TokenAsync(browser);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(browser, token));
        Assert.Equal(HttpStatusCode.Forbidden, await GuardedService.StatusAsync(browser));
        Assert.Equal(HttpStatusCode.Forbidden, await GuardedService.StatusAsync(stranger, token));
        Assert.Contains("\"authenticated\":true", await browser.GetStringAsync("meta.js"), StringComparison.Ordinal);

        using var events = service.Http(key: GuardedService.Key);
        var attempts = JsonNode.Parse(await events.GetStringAsync("rest/events?timeout=0"))!.AsArray().Where(e => (string)e!["type"]! == "LoginAttempt").ToList();
        Assert.Equal([false, false, true], attempts.Select(a => (bool)a!["data"]!["success"]!));
        Assert.All(attempts, a => Assert.Equal("127.0.0.1", (string)a!["data"]!["remoteAddress"]!));

        using (var bye = await browser.PostAsync("rest/noauth/auth/logout", null))
            Assert.Equal(HttpStatusCode.NoContent, bye.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, await GuardedService.StatusAsync(browser, token));
        Assert.DoesNotContain("correct horse", service.Log, StringComparison.Ordinal);

        // A new password ends every session; removing it disables the page again.
        using (var again = await GuardedService.LogInAsync(browser, "anna", "correct horse"))
            Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        token = await GuardedService.TokenAsync(browser);
        Assert.Equal(0, (await WithInputAsync(service.Home, "another\n")).ExitCode);
        await service.UntilAsync("that the session ends", async () => await GuardedService.StatusAsync(browser, token) == HttpStatusCode.Forbidden);
        Assert.Equal(0, (await FolderSyncProcess.RunAsync("password", "--home", service.Home, "--off")).ExitCode);
        await service.UntilAsync("that the page is shut", async () => await GuardedService.StatusAsync(stranger, path: "login.html") == HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task WrongPasswordsAreSlowedDown()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1", $"  password-hash: {Hash}");
        using var http = service.Http();
        List<HttpStatusCode> answers = [];
        for (var i = 0; i < 12; i++)
        {
            using var answer = await GuardedService.LogInAsync(http, "", $"guess {i}");
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
        Assert.All(answers.Take(4), a => Assert.Equal(HttpStatusCode.Forbidden, a));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        // The API key doesn't depend on the password: programs continue.
        using var program = service.Http(key: GuardedService.Key);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(program));
        await service.WrittenAsync("Login with a wrong name or password");
    }

    /// <summary>Another user of this computer guesses; the owner logs in all the same.</summary>
    [SkippableFact]
    public async Task GuessesOfAnotherUserDoNotLockTheOwnerOut()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "becomes another user");
        await using var service = await GuardedService.StartAsync("127.0.0.1", $"  password-hash: {Hash}");
        for (var i = 0; i < 8; i++)
        {
            var body = $"{{\"password\":\"guess {i}\"}}";
            var guess = await ChildProcess.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-c",
                $"exec 3<>/dev/tcp/127.0.0.1/{service.Port}; printf 'POST /rest/noauth/auth/password HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\nContent-Length: {body.Length}\\r\\n\\r\\n{body}' >&3; cat <&3"]);
            Assert.True(guess.Output.Contains(i < 4 ? " 403 " : " 429 ", StringComparison.Ordinal), $"{i}: {guess.All}");
        }
        using var http = service.Http();
        using var answer = await GuardedService.LogInAsync(http, "", Password);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>As behind one NAT: a browser that has logged in before isn't refused for what others guess from its address.</summary>
    [Fact]
    public async Task GuessesFromTheSameAddressDoNotLockOutABrowserThatIsKnown()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1", $"  password-hash: {Hash}");
        using var browser = service.Http(new CookieContainer());
        using (var first = await GuardedService.LogInAsync(browser, "", Password))
            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        using var guesser = service.Http();
        var last = HttpStatusCode.OK;
        for (var i = 0; i < 8; i++)
        {
            using var answer = await GuardedService.LogInAsync(guesser, "", $"guess {i}");
            last = answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        using (var again = await GuardedService.LogInAsync(browser, "", Password))
            Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        // Its own guesses delay it like anybody's.
        for (var i = 0; i < 8; i++)
        {
            using var answer = await GuardedService.LogInAsync(browser, "", $"guess {i}");
            last = answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    [Fact]
    public async Task BasicCredentialsOpenASessionAndReplaceNoToken()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1", $"  user: anna\n  password-hash: {Hash}");
        using var browser = service.Http(new CookieContainer());
        browser.DefaultRequestHeaders.Authorization = Basic("anna", Password);
        var token = await GuardedService.TokenAsync(browser);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(browser, token));
        Assert.Equal(HttpStatusCode.Forbidden, await GuardedService.StatusAsync(browser));
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(browser, path: "metrics"));
        browser.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(browser, token));

        using var stranger = service.Http();
        foreach (var wrong in (AuthenticationHeaderValue[])[Basic("anna", "wrong"), Basic("berta", Password), new("Basic", "no base64!"), new("Bearer", "wrong"), new("Digest", "x")])
        {
            stranger.DefaultRequestHeaders.Authorization = wrong;
            Assert.Equal(HttpStatusCode.Forbidden, await GuardedService.StatusAsync(stranger, token, "metrics"));
        }
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", GuardedService.Key);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(stranger));
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task NoForeignPageLogsAPersonIn(string header, string value)
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1", $"  password-hash: {Hash}");
        using var http = service.Http();
        http.DefaultRequestHeaders.Add(header, value);
        using var answer = await GuardedService.LogInAsync(http, "", Password);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task OverHttpsCookiesAreSecureAndTheCertificateIsOurOwn()
    {
        await using var service = await GuardedService.StartAsync("0.0.0.0", $"  password-hash: {Hash}", tls: true);
        using var browser = service.Http(new CookieContainer());
        using (var right = await GuardedService.LogInAsync(browser, "", Password, stay: true))
        {
            Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
            var cookie = right.Headers.GetValues("Set-Cookie").Single(c => c.Contains("max-age=2592000", StringComparison.Ordinal));
            Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        }
        using var page = await browser.GetAsync("");
        Assert.All(page.Headers.GetValues("Set-Cookie"), c => Assert.Contains("secure", c, StringComparison.OrdinalIgnoreCase));
        foreach (var file in (string[])["https-cert.pem", "https-key.pem"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(service.Home, file)));
        // Plain HTTP on the same port gets no response.
        Assert.DoesNotContain("200", (await RawHttp.SendAsync(service.Port, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAnswerTellsVersionAndIdAndNoneAllowsOtherOrigins()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        using var http = service.Http();
        http.DefaultRequestHeaders.Add("Origin", "http://evil.example");
        foreach (var path in (string[])["", "rest/noauth/health", "rest/system/status", "rest/nothing", "missing.png", "meta.js", "metrics"])
        {
            using var answer = await http.GetAsync(path);
            Assert.StartsWith("v", Assert.Single(answer.Headers.GetValues("X-Syncthing-Version")), StringComparison.Ordinal);
            Assert.Equal(63, Assert.Single(answer.Headers.GetValues("X-Syncthing-ID")).Length);
            Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
            Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        }
    }

    [Fact]
    public async Task SyncthingsNamesForTheTokenWork()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        using var browser = service.Http(new CookieContainer());
        await PageDoor.OpenAsync(browser, GuardedService.Key);
        using var page = await browser.GetAsync("");
        var cookie = page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("CSRF-Token-", StringComparison.Ordinal)).Split(';')[0].Split('=');
        Assert.Contains($"\"deviceIDShort\":\"{cookie[0]["CSRF-Token-".Length..]}\"", await browser.GetStringAsync("meta.js"), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "rest/system/status") { Headers = { { "X-" + cookie[0], cookie[1] } } };
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task ThePasswordIsSetOverRestAsSyncthingTakesIt()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        using var program = service.Http(key: GuardedService.Key);
        using var browser = service.Http(new CookieContainer());
        foreach (var (given, password) in ((string, string)[])[("set over REST", "set over REST"), (Hash, Password)])
        {
            using var patch = await program.PatchAsync("rest/config/gui", Json(new JsonObject { ["user"] = "anna", ["password"] = given }));
            Assert.Equal(HttpStatusCode.OK, patch.StatusCode);
            using var right = await GuardedService.LogInAsync(browser, "anna", password);
            Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
        }
        Assert.Contains(Hash, await File.ReadAllTextAsync(service.ConfigFile), StringComparison.Ordinal);
        // Posting the whole configuration back doesn't change it.
        var whole = await program.GetStringAsync("rest/config");
        using (var put = await program.PutAsync("rest/config", new StringContent(whole)))
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(whole, await program.GetStringAsync("rest/config"));
        using (var off = await program.PatchAsync("rest/config/gui", Json(new JsonObject { ["password"] = "" })))
            Assert.Equal(HttpStatusCode.OK, off.StatusCode);
        using var closed = await browser.GetAsync("");
        Assert.Equal("open.html", closed.Headers.Location?.OriginalString);
    }

    /// <summary>Commands find the new key at once, so that the page can be opened.</summary>
    [Fact]
    public async Task WithAChangedApiKeyTheNextLinkOpensThePage()
    {
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        using var program = service.Http(key: GuardedService.Key);
        using var browser = service.Http(new CookieContainer());
        await PageDoor.OpenAsync(browser, GuardedService.Key);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(browser, path: ""));
        using (var patch = await program.PatchAsync("rest/config/gui", Json(new JsonObject { ["apiKey"] = "another-key-of-the-guarded-service" })))
            Assert.Equal(HttpStatusCode.OK, patch.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, await GuardedService.StatusAsync(browser, path: ""));
        var printed = await FolderSyncProcess.RunAsync("open", "--print", "--home", service.Home);
        Assert.True(printed.ExitCode == 0, printed.All);
        using var opened = await PageDoor.RedeemAsync(browser, PageDoor.TokenOf(printed.Output.Trim()));
        Assert.Equal(HttpStatusCode.NoContent, opened.StatusCode);
        Assert.Contains("max-age=31536000", Assert.Single(opened.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await GuardedService.StatusAsync(browser, path: ""));
    }

    [SkippableTheory]
    [InlineData("1.19")]
    [InlineData("1.29")]
    public async Task ARealSyncthingsPasswordIsTakenOverByItsHash(string version)
    {
        using var scratch = new ScratchDirectory();
        await using var real = await SyncthingProcess.StartAsync(version, "real", scratch.In("home"));
        await real.Rest.PatchAsync("config/gui", new JsonObject { ["user"] = "anna", ["password"] = "of Syncthing" });
        await using var service = await GuardedService.StartAsync("127.0.0.1");
        var hash = "";
        // Its listener is reopened after the change.
        await service.UntilAsync("that Syncthing is there again", async () => (hash = (string)(await real.Rest.GetAsync("config/gui"))["password"]!).StartsWith("$2", StringComparison.Ordinal));
        using var program = service.Http(key: GuardedService.Key);
        using (var patch = await program.PatchAsync("rest/config/gui", Json(new JsonObject { ["user"] = "anna", ["password"] = hash })))
            Assert.Equal(HttpStatusCode.OK, patch.StatusCode);
        using var browser = service.Http(new CookieContainer());
        using (var wrong = await GuardedService.LogInAsync(browser, "anna", hash))
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        using var right = await GuardedService.LogInAsync(browser, "anna", "of Syncthing");
        Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task NoPasswordIsNoPassword(string input)
    {
        using var scratch = new ScratchDirectory();
        var device = await FolderSyncProcess.MakeAsync("x", scratch.In("home"));
        var before = await File.ReadAllTextAsync(device.ConfigFile);
        var ended = await WithInputAsync(device.Home, input);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("empty", ended.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(device.ConfigFile));
    }

    private static StringContent Json(JsonNode json) => new(json.ToJsonString(), Encoding.UTF8, "application/json");

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static Task<ProcessResult> WithInputAsync(string home, string input, params string[] more) => ChildProcess.RunAsync(
        "sh", ["-c", "printf '%s' \"$INPUT\" | \"$@\"", "sh", .. TestSettings.Program, "password", "--home", home, .. more], new Dictionary<string, string?> { ["INPUT"] = input });
}
