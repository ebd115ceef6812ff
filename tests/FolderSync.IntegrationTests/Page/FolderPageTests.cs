using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>The page of a folder: contents, what is out of sync and why, patterns, versions, options.</summary>
public sealed class FolderPageTests
{
    [SkippableFact]
    public async Task ContentsAreShownWithSizesAndStates()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        Sample.Write(stage.In(a, "letters", "long", "offer.odt"), 3000);
        Sample.Write(stage.In(a, "secret.tmp"), "x");
        Sample.Write(stage.In(a, ".stignore"), "*.tmp\n");
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, "folder/f/contents");
            await stage.Browser.SaysAsync(".files", "one.txt");
            Assert.Equal("letters", await stage.Browser.TextAsync(".files tbody tr:first-child bdi"));
            Assert.Equal("Ignored", await RowAsync(stage, "secret.tmp", 1));
            Assert.Equal("In sync", await RowAsync(stage, "one.txt", 1));
            Assert.Equal("3 B", await RowAsync(stage, "one.txt", 2));

            await stage.Browser.PressSayingAsync("letters", ".files");
            await stage.Browser.PressSayingAsync("long", ".files");
            await stage.Browser.SaysAsync(".files", "offer.odt");
            Assert.Equal("2.9 KiB", await RowAsync(stage, "offer.odt", 2));
            Assert.Equal("Photos/letters/long", (await stage.Browser.TextAsync(".crumbs")).Replace("\n", "", StringComparison.Ordinal));
            await stage.Browser.PressSayingAsync("Photos", ".crumbs");
            await stage.Browser.SaysAsync(".files", "one.txt");

            Sample.Write(stage.In(b, "later.txt"), "later");
            await stage.Cluster.SyncedAsync("f");
            await stage.Browser.SaysAsync(".files", "later.txt");
        });
    }

    [SkippableFact]
    public async Task WhatIsOutOfSyncHasItsReason()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos", d => d == a ? new JsonObject { ["type"] = "sendonly" } : null);
            Sample.Write(stage.In(b, "theirs", "<b>\u202egpj.exe"), 5000);
            await b.ScanAsync("f");
            await stage.OpenAsync(a, "folder/f/need");
            await stage.Browser.UntilAsync("document.querySelectorAll('.files tbody tr').length === 2");
            var rows = (JsonArray)(await stage.Browser.EvaluateAsync("[...document.querySelectorAll('.files tbody tr')].map(r => [...r.cells].map(c => c.innerText))"))!;
            Assert.Contains("theirs/<b>\\u202egpj.exe New", (string?)rows[1]![0], StringComparison.Ordinal);
            Assert.All(rows, r => Assert.StartsWith("This folder only sends", (string?)r![1], StringComparison.Ordinal));
            Assert.Equal("4.9 KiB", (string?)rows[1]![2]);
            Assert.Contains("Out of sync2", await stage.Browser.TextAsync(".tabs"), StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task PatternsShowWhatTheyWouldLeaveOutBeforeTheyAreSaved()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        foreach (var name in (string[])["a.tmp", "b.tmp", "keep.tmp", "build/x.o"])
            Sample.Write(stage.In(a, name), 1000);
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, "folder/f/ignores");
            await stage.Browser.SaysAsync(".halves", "Nothing is ignored");
            await stage.Browser.TypeAsync("textarea", "!keep.tmp\n*.tmp\n/build");
            await stage.Browser.SaysAsync(".halves", "3 files, 2.9 KiB would be ignored");
            Assert.Contains("*.tmp", await RowAsync(stage, "a.tmp", 1), StringComparison.Ordinal);
            Assert.Contains("/build", await RowAsync(stage, "build", 1), StringComparison.Ordinal);
            Assert.False(File.Exists(stage.In(a, ".stignore")));

            await stage.Browser.TypeAsync("textarea", "*.tmp\n[a");
            await stage.Browser.SaysAsync(".halves .wrong", "Line 2");

            await stage.Browser.TypeAsync("textarea", "!keep.tmp\n*.tmp\n/build");
            await stage.Browser.PressSayingAsync("Save");
            await stage.Browser.SaysAsync(".halves", "3 files, 2.9 KiB are ignored");
            Assert.Equal("!keep.tmp\n*.tmp\n/build\n", await File.ReadAllTextAsync(stage.In(a, ".stignore")));
        });
    }

    [SkippableFact]
    public async Task PauseRescanAndRemove()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, "folder/f");
            await stage.Browser.PressAsync("[data-act=pause]");
            await stage.Browser.SaysAsync(".folder-state", "Paused");
            Assert.True((bool)(await a.Rest.GetAsync("config/folders/f"))["paused"]!);
            await stage.Browser.PressAsync("[data-act=pause]");
            await stage.Browser.SaysAsync(".folder-state", "Up to date");

            await stage.Browser.PressSayingAsync("Rescan");
            await stage.Browser.SaysAsync("#toast", "The folder was scanned");

            await stage.OpenAsync(a, "folder/f/options");
            await stage.Browser.PressAsync("[data-act=remove]");
            await stage.Browser.PressSayingAsync("Cancel", "dialog");
            Assert.Single((JsonArray)await a.Rest.GetAsync("config/folders"));
            await stage.Browser.PressAsync("[data-act=remove]");
            await stage.Browser.PressSayingAsync("Remove folder", "dialog");
            await stage.Browser.SaysAsync("#folders", "No folder yet");
            Assert.Empty((JsonArray)await a.Rest.GetAsync("config/folders"));
            Assert.Equal("one", await File.ReadAllTextAsync(stage.In(a, "one.txt")));
        });
    }

    [SkippableFact]
    public async Task AFolderIsSharedAndAnOptionChanged()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), []);
            await stage.OpenAsync(a, "folder/f/options");
            await stage.Browser.PressAsync(".folder-view fieldset input");
            await stage.Browser.SaysAsync("#toast", "Shared");
            await stage.OpenAsync(b);
            await stage.Browser.SaysAsync(".pending-folder", "anna shares the folder f");

            await stage.OpenAsync(a, "folder/f/options");
            await stage.Browser.TypeAsync("[data-key=keep-versions]", "a while");
            await stage.Browser.PressSayingAsync("Save", ".settings");
            await stage.Browser.SaysAsync(".settings", "must be a duration");
            await stage.Browser.TypeAsync("[data-key=keep-versions]", "7d");
            await stage.Browser.TypeAsync("[data-key=label]", "Photos of ours");
            await stage.Browser.PressSayingAsync("Save", ".settings");
            await stage.Browser.SaysAsync(".folder-view h1", "Photos of ours");
            var yaml = await File.ReadAllTextAsync(((FolderSyncProcess)a).ConfigFile);
            Assert.Contains("keep-versions: 7d", yaml, StringComparison.Ordinal);
            Assert.Contains("# A comment that stays.", yaml, StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task AnOldVersionComesBackWithOneClick()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            Sample.Write(stage.In(b, "one.txt"), "another one");
            await stage.Cluster.SyncedAsync("f");
            Assert.Equal("another one", await File.ReadAllTextAsync(stage.In(a, "one.txt")));

            await stage.OpenAsync(a, "folder/f/versions");
            await stage.Browser.SaysAsync(".folder-view", "1 version, 3 B");
            await stage.Browser.PressAsync("[data-act=restore]");
            await stage.Browser.SaysAsync("#toast", "one.txt restored");
            Assert.Equal("one", await File.ReadAllTextAsync(stage.In(a, "one.txt")));
            await stage.Cluster.SyncedAsync("f");
            Assert.Equal("one", await File.ReadAllTextAsync(stage.In(b, "one.txt")));

            // The replaced content is a version itself.
            await stage.Browser.SaysAsync(".folder-view", "11 B");
            await stage.Browser.PressSayingAsync("Clean now…");
            await stage.Browser.PressSayingAsync("Clean", "dialog");
            await stage.Browser.SaysAsync("#toast", "Cleaned");
        });
    }

    [SkippableFact]
    public async Task UndoingShowsFirstWhatItWouldDo()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await a.SetFolderAsync("f", "type", "receiveonly");
            Sample.Write(stage.In(a, "mine.txt"), "mine");
            Sample.Write(stage.In(a, "one.txt"), "changed here");
            await a.ScanAsync("f");
            await stage.OpenAsync(a, "folder/f");
            await stage.Browser.PressAsync("[data-act=revert]");
            await stage.Browser.SaysAsync("dialog", "mine.txt");
            await stage.Browser.SaysAsync("dialog", "Deleted");
            await stage.Browser.SaysAsync("dialog", "Replaced");
            await stage.Browser.PressSayingAsync("Cancel", "dialog");
            Assert.True(File.Exists(stage.In(a, "mine.txt")));

            await stage.Browser.PressAsync("[data-act=revert]");
            await stage.Browser.PressSayingAsync("Undo changes", "dialog");
            await stage.Browser.SaysAsync("#toast", "Undone");
            await stage.Cluster.UntilAsync("that the change here is undone", async () => !File.Exists(stage.In(a, "mine.txt")) && await File.ReadAllTextAsync(stage.In(a, "one.txt")) == "one");
        });
    }

    [SkippableFact]
    public async Task OverridingShowsFirstWhatItWouldDo()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos", d => d == a ? new JsonObject { ["type"] = "sendonly" } : null);
            Sample.Write(stage.In(b, "one.txt"), "theirs");
            await b.ScanAsync("f");
            await stage.OpenAsync(a, "folder/f");
            await stage.Browser.SaysAsync(".folder-state", "Others have changes");
            await stage.Browser.PressAsync("[data-act=override]");
            await stage.Browser.SaysAsync("dialog", "one.txt");
            await stage.Browser.PressSayingAsync("Override", "dialog");
            await stage.Cluster.UntilAsync("that both have this device's file", async () => await File.ReadAllTextAsync(stage.In(b, "one.txt")) == "one");
        });
    }

    [SkippableFact]
    public async Task HeldDeletionsWaitForAPersonsWord()
    {
        await using var stage = await PageStage.SetAsync();
        var (a, b) = await stage.PairAsync();
        for (var i = 0; i < 10; i++)
            Sample.Write(stage.In(a, $"{i}.txt"), "x");
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos", _ => new JsonObject { ["holdDeletionsOver"] = 3, ["holdDeletionsOverPercent"] = 20 });
            for (var i = 0; i < 10; i++)
                File.Delete(stage.In(a, $"{i}.txt"));
            await a.ScanAsync("f");
            await stage.OpenAsync(a);
            await stage.Browser.SaysAsync(".hold", "10 of 11 files were deleted here. The other devices keep theirs");
            await stage.Browser.PressSayingAsync("Which files", ".hold");
            await stage.Browser.SaysAsync(".hold .names", "7.txt");
            await stage.Browser.PressAsync(".hold [data-act=delete]");
            await stage.Browser.SaysAsync("dialog", "Delete these files on all devices?");
            await stage.Browser.PressSayingAsync("Cancel", "dialog");
            await stage.Browser.PressAsync(".hold [data-act=restore]");
            await stage.Browser.UntilAsync("document.querySelector('.hold') === null");
            await stage.Cluster.UntilAsync("that the files are back", () => Task.FromResult(File.Exists(stage.In(a, "7.txt"))));
        });
    }

    private static async Task<string> RowAsync(PageStage stage, string name, int cell) => (string)(await stage.Browser.EvaluateAsync(
        $"[...document.querySelectorAll('.files tbody tr')].find(r => r.querySelector('bdi').textContent === {Browser.Quoted(name)})?.cells[{cell}].innerText"))!;
}
