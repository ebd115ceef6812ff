using System.Diagnostics;
using System.Net;
using System.Text;
using FolderSync.Client;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Rest;

/// <summary>A FolderSync with page settings in its config.yaml; sends requests like a browser and like a program.</summary>
internal sealed class GuardedService : IAsyncDisposable
{
    public const string Key = "a-key-of-the-guarded-service-77";

    private readonly ScratchDirectory _scratch = new();
    private ChildProcess _process = null!;

    private GuardedService(string host, bool tls)
    {
        Address = $"{host}:{Port}";
        Base = new Uri($"{(tls ? "https" : "http")}://127.0.0.1:{Port}/");
    }

    public int Port { get; } = FreePorts.Next();

    public string Address { get; }

    public Uri Base { get; }

    public string Home => _scratch.In("home");

    public string ConfigFile => Path.Combine(Home, "config.yaml");

    public string Log => _process.Log;

    public Task WrittenAsync(string text) => _process.WrittenAsync(text);

    /// <param name="page">More lines below page:, each indented by two.</param>
    public static async Task<GuardedService> StartAsync(string host, string page = "", bool tls = false)
    {
        var service = new GuardedService(host, tls);
        await FolderSyncProcess.MakeAsync("guarded", service.Home);
        await File.AppendAllTextAsync(service.ConfigFile,
            $"""

             page:
               address: {service.Address}
               api-key: {Key}
               tls: {(tls ? "true" : "false")}
             {page}
             """);
        service._process = FolderSyncProcess.Launch("serve", "--home", service.Home, "--no-browser");
        using var http = service.Http();
        await service.UntilAsync("that it answers", async () =>
        {
            using var answer = await http.GetAsync("rest/noauth/health");
            return answer.StatusCode == HttpStatusCode.OK;
        });
        return service;
    }

    /// <param name="cookies">Cookies as a browser stores them.</param>
    public HttpClient Http(CookieContainer? cookies = null, string? key = null)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = cookies is not null,
            CookieContainer = cookies ?? new CookieContainer(),
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        })
        {
            BaseAddress = Base,
            Timeout = TestSettings.Timeout,
        };
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-API-Key", key);
        return http;
    }

    public static Task<HttpResponseMessage> LogInAsync(HttpClient http, string user, string password, bool stay = false) =>
        http.PostAsync("rest/noauth/auth/password", new StringContent(
            new System.Text.Json.Nodes.JsonObject { ["username"] = user, ["password"] = password, ["stayLoggedIn"] = stay }.ToJsonString(), Encoding.UTF8, "application/json"));

    /// <summary>The CSRF token of a page that was just loaded.</summary>
    public static async Task<string> TokenAsync(HttpClient http)
    {
        using var page = await http.GetAsync("");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("foldersync-token=", StringComparison.Ordinal)).Split(';')[0].Split('=')[1];
    }

    public static async Task<HttpStatusCode> StatusAsync(HttpClient http, string? token = null, string path = "rest/system/status")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Add("X-CSRF-Token", token);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>No event reports that a port was opened or a file was reloaded.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                if (await holds())
                    return;
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
            }
            if (clock.Elapsed > TestSettings.Timeout || _process.HasExited)
                throw new TimeoutException($"Waited in vain {what}:\n{Log}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _scratch.Dispose();
    }
}
