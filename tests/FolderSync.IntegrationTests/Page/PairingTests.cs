using System.Diagnostics;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using Xunit.Abstractions;

namespace FolderSync.IntegrationTests.Page;

/// <summary>From two empty homes to a synced file, using the pages only; and each way of pairing alone.</summary>
public sealed class PairingTests(ITestOutputHelper output)
{
    private const string IdField = "[data-part=other-id]";

    [SkippableFact]
    public async Task TwoEmptyHomesComeToASyncedFileThroughThePagesAlone()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = (await stage.AddAsync("anna"), await stage.AddAsync("bert"));
        var (here, there) = (stage.Cluster.Scratch.In("Letters"), stage.Cluster.Scratch.In("received"));
        SampleFiles.Write(Path.Combine(here, "first.txt"), "first");
        var browser = stage.Browser;
        await stage.RunAsync(async () =>
        {
            var clock = Stopwatch.StartNew();
            await stage.OpenAsync(a, "pair");
            var id = (string)(await browser.EvaluateAsync("[...document.querySelectorAll('.id-chunks span')].map(s => s.textContent).join('-')"))!;

            await stage.OpenAsync(b, "pair");
            await browser.TypeAsync(IdField, id);
            await browser.TypeAsync("[data-part=other-name]", "anna");
            await browser.TypeAsync("[data-part=other-address]", a.PeerAddress);
            await browser.ClickAsync("[data-act=add]");
            await browser.WaitForTextAsync(".device-view h1", "anna");

            await stage.OpenAsync(a, "pair");
            await browser.WaitForTextAsync(".pending-device", b.Id.ToString());
            await browser.ClickAsync(".pending-device [data-act=accept]");
            await stage.OpenAsync(a);
            await browser.WaitForTextAsync("#devices .device .state", "Connected");

            await browser.ClickTextAsync("Add folder");
            await browser.TypeAsync("[data-part=path]", here);
            await browser.ClickAsync(".add-folder fieldset input");
            await browser.UntilAsync("document.querySelector('[data-part=label]').value === 'Letters' && document.querySelector('[data-part=id]').value !== ''");
            await browser.ClickAsync("[data-act=add]");
            await browser.WaitForTextAsync(".folder-view h1", "Letters");

            await stage.OpenAsync(b);
            await browser.WaitForTextAsync(".pending-folder", "Letters");
            await browser.TypeAsync(".pending-folder [data-part=path]", there);
            await browser.ClickAsync(".pending-folder [data-act=accept]");
            await browser.WaitForTextAsync("#folders .folder .state", "Up to date");
            await browser.WaitForTextAsync("#folders .folder .detail", "1 file");
            Assert.Equal("first", await File.ReadAllTextAsync(Path.Combine(there, "first.txt")));
            output.WriteLine($"Two empty homes to the first synced file: {clock.Elapsed.TotalSeconds:0.0} s");
        });
    }

    [SkippableFact]
    public async Task AnIdIsCheckedWhileItIsTyped()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "pair");
            foreach (var (typed, said) in ((string, string)[])[("ABCDEFG-1", "."), (a.Id.ToString(), "ID of this device itself"), (b.Id.ToString(), "already paired, as “bert”")])
            {
                await stage.Browser.TypeAsync(IdField, typed);
                await stage.Browser.WaitForTextAsync(".pair-view form .wrong", said);
                Assert.Equal("true", (string?)await stage.Browser.EvaluateAsync($"document.querySelector('{IdField}').getAttribute('aria-invalid')"));
                Assert.True((bool)(await stage.Browser.EvaluateAsync("document.querySelector('[data-act=add]').disabled"))!);
            }
            await stage.Browser.TypeAsync(IdField, "IVLJ3JL7JN57IS4WXVBSO6R4BIUVOK4Y4D73U7WCXVEBRM2UHHEOW3Q4");
            await stage.Browser.WaitForTextAsync(".pair-view form .right", "complete and valid");
            await stage.Browser.UntilAsync("document.querySelector('[data-act=add]').disabled === false");
        });
    }

    [SkippableFact]
    public async Task TheOwnIdIsShownAsACode()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "pair");
            await stage.Browser.UntilAsync("document.querySelector('.qr').complete && document.querySelector('.qr').naturalWidth > 0 && document.querySelector('.qr').checkVisibility()");
            var kind = await stage.Browser.EvaluateAsync("fetch(document.querySelector('.qr').src, { headers: { Accept: 'image/svg+xml' } }).then(r => r.headers.get('Content-Type'))");
            Assert.StartsWith("image/svg+xml", (string?)kind, StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task ANearbyDeviceIsPairedWithOneClick()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        var other = (await Identities.MakeAsync(stage.Cluster.Scratch.In("other"), KeyKind.P256)).ToString();
        var seen = new JsonArray(new JsonObject { ["deviceID"] = other, ["name"] = "living room", ["addresses"] = new JsonArray(), ["via"] = "local", ["seen"] = DateTimeOffset.UtcNow, ["kind"] = "syncthing", ["paired"] = false });
        await stage.RunAsync(async () =>
        {
            // Real announcements would need a private network, so the test inserts a received one.
            await stage.Browser.BeforeEachPageAsync(
                $"const real = fetch; globalThis.fetch = (url, how) => String(url).startsWith('rest/foldersync/nearby') ? Promise.resolve(new Response({Browser.Quoted(seen.ToJsonString())})) : real(url, how);");
            await stage.OpenAsync(a, "pair");
            await stage.Browser.WaitForTextAsync(".nearby", "living room");
            await stage.Browser.ClickAsync(".nearby button");
            await stage.Browser.UntilAsync("document.querySelector('.nearby') === null");
            Assert.Equal("living room", (string?)(await a.Rest.GetAsync($"config/devices/{other}"))["name"]);
        });
    }

    [SkippableFact]
    public async Task WhatIsNotWantedIsIgnored()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = (await stage.AddAsync("anna"), await stage.AddAsync("bert"));
        await stage.RunAsync(async () =>
        {
            await b.AddDeviceAsync(a, a.PeerAddress);
            await stage.OpenAsync(a, "pair");
            await stage.Browser.WaitForTextAsync(".pending-device", "bert wants to connect");
            await stage.Browser.ClickAsync(".pending-device [data-act=ignore]");
            await stage.Browser.UntilAsync("document.querySelector('.pending-device') === null");
            Assert.Equal("bert", (string?)Assert.Single((await a.Rest.GetAsync("config"))["remoteIgnoredDevices"]!.AsArray())!["name"]);
            await stage.OpenAsync(a, "settings/network");
            await stage.Browser.WaitForTextAsync(".ignored-device", "bert");
            await stage.Browser.ClickAsync(".ignored-device [data-act=unignore]");
            await stage.Browser.UntilAsync("document.querySelector('.ignored-device') === null");
            await stage.OpenAsync(a, "pair");
            await stage.Browser.WaitForTextAsync(".pending-device", "bert wants to connect");
            await stage.Browser.ClickAsync(".pending-device [data-act=accept]");
            await stage.Browser.UntilAsync("document.querySelector('.pending-device') === null");
            await stage.Cluster.ConnectedAsync(a, b);

            await b.AddFolderAsync("f", stage.Cluster.PathOf("f", b), [a], new JsonObject { ["label"] = "Unwanted" });
            await stage.Browser.WaitForTextAsync(".pending-folder", "bert shares the folder Unwanted");
            await stage.Browser.ClickAsync(".pending-folder [data-act=ignore]");
            await stage.Browser.UntilAsync("document.querySelector('.pending-folder') === null");
            var ignored = (await a.Rest.GetAsync($"config/devices/{b.Id}"))["ignoredFolders"]!.AsArray();
            Assert.Equal("f", (string?)Assert.Single(ignored)!["id"]);
        });
    }

    [SkippableFact]
    public async Task APathIsCompletedAsItIsTyped()
    {
        await using var stage = await PageFixture.SetAsync();
        var a = await stage.AddAsync("anna");
        foreach (var name in (string[])["alpha", "alpine", "beta"])
            stage.Cluster.Scratch.Make("disk", name, "inner");
        var browser = stage.Browser;
        await stage.RunAsync(async () =>
        {
            await stage.OpenAsync(a, "add-folder");
            await browser.TypeAsync("[data-part=path]", stage.Cluster.Scratch.In("disk", "al"));
            await browser.UntilAsync("document.querySelectorAll('.options li').length === 2");
            await browser.KeyAsync("ArrowDown", 40);
            await browser.KeyAsync("ArrowDown", 40);
            Assert.Equal(await browser.TextAsync(".options [aria-selected=true]"), stage.Cluster.Scratch.In("disk", "alpine"));
            await browser.KeyAsync("Enter", 13, "\r");
            await browser.UntilAsync($"document.querySelector('[data-part=path]').value === {Browser.Quoted(stage.Cluster.Scratch.In("disk", "alpine"))}");
            await browser.WaitForTextAsync(".add-folder", "The directory exists");
            Assert.Equal("alpine", (string?)await browser.EvaluateAsync("document.querySelector('[data-part=label]').value"));
            await browser.KeyAsync("Escape", 27);
            await browser.UntilAsync("document.querySelector('.options').hidden && document.querySelector('[data-part=path]').ariaExpanded === 'false'");

            await browser.TypeAsync("[data-part=path]", "relative");
            await browser.WaitForTextAsync(".add-folder .wrong", "whole path");
        });
    }
}
