using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>The overview in a real browser.</summary>
public sealed class OverviewTests
{
    private const string FolderState = "#folders .folder .state";
    private const string DeviceState = "#devices .device .state";

    [SkippableFact]
    public async Task AnEmptyServiceShowsItsIdAndSaysWhatToDo()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a);
            Assert.Equal("anna", await stage.Browser.TextAsync("#self-name"));
            Assert.Equal(a.Id.ToString(), await stage.Browser.TextAsync("#self [data-part=id]"));
            Assert.Contains("Add a folder", await stage.Browser.TextAsync("#folders .empty"), StringComparison.Ordinal);
            Assert.Contains("Pair a device", await stage.Browser.TextAsync("#devices .empty"), StringComparison.Ordinal);
            Assert.Contains(a.PeerAddress, await stage.Browser.TextAsync("#self"), StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task AFolderAndItsDeviceAreShownWithTheirState()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a);
            await stage.Browser.WaitForTextAsync(DeviceState, "Connected");
            await stage.Browser.WaitForTextAsync(FolderState, "Up to date");
            Assert.Contains("1 file · 3 B", await stage.Browser.TextAsync("#folders .folder"), StringComparison.Ordinal);
            Assert.Contains("TCP in the local network", await stage.Browser.TextAsync("#devices .device"), StringComparison.Ordinal);
            Assert.Contains("Everything is up to date", await stage.Browser.TextAsync(".hero"), StringComparison.Ordinal);
            Assert.Contains("1 of 1 device connected", await stage.Browser.TextAsync(".hero"), StringComparison.Ordinal);
            Assert.StartsWith("Receiving", (string?)await stage.Browser.EvaluateAsync("document.querySelector('.graph svg').getAttribute('aria-label')"), StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task ProgressIsShownWithRateAndTimeLeft()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await a.LimitSendingAsync(512);
            SampleFiles.Write(stage.In(a, "large"), 64 << 20);
            await stage.OpenAsync(b);
            await a.ScanAsync("f");
            await stage.Browser.UntilAsync("/MiB to go · [0-9.]+ [KM]iB\\/s · about .* left/.test(document.querySelector('#folders .folder .detail')?.innerText)");
            Assert.Contains("Syncing", await stage.Browser.TextAsync(FolderState), StringComparison.Ordinal);
            var bar = (await stage.Browser.EvaluateAsync(
                "(() => { const b = document.querySelector('#folders .folder [role=progressbar]'); return { label: b.ariaLabel, now: Number(b.ariaValueNow), text: b.ariaValueText }; })()"))!;
            Assert.Equal("Progress of Photos", (string?)bar["label"]);
            Assert.InRange((int)bar["now"]!, 0, 99);
            Assert.Contains("%", (string?)bar["text"], StringComparison.Ordinal);

            await stage.OpenAsync(b, "folder/f");
            await stage.Browser.WaitForTextAsync(".folder-view", "Transferring");
            await stage.Browser.WaitForTextAsync(".folder-view", "large");
        });
    }

    [SkippableFact]
    public async Task WhatHappensIsShownByItself()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a);
            SampleFiles.Write(stage.In(b, "new.txt"), "new");
            await stage.Cluster.SyncedAsync("f");
            await stage.Browser.WaitForTextAsync("#folders .folder", "2 files");

            await b.TerminateAsync();
            await stage.Browser.WaitForTextAsync(DeviceState, "Not connected");
            await stage.OpenAsync(a, $"device/{b.Id}");
            await stage.Browser.WaitForTextAsync(".device-view", "The last attempts to connect failed");
        });
    }

    [SkippableFact]
    public async Task AllIsPausedForAWhileAndResumed()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a);
            await stage.Browser.ClickAsync("[data-act=pause-all]");
            await stage.Browser.ClickTextAsync("For 30 minutes", "dialog");
            await stage.Browser.WaitForTextAsync(".overview", "Syncing resumes in 29 min.");
            await stage.Browser.WaitForTextAsync(DeviceState, "Paused");
            await stage.Browser.WaitForTextAsync(".hero", "All syncing is paused");
            await stage.Cluster.UntilAsync("that they part", async () => !(bool)(await b.ConnectionAsync(a))["connected"]!);
            await stage.Browser.ClickAsync("[data-act=resume-all]");
            await stage.Browser.WaitForTextAsync(DeviceState, "Connected");
        });
    }

    [SkippableFact]
    public async Task TheConnectionComesBackByItself()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a);
            await a.TerminateAsync();
            await stage.Browser.WaitForTextAsync("#alerts", "connection to the service is lost");
            await stage.Browser.WaitForTextAsync(".hero", "The service does not respond");

            // The new run doesn't know the old one's tokens.
            await a.StartAsync();
            await stage.Browser.UntilAsync("document.querySelector('#alerts').innerText === ''");
            await stage.Browser.WaitForTextAsync(".hero", "Nothing is shared yet");
        });
    }

    [SkippableFact]
    public async Task OthersWordsAreOnlyText()
    {
        (string Label, string Shown)[] names =
        [
            ("<script>document.title = 'caught'</script>", "<script>document.title = 'caught'</script>"),
            ("<img src=x onerror=\"document.title = 'caught'\">", "<img src=x onerror=\"document.title = 'caught'\">"),
            ("invoice\u202etxt.exe", "invoice\\u202etxt.exe"),
            ("two\nlines\u0007", "two\\u000alines\\u0007"),
            ("مستندات", "مستندات"),
        ];
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            foreach (var (i, (label, _)) in names.Index())
                await a.AddFolderAsync($"f{i}", stage.Cluster.PathOf($"f{i}", a), [], new JsonObject { ["label"] = label });
            await stage.OpenAsync(a);
            await stage.Browser.UntilAsync($"document.querySelectorAll('#folders .folder').length === {names.Length}");
            var shown = (JsonArray)(await stage.Browser.EvaluateAsync("[...document.querySelectorAll('#folders h3 bdi')].map(e => e.textContent)"))!;
            Assert.Equal(names.Select(n => n.Shown), shown.Select(n => (string)n!));
            Assert.Equal(0, (int)(await stage.Browser.EvaluateAsync("document.querySelectorAll('bdi *').length"))!);
            Assert.DoesNotContain("caught", (string?)await stage.Browser.EvaluateAsync("document.title"), StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task APageWithoutTheTokenCanChangeNothing()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a);
            var status = await stage.Browser.EvaluateAsync("fetch('rest/system/shutdown', { method: 'POST' }).then(r => r.status)");
            Assert.Equal(403, (int)status!);

            // From another origin (the same computer under another name) not even the response can be read.
            await stage.Browser.OpenAsync($"http://localhost:{a.PagePort}/icon.svg", "document.readyState === 'complete'");
            var foreign = await stage.Browser.EvaluateAsync($"fetch('{PageFixture.PageOf(a)}rest/system/ping', {{ method: 'POST' }}).then(r => 'read', () => 'refused')");
            Assert.Equal("refused", (string?)foreign);
            Assert.Equal("pong", (string?)(await a.Rest.GetAsync("system/ping"))["ping"]);
            stage.Browser.ForgetComplaints();
        });
    }
}
