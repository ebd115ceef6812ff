using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FolderSync.Contracts;

namespace FolderSync.Client;

/// <summary>
/// A client of a running service's REST interface, as far as the command line, the tray and the demo need it. Every failure is a
/// <see cref="ServiceException"/>.
/// </summary>
public sealed partial class ServiceClient : IDisposable
{
    /// <summary>The timeout of the simplest requests. A service that has just started on a slow, busy computer needs surprisingly long.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public ServiceClient(ServiceAddress address, TimeProvider? time = null)
    {
        Address = address;
        _time = time ?? TimeProvider.System;
        _http = new HttpClient(Handler(address)) { BaseAddress = new Uri(new Uri(address.Url), "rest/"), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add("X-API-Key", address.ApiKey);
    }

    public ServiceAddress Address { get; }

    /// <summary>False when nothing listens there: the service was killed and left its address.</summary>
    public async Task<bool> IsRunningAsync(CancellationToken cancellation)
    {
        try
        {
            using var limit = new CancellationTokenSource(AnswerLimit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            using var answer = await _http.GetAsync("noauth/health", either.Token);
            return true;
        }
        catch (Exception e) when (ConnectionFailure.Is(e))
        {
            return false;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw NoAnswer(e);
        }
    }

    public Task<SystemStatus> StatusAsync(CancellationToken cancellation) => GetAsync("system/status", SyncthingJson.Default.SystemStatus, cancellation);

    public Task<SystemVersion> VersionAsync(CancellationToken cancellation) => GetAsync("system/version", SyncthingJson.Default.SystemVersion, cancellation);

    public Task<IReadOnlyList<ConfiguredDevice>> DevicesAsync(CancellationToken cancellation) => GetAsync("config/devices", SyncthingJson.Default.IReadOnlyListConfiguredDevice, cancellation);

    public Task<IReadOnlyList<ConfiguredFolder>> FoldersAsync(CancellationToken cancellation) => GetAsync("config/folders", SyncthingJson.Default.IReadOnlyListConfiguredFolder, cancellation);

    public Task<FolderStatus> FolderStatusAsync(string folder, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"db/status?folder={folder}"), SyncthingJson.Default.FolderStatus, cancellation);

    public Task<ConfiguredOptions> OptionsAsync(CancellationToken cancellation) => GetAsync("config/options", SyncthingJson.Default.ConfiguredOptions, cancellation);

    /// <summary>Devices that ask to be paired, by ID.</summary>
    public Task<IReadOnlyDictionary<string, PendingDevice>> PendingDevicesAsync(CancellationToken cancellation) =>
        GetAsync("cluster/pending/devices", SyncthingJson.Default.IReadOnlyDictionaryStringPendingDevice, cancellation);

    /// <summary>Folders that others offer and that aren't shared here, by ID.</summary>
    public Task<IReadOnlyDictionary<string, PendingFolder>> PendingFoldersAsync(CancellationToken cancellation) =>
        GetAsync("cluster/pending/folders", SyncthingJson.Default.IReadOnlyDictionaryStringPendingFolder, cancellation);

    /// <summary>Answers when there are events behind <paramref name="since"/>, or none came in the time.</summary>
    /// <param name="types">With commas between them.</param>
    public Task<IReadOnlyList<EventHead>> EventsAsync(string types, long since, TimeSpan wait, CancellationToken cancellation) =>
        GetAsync(RestPath.Of($"events?events={types}&since={since}&timeout={(int)wait.TotalSeconds}"), SyncthingJson.Default.IReadOnlyListEventHead, cancellation);

    /// <summary>Adds the device, or sets the named fields of the one with this ID.</summary>
    public Task PutDeviceAsync(ConfiguredDevice device, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "config/devices", device, SyncthingJson.Default.ConfiguredDevice, cancellation);

    public Task RemoveDeviceAsync(string id, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, RestPath.Of($"config/devices/{id}"), cancellation);

    /// <summary>Adds the folder, or sets the named fields of the one with this ID.</summary>
    public Task PutFolderAsync(ConfiguredFolder folder, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "config/folders", folder, SyncthingJson.Default.ConfiguredFolder, cancellation);

    /// <summary>Keeps the files.</summary>
    public Task RemoveFolderAsync(string id, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, RestPath.Of($"config/folders/{id}"), cancellation);

    public Task ShareFolderAsync(string id, IReadOnlyList<SharedWith> devices, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, RestPath.Of($"config/folders/{id}"), new DevicesPatch(devices), SyncthingJson.Default.DevicesPatch, cancellation);

    public Task PauseFolderAsync(string id, bool paused, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, RestPath.Of($"config/folders/{id}"), new PausedPatch(paused), SyncthingJson.Default.PausedPatch, cancellation);

    public Task PauseDeviceAsync(string id, bool paused, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, RestPath.Of($"config/devices/{id}"), new PausedPatch(paused), SyncthingJson.Default.PausedPatch, cancellation);

    /// <summary>Completes when the scan is done.</summary>
    /// <param name="folder">Null: all folders.</param>
    public Task ScanAsync(string? folder, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, folder is null ? "db/scan" : RestPath.Of($"db/scan?folder={folder}"), cancellation);

    /// <summary>Ends the service.</summary>
    public Task ShutdownAsync(CancellationToken cancellation) => SendAsync(HttpMethod.Post, "system/shutdown", cancellation);

    public void Dispose() => _http.Dispose();

    private static HttpMessageHandler Handler(ServiceAddress address)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10), AllowAutoRedirect = false };
        if (address.Certificate is { } expected)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && Convert.ToHexString(SHA256.HashData(((X509Certificate2)certificate).RawDataMemory.Span)).Equals(expected, StringComparison.OrdinalIgnoreCase);
        }
        return handler;
    }

    /// <param name="path">Below /rest/.</param>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await SendCheckedAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
        return await ReadAsync(answer, path, type, cancellation);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync(type, cancellation) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: its Content-Type names a character set that there is not.
            throw new ServiceException($"The server at {Address.Url} is not FolderSync, or is another version of it ({path}: {e.Message})", inner: e);
        }
    }

    private async Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellation)
    {
        using var answer = await SendCheckedAsync(new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, bodyType) }, cancellation);
        return await ReadAsync(answer, path, answerType, cancellation);
    }

    public async Task SendAsync(HttpMethod method, string path, CancellationToken cancellation)
    {
        using var answer = await SendCheckedAsync(new HttpRequestMessage(method, path), cancellation);
    }

    public async Task SendAsync<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await SendCheckedAsync(new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, type) }, cancellation);
    }

    private async Task<HttpResponseMessage> SendCheckedAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            HttpResponseMessage answer;
            try
            {
                answer = await _http.SendAsync(request, cancellation);
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
                throw new ServiceException($"The service at {Address.Url} can't be reached: {ConnectionFailure.Reason(e)}.", inner: e);
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                // Connecting timed out.
                throw NoAnswer(e);
            }
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
            {
                var text = await TextAsync(answer, cancellation);
                throw new ServiceException(ErrorMessage(answer.StatusCode, text), answer.StatusCode);
            }
        }
    }

    /// <summary>Empty where it is no text.</summary>
    private static async Task<string> TextAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            return (await answer.Content.ReadAsStringAsync(cancellation)).Trim();
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private ServiceException NoAnswer(OperationCanceledException e) =>
        new($"The service at {Address.Url} (process {Address.Process}) does not respond. Check its log, or restart it.", inner: e);

    private static string ErrorMessage(HttpStatusCode status, string text) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "The service refused the API key. It was changed since the service wrote its address: restart the service.",
        _ when text.Length is > 0 and < 2000 && !text.StartsWith('<') => text,
        _ => $"The service answered {(int)status} ({status}).",
    };
}
