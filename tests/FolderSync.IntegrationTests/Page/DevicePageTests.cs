using System.Text.Json.Nodes;

namespace FolderSync.IntegrationTests.Page;

/// <summary>The page of another device.</summary>
public sealed class DevicePageTests
{
    [SkippableFact]
    public async Task ADeviceIsRenamedAndItsOptionsAreChanged()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, $"device/{b.Id}");
            await stage.Browser.WaitForTextAsync(".device-view", "TCP in the local network");
            await stage.Browser.WaitForTextAsync(".device-view", "FolderSync v");
            await stage.Browser.TypeAsync("[data-key=name]", "Bert’s <b>laptop</b>");
            await stage.Browser.TypeAsync("[data-key=addresses]", $"carrier pigeon\n{b.PeerAddress}");
            await stage.Browser.EvaluateAsync("(() => { const s = document.querySelector('[data-key=compression]'); s.value = 'always'; s.dispatchEvent(new Event('input')); })()");
            await stage.Browser.ClickTextAsync("Save", ".settings");
            await stage.Browser.WaitForTextAsync(".settings", "'carrier pigeon'");
            await stage.Browser.TypeAsync("[data-key=addresses]", $"{b.PeerAddress}\ndynamic");
            await stage.Browser.ClickTextAsync("Save", ".settings");
            await stage.Browser.WaitForTextAsync(".device-view > :not([hidden]) h1", "Bert’s <b>laptop</b>");
            var device = await a.Rest.GetAsync($"config/devices/{b.Id}");
            Assert.Equal("always", (string?)device["compression"]);
            Assert.Equal($"""["{b.PeerAddress}","dynamic"]""", device["addresses"]!.ToJsonString());
        });
    }

    [SkippableFact]
    public async Task ADeviceIsPausedSharedWithAndRemoved()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, $"device/{b.Id}");
            await stage.Browser.ClickAsync("[data-act=pause]");
            await stage.Browser.WaitForTextAsync(".device-view .chip", "Paused");
            await stage.Browser.ClickAsync("[data-act=pause]");
            await stage.Browser.WaitForTextAsync(".device-view .chip", "Connected");
            await stage.Browser.WaitForTextAsync(".device-view", "It is up to date with all shared folders");

            await stage.Browser.ClickAsync(".device-view fieldset input");
            await stage.Browser.WaitForTextAsync("#toast", "No longer shared");
            Assert.Single((await a.Rest.GetAsync("config/folders/f"))["devices"]!.AsArray());

            await stage.Browser.ClickAsync("[data-act=remove]");
            await stage.Browser.ClickTextAsync("Remove device", "dialog");
            await stage.Browser.WaitForTextAsync("#devices", "No device yet");
            Assert.Single((JsonArray)await a.Rest.GetAsync("config/devices"));
        });
    }
}
