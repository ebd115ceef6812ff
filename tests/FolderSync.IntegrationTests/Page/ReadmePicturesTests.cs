using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>
/// Takes the pictures in README, of a laptop with a NAS and a phone: FOLDERSYNC_TEST_SCREENSHOTS=.github/screenshots, as an absolute path.
/// </summary>
public sealed class ReadmePicturesTests
{
    [SkippableFact]
    public async Task PicturesOfThePage()
    {
        Skip.If(Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_SCREENSHOTS") is null, "Pictures are taken with FOLDERSYNC_TEST_SCREENSHOTS=DIRECTORY.");
        await using var stage = await PageFixture.SetAsync();
        var (laptop, nas, phone) = (await stage.AddAsync("anna-laptop"), await stage.AddAsync("nas"), await stage.AddAsync("phone"));
        await stage.RunAsync(async () =>
        {
            await Cluster.PairAsync(laptop, nas);
            await Cluster.PairAsync(laptop, phone);
            await laptop.Rest.PostAsync("config/devices", new JsonObject { ["deviceID"] = OfDesktop, ["name"] = "desktop" });
            for (var i = 0; i < 50; i++)
                SampleFiles.Write(Path.Combine(stage.Cluster.PathOf("Documents", laptop), "letters", $"letter {i}.odt"), 45_000);
            for (var i = 0; i < 60; i++)
                SampleFiles.Write(Path.Combine(stage.Cluster.PathOf("Music", nas), $"{i:00}.ogg"), 300_000);
            for (var i = 0; i < 240; i++)
                SampleFiles.Write(Path.Combine(stage.Cluster.PathOf("Photos", nas), "2026", $"IMG_{2000 + i}.jpg"), 1_150_000);
            await stage.Cluster.ShareAsync("Documents", [laptop, nas], _ => new JsonObject { ["label"] = "Documents" });
            await stage.Cluster.ShareAsync("Music", [laptop, nas], _ => new JsonObject { ["label"] = "Music" });
            await stage.Cluster.SyncedAsync("Documents", laptop, nas);
            await stage.Cluster.SyncedAsync("Music", laptop, nas);
            await phone.AddFolderAsync("Holiday", stage.Cluster.PathOf("Holiday", phone), [laptop], new JsonObject { ["label"] = "Holiday pictures" });
            await nas.LimitSendingAsync(2500);
            await stage.Cluster.ShareAsync("Photos", [laptop, nas], _ => new JsonObject { ["label"] = "Photos" });
            var browser = stage.Browser;
            await browser.ShowAsync(1280, dark: false);
            await stage.OpenAsync(laptop);
            await browser.UntilAsync($"document.querySelector('.pending-folder') !== null && document.querySelector('#folders').innerText.includes(' left')");
            await KeepAsync(browser, "overview");
            await browser.ShowAsync(390, dark: false);
            await KeepAsync(browser, "phone");
            await browser.ShowAsync(1280, dark: true);
            await stage.OpenAsync(laptop, "folder/Photos");
            await browser.UntilAsync("document.querySelector('#view').innerText.includes('IMG_')");
            await KeepAsync(browser, "folder-dark");
        });
    }

    /// <summary>Some ID of a device that is nowhere.</summary>
    private static string OfDesktop => "MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD";

    /// <summary>With the paths that a person would have.</summary>
    private static async Task KeepAsync(Browser browser, string name)
    {
        await browser.EvaluateAsync("document.querySelectorAll('#view *').forEach(e => { if (e.children.length === 0) e.textContent = e.textContent.replace(/[^ ]*foldersync-test-[^/]*[/]anna-laptop/g, '/home/anna'); }); 0");
        await browser.KeepPictureAsync(name);
    }
}
