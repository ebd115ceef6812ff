using System.Net;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>What protects the service from other sites' pages.</summary>
public sealed class PageGateTests
{
    [Fact]
    public async Task EveryAnswerForbidsForeignScriptsAndFrames()
    {
        await using var cluster = new Cluster();
        var a = await cluster.AddFolderSyncAsync("anna");
        using var http = Http(a);
        foreach (var path in (string[])["", "app.js", "style.css", "icon.svg", "rest/noauth/health", "rest/system/status", "missing"])
        {
            using var answer = await http.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        }
    }

    [Fact]
    public async Task AForeignNameForThisComputerIsRefused()
    {
        await using var cluster = new Cluster();
        var a = await cluster.AddFolderSyncAsync("anna");
        using var http = Http(a);
        foreach (var (host, path) in from h in (string[])["evil.example", "evil.example:8384", "127.0.0.1.evil.example"]
                                     from p in (string[])["", "app.js", "rest/system/status", "rest/noauth/health"]
                                     select (h, p))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host;
            using var answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task AForeignPageIsRefusedEvenWithAToken()
    {
        (string, string)[] foreign =
        [
            ("Origin", "http://evil.example"), ("Origin", "null"), ("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
        ];
        await using var cluster = new Cluster();
        var a = await cluster.AddFolderSyncAsync("anna");
        using var http = await OpenedAsync(a);
        var token = await TokenAsync(http);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(http, token));
        foreach (var header in foreign)
            Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, token, header));
    }

    [Fact]
    public async Task WithoutATokenOfThisRunNothingIsAnswered()
    {
        await using var cluster = new Cluster();
        var a = await cluster.AddFolderSyncAsync("anna");
        using var http = await OpenedAsync(a);
        var token = await TokenAsync(http);
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, null));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, new string('0', token.Length)));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(http, token));
        await a.TerminateAsync();
        await a.StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, token));
    }

    private static HttpClient Http(SyncDevice device) =>
        new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{device.PagePort}/") };

    private static async Task<HttpClient> OpenedAsync(SyncDevice device)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{device.PagePort}/") };
        await PageDoor.OpenAsync(http, SyncDevice.ApiKey);
        return http;
    }

    private static async Task<string> TokenAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("");
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("foldersync-token=", StringComparison.Ordinal));
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        return cookie.Split(';')[0].Split('=')[1];
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string? token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "rest/system/ping");
        if (token is not null)
            request.Headers.Add("X-CSRF-Token", token);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
