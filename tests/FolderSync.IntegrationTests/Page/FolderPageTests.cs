using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Page;

/// <summary>The page of a folder: contents, what is out of sync and why, patterns, versions, options.</summary>
public sealed class FolderPageTests
{
    [SkippableFact]
    public async Task ContentsAreShownWithSizesAndStates()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        SampleFiles.Write(stage.In(a, "letters", "long", "offer.odt"), 3000);
        SampleFiles.Write(stage.In(a, "secret.tmp"), "x");
        SampleFiles.Write(stage.In(a, ".stignore"), "*.tmp\n");
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, "folder/f/contents");
            await stage.Browser.WaitForTextAsync(".files", "one.txt");
            Assert.Equal("letters", await stage.Browser.TextAsync(".files tbody tr:first-child bdi"));
            Assert.Equal("Ignored", await RowAsync(stage, "secret.tmp", 1));
            Assert.Equal("In sync", await RowAsync(stage, "one.txt", 1));
            Assert.Equal("3 B", await RowAsync(stage, "one.txt", 2));

            await stage.Browser.ClickTextAsync("letters", ".files");
            await stage.Browser.ClickTextAsync("long", ".files");
            await stage.Browser.WaitForTextAsync(".files", "offer.odt");
            Assert.Equal("2.9 KiB", await RowAsync(stage, "offer.odt", 2));
            Assert.Equal("Photos/letters/long", (await stage.Browser.TextAsync(".crumbs")).Replace("\n", "", StringComparison.Ordinal));
            await stage.Browser.ClickTextAsync("Photos", ".crumbs");
            await stage.Browser.WaitForTextAsync(".files", "one.txt");

            SampleFiles.Write(stage.In(b, "later.txt"), "later");
            await stage.Cluster.SyncedAsync("f");
            await stage.Browser.WaitForTextAsync(".files", "later.txt");
        });
    }

    [SkippableFact]
    public async Task WhatIsOutOfSyncHasItsReason()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos", d => d == a ? new JsonObject { ["type"] = "sendonly" } : null);
            SampleFiles.Write(stage.In(b, "theirs", "<b>\u202egpj.exe"), 5000);
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
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        foreach (var name in (string[])["a.tmp", "b.tmp", "keep.tmp", "build/x.o"])
            SampleFiles.Write(stage.In(a, name), 1000);
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, "folder/f/ignores");
            await stage.Browser.WaitForTextAsync(".halves", "Nothing is ignored");
            await stage.Browser.TypeAsync("textarea", "!keep.tmp\n*.tmp\n/build");
            await stage.Browser.WaitForTextAsync(".halves", "3 files, 2.9 KiB would be ignored");
            Assert.Contains("*.tmp", await RowAsync(stage, "a.tmp", 1), StringComparison.Ordinal);
            Assert.Contains("/build", await RowAsync(stage, "build", 1), StringComparison.Ordinal);
            Assert.False(File.Exists(stage.In(a, ".stignore")));

            await stage.Browser.TypeAsync("textarea", "*.tmp\n[a");
            await stage.Browser.WaitForTextAsync(".halves .wrong", "Line 2");

            await stage.Browser.TypeAsync("textarea", "!keep.tmp\n*.tmp\n/build");
            await stage.Browser.ClickTextAsync("Save");
            await stage.Browser.WaitForTextAsync(".halves", "3 files, 2.9 KiB are ignored");
            Assert.Equal("!keep.tmp\n*.tmp\n/build\n", await File.ReadAllTextAsync(stage.In(a, ".stignore")));
        });
    }

    [SkippableFact]
    public async Task PauseRescanAndRemove()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await stage.OpenAsync(a, "folder/f");
            await stage.Browser.ClickAsync("[data-act=pause]");
            await stage.Browser.WaitForTextAsync(".folder-state", "Paused");
            Assert.True((bool)(await a.Rest.GetAsync("config/folders/f"))["paused"]!);
            await stage.Browser.ClickAsync("[data-act=pause]");
            await stage.Browser.WaitForTextAsync(".folder-state", "Up to date");

            await stage.Browser.ClickTextAsync("Rescan");
            await stage.Browser.WaitForTextAsync("#toast", "The folder was scanned");

            await stage.OpenAsync(a, "folder/f/options");
            await stage.Browser.ClickAsync("[data-act=remove]");
            await stage.Browser.ClickTextAsync("Cancel", "dialog");
            Assert.Single((JsonArray)await a.Rest.GetAsync("config/folders"));
            await stage.Browser.ClickAsync("[data-act=remove]");
            await stage.Browser.ClickTextAsync("Remove folder", "dialog");
            await stage.Browser.WaitForTextAsync("#folders", "No folder yet");
            Assert.Empty((JsonArray)await a.Rest.GetAsync("config/folders"));
            Assert.Equal("one", await File.ReadAllTextAsync(stage.In(a, "one.txt")));
        });
    }

    [SkippableFact]
    public async Task AFolderIsSharedAndAnOptionChanged()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await a.AddFolderAsync("f", stage.Cluster.PathOf("f", a), []);
            await stage.OpenAsync(a, "folder/f/options");
            await stage.Browser.ClickAsync(".folder-view fieldset input");
            await stage.Browser.WaitForTextAsync("#toast", "Shared");
            await stage.OpenAsync(b);
            await stage.Browser.WaitForTextAsync(".pending-folder", "anna shares the folder f");

            await stage.OpenAsync(a, "folder/f/options");
            await stage.Browser.TypeAsync("[data-key=keep-versions]", "a while");
            await stage.Browser.ClickTextAsync("Save", ".settings");
            await stage.Browser.WaitForTextAsync(".settings", "must be a duration");
            await stage.Browser.TypeAsync("[data-key=keep-versions]", "7d");
            await stage.Browser.TypeAsync("[data-key=label]", "Photos of ours");
            await stage.Browser.ClickTextAsync("Save", ".settings");
            await stage.Browser.WaitForTextAsync(".folder-view h1", "Photos of ours");
            var yaml = await File.ReadAllTextAsync(((FolderSyncProcess)a).ConfigFile);
            Assert.Contains("keep-versions: 7d", yaml, StringComparison.Ordinal);
            Assert.Contains("# A comment that stays.", yaml, StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task AnOldVersionComesBackWithOneClick()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            SampleFiles.Write(stage.In(b, "one.txt"), "another one");
            await stage.Cluster.SyncedAsync("f");
            Assert.Equal("another one", await File.ReadAllTextAsync(stage.In(a, "one.txt")));

            await stage.OpenAsync(a, "folder/f/versions");
            await stage.Browser.WaitForTextAsync(".folder-view", "1 version, 3 B");
            await stage.Browser.ClickAsync("[data-act=restore]");
            await stage.Browser.WaitForTextAsync("#toast", "one.txt restored");
            Assert.Equal("one", await File.ReadAllTextAsync(stage.In(a, "one.txt")));
            await stage.Cluster.SyncedAsync("f");
            Assert.Equal("one", await File.ReadAllTextAsync(stage.In(b, "one.txt")));

            // The replaced content is a version itself.
            await stage.Browser.WaitForTextAsync(".folder-view", "11 B");
            await stage.Browser.ClickTextAsync("Clean now…");
            await stage.Browser.ClickTextAsync("Clean", "dialog");
            await stage.Browser.WaitForTextAsync("#toast", "Cleaned");
        });
    }

    [SkippableFact]
    public async Task UndoingShowsFirstWhatItWouldDo()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos");
            await a.SetFolderAsync("f", "type", "receiveonly");
            SampleFiles.Write(stage.In(a, "mine.txt"), "mine");
            SampleFiles.Write(stage.In(a, "one.txt"), "changed here");
            await a.ScanAsync("f");
            await stage.OpenAsync(a, "folder/f");
            await stage.Browser.ClickAsync("[data-act=revert]");
            await stage.Browser.WaitForTextAsync("dialog", "mine.txt");
            await stage.Browser.WaitForTextAsync("dialog", "Deleted");
            await stage.Browser.WaitForTextAsync("dialog", "Replaced");
            await stage.Browser.ClickTextAsync("Cancel", "dialog");
            Assert.True(File.Exists(stage.In(a, "mine.txt")));

            await stage.Browser.ClickAsync("[data-act=revert]");
            await stage.Browser.ClickTextAsync("Undo changes", "dialog");
            await stage.Browser.WaitForTextAsync("#toast", "Undone");
            await stage.Cluster.UntilAsync("that the change here is undone", async () => !File.Exists(stage.In(a, "mine.txt")) && await File.ReadAllTextAsync(stage.In(a, "one.txt")) == "one");
        });
    }

    [SkippableFact]
    public async Task OverridingShowsFirstWhatItWouldDo()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos", d => d == a ? new JsonObject { ["type"] = "sendonly" } : null);
            SampleFiles.Write(stage.In(b, "one.txt"), "theirs");
            await b.ScanAsync("f");
            await stage.OpenAsync(a, "folder/f");
            await stage.Browser.WaitForTextAsync(".folder-state", "Others have changes");
            await stage.Browser.ClickAsync("[data-act=override]");
            await stage.Browser.WaitForTextAsync("dialog", "one.txt");
            await stage.Browser.ClickTextAsync("Override", "dialog");
            await stage.Cluster.UntilAsync("that both have this device's file", async () => await File.ReadAllTextAsync(stage.In(b, "one.txt")) == "one");
        });
    }

    [SkippableFact]
    public async Task HeldDeletionsWaitForAPersonsWord()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        for (var i = 0; i < 10; i++)
            SampleFiles.Write(stage.In(a, $"{i}.txt"), "x");
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos", _ => new JsonObject { ["holdDeletionsOver"] = 3, ["holdDeletionsOverPercent"] = 20 });
            for (var i = 0; i < 10; i++)
                File.Delete(stage.In(a, $"{i}.txt"));
            await a.ScanAsync("f");
            await stage.OpenAsync(a);
            await stage.Browser.WaitForTextAsync(".hold", "10 of 11 files were deleted here. The other devices keep theirs");
            await stage.Browser.ClickTextAsync("Which files", ".hold");
            await stage.Browser.WaitForTextAsync(".hold .names", "7.txt");
            await stage.Browser.ClickAsync(".hold [data-act=delete]");
            await stage.Browser.WaitForTextAsync("dialog", "Delete these files on all devices?");
            await stage.Browser.ClickTextAsync("Cancel", "dialog");
            await stage.Browser.ClickAsync(".hold [data-act=restore]");
            await stage.Browser.UntilAsync("document.querySelector('.hold') === null");
            await stage.Cluster.UntilAsync("that the files are back", () => Task.FromResult(File.Exists(stage.In(a, "7.txt"))));
        });
    }

    [SkippableFact]
    public async Task ManyChangesOfAnotherDeviceAreHeldAndTakenBack()
    {
        await using var stage = await PageFixture.SetAsync();
        var (a, b) = await stage.PairAsync();
        foreach (var device in (SyncDevice[])[a, b])
        {
            for (var i = 0; i < 10; i++)
                SampleFiles.Write(stage.In(device, $"{i}.txt"), $"{i}");
        }
        await stage.RunAsync(async () =>
        {
            await stage.ShareAsync(a, b, "Photos", _ => new JsonObject { ["holdIncomingFrom"] = 10, ["holdIncomingFromPercent"] = 50 });
            for (var i = 0; i < 10; i++)
                SampleFiles.Write(stage.In(a, $"{i}.txt"), "encrypted");
            await a.ScanAsync("f");
            await stage.OpenAsync(b);
            await stage.Browser.WaitForTextAsync(".hold", "Changes in Photos need your decision");
            await stage.Browser.WaitForTextAsync(".hold", "10 of 11 files were replaced on ");
            await stage.Browser.ClickTextAsync("Which files", ".hold");
            await stage.Browser.WaitForTextAsync(".hold .names", "7.txt");
            await stage.Browser.ClickAsync(".hold [data-act=delete]");
            await stage.Browser.WaitForTextAsync("dialog", "Accept these changes?");
            await stage.Browser.ClickTextAsync("Cancel", "dialog");
            Assert.Equal("7", await File.ReadAllTextAsync(stage.In(b, "7.txt")));
            await stage.Browser.ClickTextAsync("Take the changes back", ".hold");
            await stage.Browser.UntilAsync("document.querySelector('.hold') === null");
            await stage.Cluster.UntilAsync("that the files are as they were", async () => await File.ReadAllTextAsync(stage.In(a, "7.txt")) == "7");
        });
    }

    private static async Task<string> RowAsync(PageFixture stage, string name, int cell) => (string)(await stage.Browser.EvaluateAsync(
        $"[...document.querySelectorAll('.files tbody tr')].find(r => r.querySelector('bdi').textContent === {Browser.Quoted(name)})?.cells[{cell}].innerText"))!;
}
