using System.Net;
using System.Text.Json.Nodes;
using FolderSync.Client;
using FolderSync.Contracts;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Extensions;

/// <summary>Two connected FolderSyncs; each test has its own folders. Every response is validated against the service's OpenAPI document.</summary>
public sealed class ExtensionDevice : IAsyncLifetime
{
    private ResponseSchemas _schemas = null!;

    public Cluster Cluster { get; } = new();

    public FolderSyncProcess Ours { get; private set; } = null!;

    public FolderSyncProcess Peer { get; private set; } = null!;

    internal ResponseSchemas Schemas => _schemas;

    internal ServiceClient Client() => new(new ServiceAddress($"http://127.0.0.1:{Ours.PagePort}/", SyncDevice.ApiKey, 0));

    public async Task InitializeAsync()
    {
        Ours = await Cluster.AddFolderSyncAsync("ours");
        Peer = await Cluster.AddFolderSyncAsync("peer");
        await Cluster.PairAsync(Ours, Peer);
        await Cluster.ConnectedAsync(Ours, Peer);
        _schemas = await ResponseSchemas.OfAsync(Ours.Rest);
    }

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();

    /// <summary>Shares a folder between both and waits until it is in sync.</summary>
    /// <returns>Its paths.</returns>
    public async Task<(string Ours, string Peer)> ShareAsync(string folder, JsonObject? ofOurs = null, JsonObject? ofPeer = null, params (string Name, string Text)[] files)
    {
        var (ours, peer) = (Cluster.PathOf(folder, Ours), Cluster.PathOf(folder, Peer));
        foreach (var (name, text) in files)
            SampleFiles.Write(Path.Combine(ours, name), text);
        await Cluster.ShareAsync(folder, [Ours, Peer], d => d == Ours ? ofOurs : ofPeer);
        await Cluster.SyncedAsync(folder);
        return (ours, peer);
    }

    public async Task<JsonNode> GetAsync(string path) => (await AskAsync(HttpMethod.Get, path))!;

    public async Task<JsonNode?> AskAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        var (status, text) = await Ours.Rest.AskAsync(method, "foldersync/" + path, body);
        Assert.True(status == HttpStatusCode.OK, $"{method} {path}: {(int)status} {text}");
        _schemas.Check(method.Method, "foldersync/" + path, text);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>The request is refused with this status and a sentence in plain text.</summary>
    public async Task<string> RefusedAsync(HttpStatusCode status, HttpMethod method, string path, JsonNode? body = null)
    {
        var (answered, text) = await Ours.Rest.AskAsync(method, "foldersync/" + path, body);
        Assert.True(status == answered, $"{method} {path}: {(int)answered} {text}");
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.False(text.StartsWith('{') || text.StartsWith('<') || text.Trim().Length < 10, text);
        return text;
    }
}
