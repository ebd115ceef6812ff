using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>Settings, the resulting YAML, the password, restart and shutdown.</summary>
public sealed class SettingsPageTests
{
    [SkippableFact]
    public async Task EveryOptionOfTheFileIsShown()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), [b]);
            var sections = (await a.Rest.GetAsync("foldersync/settings"))["sections"]!.AsArray().Select(s => (string)s!["name"]!).ToList();
            Assert.Subset(sections.ToHashSet(), new HashSet<string> { "device", "page", "network", "limits" });
            foreach (var section in sections)
                await ShowsAllAsync(stage, a, $"settings/{section}", section, section == "page" ? ["user", "password-hash"] : []);
            await ShowsAllAsync(stage, a, "folder/f/options", "folders/f", ["id", "paused"]);
            await ShowsAllAsync(stage, a, $"device/{b.Id}", $"devices/{b.Id}", ["id", "paused"]);
        });
    }

    [SkippableFact]
    public async Task ASettingIsWrittenIntoTheFileAndAWrongOneIsRefused()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "settings/limits");
            await stage.Browser.TypeAsync("[data-key=send]", "2 parsec");
            await stage.Browser.ClickTextAsync("Save", ".settings");
            await stage.Browser.WaitForTextAsync(".settings", "such as 500 KiB/s");
            await stage.Browser.TypeAsync("[data-key=send]", "2 MiB/s");
            await stage.Browser.ClickTextAsync("Save", ".settings");
            await stage.Browser.WaitForTextAsync("#toast", "Saved");
            var yaml = await File.ReadAllTextAsync(a.ConfigFile);
            Assert.Contains("send: 2 MiB/s", yaml, StringComparison.Ordinal);
            Assert.Contains("# A comment that stays.", yaml, StringComparison.Ordinal);
            Assert.Contains("# and one at a value", yaml, StringComparison.Ordinal);
            Assert.Equal(2048, (int)(await a.Rest.GetAsync("config/options"))["maxSendKbps"]!);

            await stage.OpenAsync(a, "settings/device");
            await stage.Browser.TypeAsync("[data-key=name]", "study");
            await stage.Browser.ClickTextAsync("Save", ".settings");
            await stage.Browser.WaitForTextAsync("#self-name", "study");

            await stage.OpenAsync(a, "settings/yaml");
            await stage.Browser.WaitForTextAsync(".yaml", "name: study   # and one at a value");
            await stage.Browser.WaitForTextAsync(".yaml", "send: 2 MiB/s");
            Assert.DoesNotContain(SyncDevice.ApiKey, await stage.Browser.TextAsync(".yaml"), StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task AMistakeInTheFileIsToldWithItsPlace()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a);
            var good = await File.ReadAllTextAsync(a.ConfigFile);
            await File.WriteAllTextAsync(a.ConfigFile, good + "\nlimits:\n  send: fast\n");
            await stage.Browser.WaitForTextAsync("#alerts", "config.yaml is invalid");
            await stage.Browser.WaitForTextAsync("#alerts", "must be a rate");
            await stage.Browser.UntilAsync(@"/Line \d+, column 9: /.test(document.querySelector('#alerts').innerText)");
            await File.WriteAllTextAsync(a.ConfigFile, good);
            await stage.Browser.UntilAsync("document.querySelector('#alerts').innerText === ''");
        });
    }

    [SkippableFact]
    public async Task APasswordIsSetAndAskedFor()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "settings/page");
            await stage.Browser.TypeAsync("[data-part=password]", "correct horse battery");
            await stage.Browser.ClickAsync("[data-act=password]");

            // The page that set it must log in, too, and returns to the same view.
            await stage.Browser.UntilAsync("location.pathname === '/login.html' && document.querySelector('#password') !== null");
            await stage.Browser.TypeAsync("#password", "wrong");
            await stage.Browser.ClickAsync("#submit");
            await stage.Browser.UntilAsync("document.querySelector('#wrong').innerText !== ''");
            await stage.Browser.TypeAsync("#password", "correct horse battery");
            await stage.Browser.ClickAsync("#submit");
            await stage.Browser.UntilAsync($"location.hash === '#/settings/page' && {PageFixture.Ready}");
            foreach (var width in (int[])[1280, 390])
            {
                await stage.Browser.ShowAsync(width, dark: width == 390);
                await stage.Browser.KeepPictureAsync($"logged-in-{width}");
            }
            await stage.Browser.ClickAsync("#log-out");
            await stage.Browser.UntilAsync("location.pathname === '/login.html' && document.querySelector('#password') !== null");
            await stage.Browser.OpenAsync(PageFixture.PageOf(a), "document.querySelector('#password') !== null");
            stage.Browser.ForgetComplaints();
        });
    }

    [SkippableFact]
    public async Task TheServiceIsRestartedAndShutDown()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "settings/service");
            var started = (string?)(await a.Rest.GetAsync("system/status"))["startTime"];
            await stage.Browser.ClickAsync("[data-act=doctor]");
            await stage.Browser.UntilAsync("document.querySelectorAll('.check-result').length > 2");
            await stage.Browser.ClickAsync("[data-act=restart]");
            await stage.Browser.ClickTextAsync("Restart", "dialog");
            await stage.Cluster.UntilAsync("that it restarted", async () => (string?)(await a.Rest.GetAsync("system/status"))["startTime"] != started);
            await stage.Browser.UntilAsync("document.querySelector('#alerts').innerText === '' && !document.body.classList.contains('lost')");

            await stage.Browser.ClickAsync("[data-act=shutdown]");
            await stage.Browser.ClickTextAsync("Cancel", "dialog");
            Assert.Equal("pong", (string?)(await a.Rest.GetAsync("system/ping"))["ping"]);
            await stage.Browser.ClickAsync("[data-act=shutdown]");
            await stage.Browser.ClickTextAsync("Shut down", "dialog");
            Assert.Equal(0, await a.ExitCodeAsync());
            await stage.Browser.WaitForTextAsync("#alerts", "connection to the service is lost");
        });
    }

    private static async Task ShowsAllAsync(PageFixture stage, SyncDevice device, string place, string settings, string[] elsewhere)
    {
        var keys = (await device.Rest.GetAsync($"foldersync/settings/{settings}"))["options"]!.AsArray().Select(o => (string)o!["key"]!).Except(elsewhere).ToList();
        await stage.OpenAsync(device, place);
        await stage.Browser.UntilAsync($"document.querySelectorAll('.settings [data-key]').length === {keys.Count}");
        var shown = (JsonArray)(await stage.Browser.EvaluateAsync("[...document.querySelectorAll('.settings [data-key]')].map(e => e.dataset.key)"))!;
        Assert.Equal(keys, shown.Select(k => (string)k!));
    }
}
