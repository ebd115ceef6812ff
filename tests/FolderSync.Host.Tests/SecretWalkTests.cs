using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Api;
using FolderSync.Api.Access;
using FolderSync.Api.Service;
using FolderSync.CommandLine.Commands;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Host.Service;
using FolderSync.Platform;
using FolderSync.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FolderSync.Host.Tests;

/// <summary>Walks all routes of the running service: as somebody without key and session, and as a session of the page.</summary>
public sealed class SecretWalkTests : IAsyncLifetime
{
    private const string Key = "the-key-of-the-secret-walk-0123456789";

    /// <summary>"rasmuslerdorf", from PHP's documentation.</summary>
    private const string Hash = "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a";
    private const string Password = "rasmuslerdorf";

    private const string Peer = "MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD";
    private const string PeerName = "peer-of-the-walk";
    private const string FolderName = "label-of-the-walk";

    /// <summary>What a browser gets that has no session: nothing in it is anybody's.</summary>
    private static readonly HashSet<string> Open = new(StringComparer.Ordinal)
    {
        "GET /rest/noauth/health", "GET /meta.js", "GET /open.html", "GET /open.js", "GET /login.html", "GET /login.js", "GET /login.css", "GET /style.css", "GET /icon.svg",
        "GET /theme.js", "POST /rest/noauth/auth/password", "POST /rest/noauth/auth/link", "POST /rest/noauth/auth/logout",
    };

    /// <summary>Routes that don't only read, or whose answer comes when there is news.</summary>
    private static readonly HashSet<string> NotWalked = new(StringComparer.Ordinal) { "/rest/events", "/rest/events/disk" };

