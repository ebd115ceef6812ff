using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>A headless Chromium with one tab, controlled with its DevTools protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--remote-debugging-port=0",
    ];

    private readonly ScratchDirectory _profile;
    private readonly ChildProcess _process;
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private int _lastId;

    private Browser(ScratchDirectory profile, ChildProcess process) => (_profile, _process) = (profile, process);

    /// <summary>Its path; null if it isn't installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(d => Names.Select(n => Path.Combine(d, n)))
        .FirstOrDefault(File.Exists);

    public static async Task<Browser> StartAsync()
    {
        Skip.If(Program is null, "There is no Chromium on this computer's PATH (apt-get install chromium).");
        var profile = new ScratchDirectory();
        var browser = new Browser(profile, ChildProcess.Start(Program!, [.. Arguments, $"--user-data-dir={profile.Path}", "about:blank"]));
        await browser._socket.ConnectAsync(new Uri(await browser.TabAsync()), CancellationToken.None);
        foreach (var domain in (string[])["Page", "Log", "Runtime"])
            await browser.CallAsync($"{domain}.enable", []);
        await browser.ShowAsync(1280, dark: false);
        return browser;
    }

    /// <summary>Exceptions, and violations of the content security policy.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>For a test that caused them on purpose.</summary>
    public void ForgetComplaints() => _complaints.Clear();

    /// <summary>Sets the window's width and the system's color scheme.</summary>
    public async Task ShowAsync(int width, bool dark)
    {
        await CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = width < 600 ? 844 : 800, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });
        var preference = new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" };
        await CallAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(preference) });
    }

    /// <summary>Saves a screenshot if FOLDERSYNC_TEST_SCREENSHOTS names a directory.</summary>
    public async Task KeepPictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_SCREENSHOTS") is not { Length: > 0 } directory)
            return;
        Directory.CreateDirectory(directory);
        var answer = await CallAsync("Page.captureScreenshot", []);
        await File.WriteAllBytesAsync(Path.Combine(directory, name + ".png"), Convert.FromBase64String((string)answer["data"]!));
    }

    /// <summary>As a browser that was never here.</summary>
    public Task ForgetCookiesAsync() => CallAsync("Network.clearBrowserCookies", []);

    /// <summary>Runs before any script of the pages that are opened from now on.</summary>
    public Task BeforeEachPageAsync(string script) => CallAsync("Page.addScriptToEvaluateOnNewDocument", new JsonObject { ["source"] = script });

    /// <summary>Waits until it exists and is enabled, and clicks it.</summary>
    public Task ClickAsync(string selector) => ClickFoundAsync($"document.querySelector({Quoted(selector)})");

    /// <summary>Clicks the button or link with this text.</summary>
    public Task ClickTextAsync(string words, string within = "body") =>
        ClickFoundAsync($"[...document.querySelectorAll({Quoted($":is({within}) :is(button, a, summary)")})].find(e => e.innerText.trim() === {Quoted(words)} && e.checkVisibility() && !e.disabled)");

    /// <summary>Replaces a field's text by typing.</summary>
    public async Task TypeAsync(string selector, string text)
    {
        await UntilAsync($"(() => {{ const e = document.querySelector({Quoted(selector)}); if (!e?.checkVisibility()) return false; e.focus(); e.select(); return true; }})()");
        if (text.Length == 0)
            await EvaluateAsync($"(() => {{ const e = document.querySelector({Quoted(selector)}); e.value = ''; e.dispatchEvent(new Event('input')); }})()");
        else
            await CallAsync("Input.insertText", new JsonObject { ["text"] = text });
    }

    public async Task KeyAsync(string key, int code, string text = "")
    {
        foreach (var type in (string[])["keyDown", "keyUp"])
            await CallAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code, ["text"] = type == "keyDown" ? text : "" });
    }

    /// <summary>Waits until an element contains the text.</summary>
    public Task WaitForTextAsync(string selector, string text) =>
        UntilAsync($"[...document.querySelectorAll({Quoted(selector)})].some(e => e.checkVisibility() && e.innerText.includes({Quoted(text)}))");

    /// <summary>Navigates and waits until the page's own condition is true.</summary>
    public async Task OpenAsync(string url, string readyWhen)
    {
        await CallAsync("Page.navigate", new JsonObject { ["url"] = url });
        await UntilAsync(readyWhen);
    }

    /// <summary>Reloads the page and waits for the condition in the new document: the old one fulfills it, too, and is there for a while.</summary>
    public async Task ReloadAsync(string readyWhen)
    {
        await EvaluateAsync("window.isOld = true; location.reload()");
        await UntilAsync($"window.isOld !== true && ({readyWhen})");
    }

    /// <summary>The value of a JavaScript expression, awaited; null for undefined.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        return answer["exceptionDetails"] is { } wrong
            ? throw new InvalidOperationException($"In the page: {wrong["exception"]?["description"] ?? wrong["text"]}")
            : answer["result"]!["value"]?.DeepClone();
    }

    public async Task<string> TextAsync(string selector) => (string?)await EvaluateAsync($"document.querySelector({Quoted(selector)})?.innerText ?? ''") ?? "";

    /// <summary>Waits for a condition in the page.</summary>
    public async Task UntilAsync(string condition)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            string seen;
            try
            {
                if (await EvaluateAsync(condition) is JsonValue value && value.TryGetValue<bool>(out var holds) && holds)
                    return;
                seen = $"({await EvaluateAsync("document.visibilityState")}, {await EvaluateAsync("document.readyState")}) {await TextAsync("body")}";
            }
            catch (InvalidOperationException e)
            {
                // Between two documents there is nothing to evaluate.
                seen = e.Message;
            }
            if (clock.Elapsed > TestSettings.Timeout)
                throw new TimeoutException($"The page did not come to: {condition}. It shows:\n{seen}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _process.DisposeAsync();
        _profile.Dispose();
    }

    public static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    /// <summary>Finds and clicks in one step: between two steps the element could be recreated.</summary>
    private Task ClickFoundAsync(string find) =>
        UntilAsync($"(() => {{ const e = {find}; if (!e?.checkVisibility() || e.disabled) return false; e.click(); return true; }})()");

    private async Task<string> TabAsync()
    {
        var portFile = _profile.In("DevToolsActivePort");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (_process.HasExited || clock.Elapsed > TestSettings.Timeout)
                throw new InvalidOperationException($"Chromium did not start. It wrote:\n{_process.Log}");
            if (!File.Exists(portFile) || (await File.ReadAllLinesAsync(portFile)) is not [var port, _, ..])
                continue;
            var tabs = await http.GetFromJsonAsync<JsonArray>($"http://127.0.0.1:{port}/json");
            if (tabs?.FirstOrDefault(t => (string?)t!["type"] == "page") is { } tab)
                return (string)tab["webSocketDebuggerUrl"]!;
        }
    }

    /// <summary>Runs one command at a time; of the browser's events, only errors are kept.</summary>
    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        var id = ++_lastId;
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString()), WebSocketMessageType.Text, true, limit.Token);
        while (true)
        {
            var answer = await ReceiveAsync(limit.Token);
            Note(answer);
            if ((int?)answer["id"] != id)
                continue;
            return answer["error"] is { } error ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}") : answer["result"]!;
        }
    }

    private void Note(JsonNode told)
    {
        if ((string?)told["method"] == "Runtime.exceptionThrown")
            _complaints.Add((string?)told["params"]!["exceptionDetails"]!["exception"]?["description"] ?? told.ToJsonString());
        else if ((string?)told["method"] == "Log.entryAdded" && (string?)told["params"]!["entry"]!["source"] is "security" or "javascript")
            _complaints.Add((string)told["params"]!["entry"]!["text"]!);
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellation)
    {
        var message = new MemoryStream();
        var part = new byte[1 << 16];
        while (true)
        {
            var received = await _socket.ReceiveAsync(part.AsMemory(), cancellation);
            message.Write(part, 0, received.Count);
            if (received.EndOfMessage)
                return JsonNode.Parse(message.ToArray())!;
        }
    }
}
