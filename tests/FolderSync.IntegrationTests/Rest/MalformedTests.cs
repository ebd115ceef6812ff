using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>Requests that are invalid in every way: each is refused, none has an effect, and the service continues.</summary>
public sealed class MalformedTests(ConfiguredDevice configured) : IClassFixture<ConfiguredDevice>, IAsyncLifetime
{
    private int Port => configured.Ours.PagePort;

    private static string Key => $"X-API-Key: {SyncDevice.ApiKey}\r\n";

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>After each test the service runs, and its configuration is unchanged.</summary>
    public async Task DisposeAsync()
    {
        Assert.Equal("pong", (string)(await configured.Ours.Rest.GetAsync("system/ping"))["ping"]!);
        Assert.Empty((await configured.Ours.Rest.GetAsync("config/folders")).AsArray());
    }

    public static TheoryData<string, string> Requests => new()
    {
        { "no HTTP", "hello\r\n\r\n" },
        { "no path", "GET HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "unknown version", "GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n" },
        { "no host", "GET /rest/system/status HTTP/1.1\r\nKEY\r\n" },
        { "two hosts", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n" },
        { "host with a path", "GET / HTTP/1.1\r\nHost: 127.0.0.1/evil\r\n\r\n" },
        { "target of another host", "GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "header without a colon", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nnonsense\r\n\r\n" },
        { "NUL in a header", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n" },
        { "folded header", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n X-API-Key: x\r\n\r\n" },
        { "negative length", "POST /rest/config/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nKEYContent-Length: -1\r\n\r\n" },
        { "two lengths", "POST /rest/config/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nKEYContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x" },
        { "length and chunks", "POST /rest/config/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nKEYContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "bad chunk", "POST /rest/config/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nKEYTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" },
        { "endless chunk length", "POST /rest/config/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nKEYTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}" },
        { "unknown coding", "POST /rest/config/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nKEYTransfer-Encoding: gzip\r\n\r\n{}" },
        { "traversal", "GET /../../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "coded traversal", "GET /%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "coded slashes", "GET /..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "backslashes", "GET /..\\..\\config.yaml HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "NUL in the path", "GET /index.html%00.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "no UTF-8 in the path", "GET /%ff%fe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "the key in the URL", $"GET /rest/system/status?apikey={SyncDevice.ApiKey}&X-API-Key={SyncDevice.ApiKey} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n" },
        { "TRACE", "TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
        { "preflight of a foreign page", "OPTIONS /rest/config HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task IsRefused(string name, string request)
    {
        var answer = await RawHttp.SendAsync(Port, request.Replace("KEY", Key, StringComparison.Ordinal));
        var status = RawHttp.StatusOf(answer);
        Assert.True(status is 0 or (>= 400 and < 500) or 501 or 505, $"{name}: {answer}");
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("myID", answer, StringComparison.Ordinal);
    }

    /// <summary>How far the server has read when the client closes depends on timing.</summary>
    [Theory]
    [InlineData("/rest/config/folders")]
    [InlineData("/rest/system/error")]
    public async Task ABodyThatBreaksOffIsNeverTheServersFault(string path)
    {
        for (var i = 0; i < 500; i++)
        {
            var answer = await RawHttp.SendAsync(Port, $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{Key}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{{}}");
            Assert.True(RawHttp.StatusOf(answer) is 0 or 400, answer);
        }
    }

    [Theory]
    [InlineData("a long line", 1, 20_000)]
    [InlineData("a big header", 1, 40_000)]
    [InlineData("many headers", 500, 20)]
    public async Task HeadersAreBounded(string name, int count, int length)
    {
        var text = new StringBuilder(name == "a long line" ? $"GET /{new string('a', length)} HTTP/1.1\r\n" : "GET / HTTP/1.1\r\n").Append("Host: 127.0.0.1\r\n");
        for (var i = 0; i < count && name != "a long line"; i++)
            text.Append("X-").Append(i).Append(": ").Append('x', length).Append("\r\n");
        var status = RawHttp.StatusOf(await RawHttp.SendAsync(Port, text.Append("\r\n").ToString()));
        // If the connection ends before everything was sent, the response may be lost.
        Assert.True(status is 414 or 431 or 0, $"{name}: {status}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BodiesAreBounded(bool tellsLength)
    {
        var body = Encoding.UTF8.GetBytes("{\"id\":\"big\",\"path\":\"/tmp/big\",\"x\":\"" + new string('x', 10_000_000) + "\"}");
        var framing = tellsLength ? $"Content-Length: {body.Length}\r\n\r\n" : $"Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n";
        byte[] request = [.. Encoding.Latin1.GetBytes($"POST /rest/config/folders HTTP/1.1\r\nHost: 127.0.0.1\r\n{Key}{framing}"), .. body, .. tellsLength ? [] : "\r\n0\r\n\r\n"u8];
        for (var i = 0; i < 20; i++)
        {
            // If the connection ends before everything was sent, the response may be lost.
            var status = RawHttp.StatusOf(await RawHttp.SendAsync(Port, request));
            Assert.True(status is 413 or 0, $"{status}");
        }
    }

    [Theory]
    [InlineData("config/folders", "POST", "", 400)]
    [InlineData("config/folders", "POST", "null", 400)]
    [InlineData("config/folders", "POST", "[]", 400)]
    [InlineData("config/folders", "POST", "\"text\"", 400)]
    [InlineData("config/folders", "POST", "{\"id\":\"x\"", 400)]
    [InlineData("config/folders", "POST", "{\"id\":{},\"path\":[]}", 400)]
    [InlineData("config/folders", "POST", "{\"id\":\"x\",\"path\":\"relative\"}", 400)]
    [InlineData("config/folders", "POST", "{\"id\":\"x\",\"path\":\"/tmp/x\",\"devices\":[{\"deviceID\":\"nonsense\"}]}", 400)]
    [InlineData("config/folders", "PUT", "{}", 400)]
    [InlineData("config/folders", "PUT", "[1,2]", 400)]
    [InlineData("config/devices", "POST", "{\"deviceID\":7}", 400)]
    [InlineData("config/options", "PATCH", "{\"maxSendKbps\":\"fast\"}", 400)]
    [InlineData("config/options", "PATCH", "{\"listenAddresses\":\"no list\"}", 400)]
    [InlineData("config/gui", "PATCH", "{\"address\":\"nowhere\"}", 400)]
    [InlineData("config/gui", "PATCH", "{\"useTLS\":\"perhaps\"}", 400)]
    [InlineData("config", "PUT", "{\"folders\":7}", 400)]
    [InlineData("config", "PUT", "{\"folders\":[{\"id\":\"x\"}]}", 400)]
    [InlineData("config/defaults/folder", "PATCH", "{\"type\":\"sideways\"}", 400)]
    [InlineData("config/defaults/ignores", "PUT", "{\"lines\":\"*.tmp\"}", 400)]
    [InlineData("system/loglevels", "POST", "{\"rest\":\"LOUD\"}", 400)]
    [InlineData("system/loglevels", "POST", "{\"nothing\":\"INFO\"}", 404)]
    [InlineData("system/debug?enable=nothing", "POST", "", 404)]
    [InlineData("system/error", "POST", "", 400)]
    [InlineData("system/log?since=yesterday", "GET", null, 400)]
    [InlineData("system/browse?current=/tmp/../etc", "GET", null, 400)]
    [InlineData("svc/random/string?length=1000000000", "GET", null, 400)]
    [InlineData("svc/random/string?length=-1", "GET", null, 400)]
    [InlineData("db/need?folder=x&page=two", "GET", null, 400)]
    [InlineData("db/browse?folder=nothing&prefix=../..", "GET", null, 404)]
    [InlineData("events?since=x", "GET", null, 400)]
    [InlineData("system/pause?device=nobody", "POST", "", 400)]
    [InlineData("cluster/pending/devices?device=nobody", "DELETE", null, 400)]
    [InlineData("cluster/pending/folders", "DELETE", null, 400)]
    [InlineData("noauth/auth/password", "POST", "[]", 400)]
    [InlineData("system/status", "DELETE", null, 404)]
    public async Task IsToldWhatIsWrong(string path, string method, string? body, int wanted)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{Port}/rest/{path}") { Content = body is null ? null : new StringContent(body) };
        request.Headers.Add("X-API-Key", SyncDevice.ApiKey);
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == wanted, $"{(int)answer.StatusCode} {text}");
        Assert.True(text.Trim().Length > 10, "A sentence is expected.");
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeepNestingIsRefused()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{Port}/rest/config/folders") { Content = new StringContent($"{{\"id\":{deep}}}") };
        request.Headers.Add("X-API-Key", SyncDevice.ApiKey);
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task NamesOfOthersComeBackAsTheyAreAndAreNeverMarkup()
    {
        const string name = "<script>alert(1)</script>\u202egnp.exe\u0007\n";
        var id = (await Identities.MakeAsync(configured.Scratch.In("odd"), KeyKind.P256)).ToString();
        await configured.Ours.Rest.PostAsync("config/devices", new JsonObject { ["deviceID"] = id, ["name"] = name });
        Assert.Equal(name, (string)(await configured.Ours.Rest.GetAsync($"config/devices/{id}"))["name"]!);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.Add("X-API-Key", SyncDevice.ApiKey);
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/rest/config"));
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        using var missing = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/%3Cscript%3Ealert(1)%3C/script%3E"));
        Assert.Equal("text/plain", missing.Content.Headers.ContentType!.MediaType);
        await configured.Ours.Rest.SendAsync(HttpMethod.Delete, $"config/devices/{id}", null);
    }
}