    private readonly string _home = Directory.CreateTempSubdirectory("foldersync-walk-").FullName;
    private readonly int _port = FreePorts.Next();
    private ApiServer _app = null!;
    private ConfigStore _config = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _config.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_key_and_session_no_route_gives_anything_away(bool withPassword)
    {
        await StartAsync(withPassword);
        using var stranger = Http();
        string[] secrets = [Key, Hash, PeerName, FolderName, _home, Peer];
        var count = 0;
        foreach (var (method, path) in Routes())
        {
            // A foreign page's token is of no use, nor is one that somebody made up.
            using var request = new HttpRequestMessage(method, path) { Headers = { { "X-CSRF-Token", new string('0', 32) } } };
            if (method != HttpMethod.Get)
                request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await stranger.SendAsync(request);
            var text = $"{answer.Headers}{await answer.Content.ReadAsStringAsync()}";
            Assert.All(secrets, s => Assert.DoesNotContain(s, text, StringComparison.Ordinal));
            Assert.DoesNotContain("foldersync-token=", text, StringComparison.Ordinal);
            Assert.DoesNotContain("CSRF-Token-", text, StringComparison.Ordinal);
            count++;
            if (Open.Contains($"{method} {path}"))
                continue;
            if (path is "/" or "/index.html")
                Assert.Equal((HttpStatusCode.Redirect, withPassword ? "login.html" : "open.html"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
            else
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {path}: {(int)answer.StatusCode} {text}");
        }
        Assert.True(count > 150, $"Only {count} routes");
        // Nothing was changed, and the key opens everything still.
        Assert.Equal((Key, withPassword ? Hash : ""), (_config.Current.Page.ApiKey, _config.Current.Page.PasswordHash));
        using var program = Http(Key);
        Assert.Contains(Key, await program.GetStringAsync("rest/config"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_of_the_page_finds_neither_the_key_nor_the_hash(bool withPassword)
    {
        await StartAsync(withPassword);
        using var page = await PageAsync(withPassword);
        using var program = Http(Key);
        // Events are kept for a filter from the first request with it on.
        await page.GetStringAsync("rest/events?events=ConfigSaved&timeout=0");
        // A client keeps a secret of its own here; and an event tells of the change.
        await SendAsync(program, HttpMethod.Patch, "rest/config/gui", """{"someToken": "a-secret-of-a-client"}""");
        await SendAsync(program, HttpMethod.Patch, "rest/config/options", """{"someSecret": "another-secret-of-a-client", "maxSendKbps": 7}""");
        string[] secrets = [Key, Hash, "a-secret-of-a-client", "another-secret-of-a-client"];
        List<string> paths = [.. Routes().Where(r => r.Method == HttpMethod.Get && !NotWalked.Contains(r.Path)).Select(r => r.Path.TrimStart('/')),
            "rest/events?timeout=0", "rest/events?events=ConfigSaved&timeout=0", "rest/events/disk?timeout=0",
            "rest/foldersync/settings/page", "rest/config/folders/docs", $"rest/config/devices/{Peer}", "rest/config/defaults/folder", "rest/config/defaults/device",
            "rest/system/log.txt", "rest/foldersync/log?limit=1000", "rest/foldersync/config/yaml"];
        foreach (var path in paths)
        {
            using var answer = await page.GetAsync(path);
            var text = $"{answer.Headers}{await answer.Content.ReadAsStringAsync()}";
            Assert.All(secrets, s => Assert.DoesNotContain(s, text, StringComparison.Ordinal));
            Assert.True(answer.StatusCode != HttpStatusCode.Forbidden, $"{path}: {text}");
        }
        Assert.Contains("\"ConfigSaved\"", await page.GetStringAsync("rest/events?events=ConfigSaved&timeout=0"), StringComparison.Ordinal);
        // Programs get what Syncthing gives them.
        foreach (var path in (string[])["rest/config", "rest/system/config", "rest/config/gui", "rest/events?events=ConfigSaved&timeout=0"])
        {
            var text = await program.GetStringAsync(path);
            Assert.Contains(Key, text, StringComparison.Ordinal);
            Assert.Equal(withPassword, text.Contains(Hash, StringComparison.Ordinal));
        }
        // An answer that a page would wait for is masked, too.
        using var waiting = await page.GetAsync("rest/config/gui");
        Assert.Equal("********", (string?)JsonNode.Parse(await waiting.Content.ReadAsStringAsync())!["apiKey"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_masked_and_comes_back_changes_nothing(bool withPassword)
    {
        await StartAsync(withPassword);
        using var page = await PageAsync(withPassword);
        using var program = Http(Key);
        await SendAsync(program, HttpMethod.Patch, "rest/config/gui", """{"someToken": "a-secret-of-a-client"}""");
        await SendAsync(program, HttpMethod.Patch, "rest/config/folders/docs", """{"someToken": "the-folders-secret"}""");
        await SendAsync(program, HttpMethod.Patch, $"rest/config/devices/{Peer}", """{"someToken": "the-devices-secret"}""");
        await SendAsync(program, HttpMethod.Patch, "rest/config/options", """{"someToken": "the-options-secret"}""");
        await SendAsync(program, HttpMethod.Patch, "rest/config/defaults/folder", """{"someToken": "the-templates-secret"}""");
        var before = await program.GetStringAsync("rest/config");
        var file = await File.ReadAllTextAsync(_config.Home.ConfigFile);
        (string Method, string Path)[] writes =
        [
            ("PUT", "rest/config"), ("POST", "rest/system/config"), ("PUT", "rest/config/gui"), ("PATCH", "rest/config/gui"), ("PUT", "rest/config/options"),
            ("PATCH", "rest/config/options"), ("PUT", "rest/config/folders"), ("PUT", "rest/config/devices"), ("PUT", "rest/config/folders/docs"), ("PATCH", "rest/config/folders/docs"),
            ("PUT", $"rest/config/devices/{Peer}"), ("PATCH", $"rest/config/devices/{Peer}"), ("PUT", "rest/config/defaults/folder"), ("PATCH", "rest/config/defaults/folder"),
            ("PUT", "rest/config/defaults/device"), ("PATCH", "rest/config/ldap"),
        ];
        foreach (var (method, path) in writes)
        {
            var read = await page.GetStringAsync(path.Replace("system/config", "config", StringComparison.Ordinal));
            Assert.True(path.Contains("ldap", StringComparison.Ordinal) || path.Contains("defaults/device", StringComparison.Ordinal) || read.Contains("********", StringComparison.Ordinal), path);
            await SendAsync(page, new HttpMethod(method), path, read);
            Assert.Equal(before, await program.GetStringAsync("rest/config"));
            Assert.True(file == await File.ReadAllTextAsync(_config.Home.ConfigFile), $"{method} {path} changed the file.");
        }
        foreach (var list in (string[])["folders", "devices"])
        {
            foreach (var item in JsonNode.Parse(await page.GetStringAsync($"rest/config/{list}"))!.AsArray())
                await SendAsync(page, HttpMethod.Post, $"rest/config/{list}", item!.ToJsonString());
            Assert.Equal(before, await program.GetStringAsync("rest/config"));
        }
        var options = JsonNode.Parse(await page.GetStringAsync("rest/foldersync/settings/page"))!["options"]!.AsArray();
        var secrets = options.Where(o => (bool)o!["secret"]!).ToDictionary(o => (string)o!["key"]!, o => (string)o!["value"]!);
        Assert.Equal(("********", withPassword ? "********" : ""), (secrets["api-key"], secrets["password-hash"]));
        await SendAsync(page, HttpMethod.Patch, "rest/foldersync/settings/page", new JsonObject([.. secrets.Where(s => s.Value.Length > 0).Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))]).ToJsonString());
        Assert.Equal(before, await program.GetStringAsync("rest/config"));
        Assert.Equal(file, await File.ReadAllTextAsync(_config.Home.ConfigFile));
        Assert.DoesNotContain("********", await program.GetStringAsync("rest/config"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_key_is_shown_by_one_route_after_a_confirmation(bool withPassword)
    {
        await StartAsync(withPassword);
        using var page = await PageAsync(withPassword);
        var right = withPassword ? $$"""{"password": "{{Password}}"}""" : """{"confirm": true}""";
        foreach (var wrong in (string[])["{}", """{"confirm": false}""", """{"password": "wrong"}""", withPassword ? """{"confirm": true}""" : $$"""{"password": "{{Password}}"}"""])
        {
            using var refused = await AskAsync(page, HttpMethod.Post, "rest/foldersync/page/key", wrong);
            Assert.True(refused.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden, $"{wrong}: {refused.StatusCode}");
            Assert.DoesNotContain(Key, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            // Wrong passwords delay: a right one in between keeps the test quick.
            using var between = await AskAsync(page, HttpMethod.Post, "rest/foldersync/page/key", right);
            Assert.Equal(Key, (string?)JsonNode.Parse(await between.Content.ReadAsStringAsync())!["apiKey"]);
        }
        // Not for a foreign page, nor without the page's token.
        page.DefaultRequestHeaders.Remove("X-CSRF-Token");
        using var bare = await AskAsync(page, HttpMethod.Post, "rest/foldersync/page/key", right);
        Assert.Equal(HttpStatusCode.Forbidden, bare.StatusCode);
        // And a session makes no links, which would outlive it.
        using var link = await AskAsync(page, HttpMethod.Post, "rest/foldersync/page/link", "{}");
        Assert.Equal(HttpStatusCode.Forbidden, link.StatusCode);
    }

    [Fact]
    public async Task Sessions_end_with_the_key_and_with_a_password_except_that_of_who_changed_the_key()
    {
        await StartAsync(withPassword: false);
        using var mine = await PageAsync(withPassword: false);
        using var other = await PageAsync(withPassword: false);
        await SendAsync(mine, HttpMethod.Patch, "rest/foldersync/settings/page", """{"api-key": "another-key-of-the-walk-0123456789"}""");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(mine));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(other));
        using var old = Http(Key);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(old));
        await SendAsync(mine, HttpMethod.Patch, "rest/config/gui", """{"password": "set on the page"}""");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(mine));
        // Where a password is set, links open nothing.
        Assert.Equal($"http://127.0.0.1:{_port}/#/log", _app.Services.GetRequiredService<PageLinks>().Create("log", isPrinted: false));
    }

    private async Task StartAsync(bool withPassword)
    {
        var home = new HomeDirectory(_home);
        var ready = await HomeSetup.EnsureAsync(home, "test", CancellationToken.None);
        var folder = Path.Combine(_home, "the-folder-of-the-walk");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(home.ConfigFile, $"""
            device:
              name: walker
            page:
              address: 127.0.0.1:{_port}
              api-key: {Key}
              {(withPassword ? $"password-hash: {Hash}" : "open-browser: false")}
            network:
              listen: ["tcp://127.0.0.1:{FreePorts.Next()}"]
              local-discovery: false
            devices:
              - id: {Peer}
                name: {PeerName}
                addresses: ["tcp://127.0.0.1:1"]
            folders:
              - id: docs
                label: {FolderName}
                path: {folder}
                devices: [{Peer}]
            """);
        _config = ConfigStore.Open(home, ConfigOverrides.None, ready.Identity.DeviceId);
        Assert.Null(_config.Error);
        var ports = new ReservedPorts(ReservedPort.TryReserve(IPAddress.Loopback, _port, out _)!, null);
        var options = new ServeOptions(home, ConfigOverrides.None, true, LogLevel.Information);
        _app = Composition.Build(options, _config, ready.Identity, new PageEndpoint(_config.Current.Page, $"http://127.0.0.1:{_port}/", false), ports);
        await _app.StartAsync(CancellationToken.None);
    }

    /// <summary>All routes with all their methods; parts that vary name what there is.</summary>
    private IEnumerable<(HttpMethod Method, string Path)> Routes() =>
        from endpoint in _app.Routes.DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>()
        let text = endpoint.RoutePattern.RawText!
        let path = "/" + text.TrimStart('/').Replace("{**path}", "nothing", StringComparison.Ordinal).Replace("{section}", "page", StringComparison.Ordinal)
            .Replace("{id}", text.Contains("device", StringComparison.Ordinal) ? Peer : "docs", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]
        select (new HttpMethod(method), path);

    private HttpClient Http(string? key = null)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{_port}/"), Timeout = TestLimits.Timeout };
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-API-Key", key);
        return http;
    }

    /// <summary>With a session and the page's token.</summary>
    private async Task<HttpClient> PageAsync(bool withPassword)
    {
        var page = Http();
        var token = withPassword ? "" : new Uri(_app.Services.GetRequiredService<PageLinks>().Create("", isPrinted: false)).Fragment.TrimStart('#').Split('/')[0];
        using var opened = withPassword
            ? await AskAsync(page, HttpMethod.Post, "rest/noauth/auth/password", $$"""{"password": "{{Password}}"}""")
            : await AskAsync(page, HttpMethod.Post, "rest/noauth/auth/link", $$"""{"token": "{{token}}"}""");
        Assert.Equal(HttpStatusCode.NoContent, opened.StatusCode);
        using var front = await page.GetAsync("");
        var cookies = front.Headers.GetValues("Set-Cookie").ToList();
        page.DefaultRequestHeaders.Add("X-CSRF-Token", cookies.Single(c => c.StartsWith("foldersync-token=", StringComparison.Ordinal)).Split(';')[0].Split('=')[1]);
        var session = (withPassword ? opened.Headers.GetValues("Set-Cookie") : cookies).Last(c => c.StartsWith("sessionid-", StringComparison.Ordinal) && !c.Contains("=;", StringComparison.Ordinal));
        Assert.Contains("httponly", session, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", session, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(!withPassword, session.Contains("max-age=31536000", StringComparison.Ordinal));
        return page;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("rest/system/status");
        return answer.StatusCode;
    }

    private static async Task SendAsync(HttpClient http, HttpMethod method, string path, string body)
    {
        using var answer = await AskAsync(http, method, path, body);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient http, HttpMethod method, string path, string body) =>
        http.SendAsync(new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
}
