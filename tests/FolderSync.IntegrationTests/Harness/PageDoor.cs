using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Opens a page without a password as its owner does: by a link that the API key makes.</summary>
internal static class PageDoor
{
    /// <summary>A link to a view of the page.</summary>
    public static async Task<string> LinkAsync(Uri page, string key, string view = "")
    {
        using var http = Http();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(page, "rest/foldersync/page/link"))
        {
            Content = new StringContent(new JsonObject { ["view"] = view }.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-API-Key", key);
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var link = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        return (string)link["url"]!;
    }

    public static Task<string> LinkAsync(SyncDevice device, string view = "") => LinkAsync(new Uri($"http://127.0.0.1:{device.PagePort}/"), SyncDevice.ApiKey, view);

    /// <summary>The part of a link that only its owner knows.</summary>
    public static string TokenOf(string link) => new Uri(link).Fragment.TrimStart('#').Split('/')[0];

    /// <summary>What the link's page does.</summary>
    /// <param name="browser">With cookies, and the page as its base address.</param>
    public static Task<HttpResponseMessage> RedeemAsync(HttpClient browser, string token) => browser.PostAsync(
        "rest/noauth/auth/link", new StringContent(new JsonObject { ["token"] = token }.ToJsonString(), Encoding.UTF8, "application/json"));

    public static async Task OpenAsync(HttpClient browser, string key)
    {
        using var answer = await RedeemAsync(browser, TokenOf(await LinkAsync(browser.BaseAddress!, key)));
        Assert.Equal(System.Net.HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static HttpClient Http() =>
        new(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }) { Timeout = TestSettings.Timeout };
}
