using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Contracts;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>A REST API that returns what a test wants the tray to show, and records the tray's requests.</summary>
internal sealed class FakeService : IDisposable
{
    public const string ApiKey = "the-fake-services-key";

    /// <summary>Of the links that it makes.</summary>
    public const string LinkToken = "00112233445566778899aabbccddeeff";

    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, JsonNode> _answers = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly int _port = FreePorts.Next();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastEvent;

    public FakeService()
    {
        foreach (var list in (string[])["folders", "devices", "conflicts", "problems", "changes", "nearby"])
            _answers["foldersync/" + list] = new JsonArray();
        foreach (var map in (string[])["cluster/pending/devices", "cluster/pending/folders", "config/options"])
            _answers[map] = new JsonObject();
        _answers["foldersync/pause"] = new JsonObject { ["paused"] = false, ["until"] = null };
        _listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>As if the service had written it to its home.</summary>
    public void Announce(string home) =>
        File.WriteAllText(Path.Combine(home, ServiceAddress.FileName), new ServiceAddress($"http://127.0.0.1:{_port}/", ApiKey, 1).ToJson());

    /// <summary>What was posted to it, as "path body", in order.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>The route returns this from now on; clients that wait for events are notified.</summary>
    public void Publish(string path, JsonNode answer)
    {
        _answers[path] = answer;
        Interlocked.Increment(ref _lastEvent);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public static JsonObject Folder(string id, string path, string state = "idle", double completion = 100, long needBytes = 0, string error = "", double? secondsLeft = null) => new()
    {
        ["id"] = id,
        ["label"] = id,
        ["path"] = path,
        ["type"] = "sendreceive",
        ["state"] = state,
        ["error"] = error,
        ["paused"] = false,
        ["needFiles"] = needBytes > 0 ? 3 : 0,
        ["needBytes"] = needBytes,
        ["completion"] = completion,
        ["secondsLeft"] = secondsLeft,
        ["devices"] = new JsonArray(),
    };

    public static JsonObject Device(string id, string name, bool connected = true, double completion = 100, double receive = 0, double send = 0) => new()
    {
        ["id"] = id,
        ["name"] = name,
        ["connected"] = connected,
        ["paused"] = false,
        ["completion"] = completion,
        ["receiveRate"] = receive,
        ["sendRate"] = send,
        ["dialErrors"] = new JsonObject(),
        ["sharedFolders"] = new JsonArray(),
    };

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath["/rest/".Length..];
        var (status, answer) = (200, (JsonNode?)new JsonObject());
        if (context.Request.Headers["X-API-Key"] != ApiKey)
            (status, answer) = (403, "no");
        else if (context.Request.HttpMethod == "POST")
            answer = await TakeAsync(context.Request, path);
        else if (path == "events")
            answer = await EventsAsync(long.Parse(context.Request.QueryString["since"]!, CultureInfo.InvariantCulture), int.Parse(context.Request.QueryString["timeout"]!, CultureInfo.InvariantCulture));
        else if (_answers.TryGetValue(path, out var known))
            answer = known;
        else if (path != "noauth/health")
            (status, answer) = (404, "no such route");
        try
        {
            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer!.ToJsonString()));
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The client disconnected.
        }
    }

    private async Task<JsonNode> TakeAsync(HttpListenerRequest request, string path)
    {
        using var reader = new StreamReader(request.InputStream);
        var body = await reader.ReadToEndAsync();
        if (path == "foldersync/pause")
        {
            var minutes = (double?)JsonNode.Parse(body)!["minutes"];
            Publish("foldersync/pause", new JsonObject { ["paused"] = true, ["until"] = minutes is { } m ? DateTimeOffset.Now.AddMinutes(m) : null });
        }
        if (path == "foldersync/resume")
            Publish("foldersync/pause", new JsonObject { ["paused"] = false, ["until"] = null });
        if (path == "foldersync/page/link")
            return new JsonObject { ["url"] = $"http://127.0.0.1:{_port}/open.html#{LinkToken}/{(string?)JsonNode.Parse(body)!["view"]}", ["opensOnce"] = true };
        _asked.Enqueue($"{path} {body}".Trim());
        return _answers.GetValueOrDefault("foldersync/pause")!;
    }

    private async Task<JsonArray> EventsAsync(long since, int timeout)
    {
        var changed = _changed.Task;
        if (Interlocked.Read(ref _lastEvent) <= since)
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(timeout)));
        var last = Interlocked.Read(ref _lastEvent);
        return last > since ? [new JsonObject { ["id"] = last, ["type"] = "StateChanged" }] : [];
    }
}
