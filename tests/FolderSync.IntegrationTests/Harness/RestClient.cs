using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Client;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>A client of Syncthing's REST API, for FolderSync or Syncthing itself.</summary>
public sealed class RestClient : IDisposable
{
    private readonly HttpClient _http;

    private long _seen;

    /// <param name="connect">How to connect to a port of the loopback; null for this process's own loopback.</param>
    public RestClient(int port, string apiKey, Func<int, Stream>? connect = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (connect is not null)
            handler.ConnectCallback = (context, _) => ValueTask.FromResult(connect(context.DnsEndPoint.Port));
        _http = new HttpClient(handler) { Timeout = TestSettings.Timeout };
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}/rest/");
        _http.DefaultRequestHeaders.Add("X-API-Key", apiKey);
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var (status, text) = await AskAsync(HttpMethod.Get, path);
        return status == HttpStatusCode.OK ? JsonNode.Parse(text)! : throw new HttpRequestException($"GET {path}: {(int)status} {text}", null, status);
    }

    public Task PostAsync(string path, JsonNode? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task PatchAsync(string path, JsonNode body) => SendAsync(HttpMethod.Patch, path, body);

    public async Task SendAsync(HttpMethod method, string path, JsonNode? body)
    {
        var (status, text) = await AskAsync(method, path, body);
        if (status != HttpStatusCode.OK)
            throw new HttpRequestException($"{method} {path}: {(int)status} {text}", null, status);
    }

    public async Task<(HttpStatusCode Status, string Text)> AskAsync(HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Returns when there are events that no earlier call has seen, after a second at the latest.</summary>
    public async Task<JsonArray> NewEventsAsync()
    {
        try
        {
            var events = (JsonArray)await GetAsync($"events?since={_seen}&timeout=1");
            _seen = events.Count > 0 ? (long)events[^1]!["id"]! : _seen;
            return events;
        }
        catch (Exception e) when (ConnectionFailure.Is(e) && e is not HttpRequestException { StatusCode: not null })
        {
            await Task.Delay(100);
            return [];
        }
    }

    /// <summary>The service was restarted: its events are numbered from 1 again.</summary>
    public void ForgetEvents() => _seen = 0;

    public void Dispose() => _http.Dispose();
}
