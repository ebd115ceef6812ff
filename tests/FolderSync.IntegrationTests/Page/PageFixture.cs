using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>Devices and a browser that shows their pages. A browser error fails the test.</summary>
internal sealed class PageFixture : IAsyncDisposable
{
    public const string Ready = "document.body?.dataset.ready === 'true'";

    private readonly HashSet<string> _opened = [];

    private PageFixture(Browser browser) => Browser = browser;

    public Cluster Cluster { get; } = new();

    public Browser Browser { get; }

    public static async Task<PageFixture> SetAsync() => new(await Browser.StartAsync());

    public static string PageOf(SyncDevice device) => $"http://127.0.0.1:{device.PagePort}/";

    public Task<FolderSyncProcess> AddAsync(string name) => Cluster.AddFolderSyncAsync(name);

    /// <summary>Two connected devices.</summary>
    public async Task<(SyncDevice A, SyncDevice B)> PairAsync()
    {
        var (a, b) = (await AddAsync("anna"), await AddAsync("bert"));
        await Cluster.PairAsync(a, b);
        await Cluster.ConnectedAsync(a, b);
        return (a, b);
    }

    /// <summary>Shares the folder "f" with one file, and waits until both have it.</summary>
    public async Task ShareAsync(SyncDevice a, SyncDevice b, string label, Func<SyncDevice, JsonObject?>? settings = null)
    {
        SampleFiles.Write(In(a, "one.txt"), "one");
        await Cluster.ShareAsync("f", [a, b], d =>
        {
            var all = settings?.Invoke(d) ?? [];
            all["label"] = label;
            return all;
        });
        await Cluster.SyncedAsync("f", a, b);
    }

    /// <summary>A path in the folder "f".</summary>
    public string In(SyncDevice device, params string[] below) => Path.Combine([Cluster.PathOf("f", device), .. below]);

    /// <summary>Opens a view and waits until it is drawn: within the same page no document is loaded, and the old view is there at first.</summary>
    /// <param name="place">The part after "#/".</param>
    public async Task OpenAsync(SyncDevice device, string place = "")
    {
        // As the tray does it; afterwards the browser has a session.
        var url = _opened.Add(device.Home) ? await PageDoor.LinkAsync(device, place) : $"{PageOf(device)}#/{place}";
        await Browser.OpenAsync(url, $"{Ready} && document.body.dataset.place === {Browser.Quoted($"#/{place}")}");
    }

    public Task RunAsync(Func<Task> steps) => Cluster.RunAsync(async () =>
    {
        await steps();
        Assert.Empty(Browser.Complaints);
    });

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
