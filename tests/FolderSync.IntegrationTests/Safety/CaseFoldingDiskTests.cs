using System.Runtime.InteropServices;
using System.Text;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Safety;

/// <summary>
/// A folder on a real case-insensitive disk, and a peer's on a case-sensitive one: whatever is renamed, edited or deleted on either, no content is
/// lost unless a user deleted it, and both sides become idle.
/// </summary>
public sealed partial class CaseFoldingDiskTests(TwoDevices devices) : IClassFixture<TwoDevices>
{
    private FolderSyncProcess Ours => devices.Ours;

    private FolderSyncProcess Peer => devices.Peer;

    private Cluster Cluster => devices.Cluster;

    [SkippableTheory]
    [InlineData("exfat")]
    [InlineData("ntfs")]
    public Task TheOldSpellingGoesAndTakesNothingAlong(string kind) => RunAsync(kind, "plain-" + kind, async (ours, peer, folder) =>
    {
        Write(ours, "notes.txt", "my notes");
        Write(ours, "Photos/one", "first picture");
        Write(ours, "Photos/sub/two", "second picture");
        await SameAsync(ours, peer, folder);
        Rename(ours, "notes.txt", "Notes.txt");
        Rename(ours, "Photos", "photos");
        await SameAsync(ours, peer, folder);
        Assert.Equal(["Notes.txt=my notes", "photos/one=first picture", "photos/sub/two=second picture"], Tree(ours));
        Assert.Empty(Versions(peer));
    });

    [SkippableTheory]
    [InlineData("exfat")]
    [InlineData("ntfs")]
    public Task RenamesThatOnlyChangeCaseArrive(string kind) => RunAsync(kind, "renames-" + kind, async (ours, peer, folder) =>
    {
        Write(ours, "notes.txt", "my notes");
        Write(ours, "photos/one", "first picture");
        Write(ours, "photos/sub/two", "second picture");
        Write(ours, "édith", "non, rien");
        Write(ours, "edited", "before");
        await SameAsync(ours, peer, folder);

        Rename(ours, "notes.txt", "Notes.txt");
        Rename(ours, "photos", "Photos");
        Rename(ours, "édith", "Édith");
        Rename(ours, "edited", "Edited");
        Write(ours, "Edited", "and after");
        Write(ours, "Photos/one", "first picture, retouched");
        Write(ours, "Photos/three", "third picture");
        await SameAsync(ours, peer, folder);
        Assert.Equal(["Edited=and after", "Notes.txt=my notes", "Photos/one=first picture, retouched", "Photos/sub/two=second picture", "Photos/three=third picture", "Édith=non, rien"], Tree(peer));

        Rename(ours, "Photos/sub", "Photos/Sub");
        await SameAsync(ours, peer, folder);
        Assert.Contains("Photos/Sub/two=second picture", Tree(peer));
        // A rename displaced nothing.
        Assert.DoesNotContain(Versions(peer), v => v.EndsWith("my notes", StringComparison.Ordinal) || v.EndsWith("second picture", StringComparison.Ordinal));
        Rename(ours, "Photos/Sub", "Photos/SUB");
        Rename(ours, "Photos", "PHOTOS");
        await SameAsync(ours, peer, folder);
        Assert.Contains("PHOTOS/SUB/two=second picture", Tree(peer));

        // Renamed on the case-insensitive disk.
        Rename(peer, "Notes.txt", "NOTES.txt");
        Rename(peer, "PHOTOS", "pictures");
        Rename(peer, "pictures", "Pictures");
        await SameAsync(ours, peer, folder);
        Rename(peer, "Pictures", "pictures");
        await SameAsync(ours, peer, folder);
        Assert.Equal(["Edited=and after", "NOTES.txt=my notes", "pictures/SUB/two=second picture", "pictures/one=first picture, retouched", "pictures/three=third picture", "Édith=non, rien"], Tree(ours));
        Assert.DoesNotContain(Versions(ours), v => v.EndsWith("my notes", StringComparison.Ordinal));
    });

    [SkippableFact]
    public Task OfTwoSpellingsOneIsPlacedAndNeitherIsLost() => RunAsync("exfat", "twins", async (ours, peer, folder) =>
    {
        Write(ours, "README", "capitals");
        Write(ours, "readme", "small letters");
        Write(ours, "Dir/x", "in capitals");
        Write(ours, "dir/y", "in small letters");
        await Ours.ScanAsync(folder);
        await Cluster.UntilAsync("that one of each is reported", async () =>
            (await ErrorsAsync(folder)).Any(e => e is "README" or "readme") && (await ErrorsAsync(folder)).Any(e => e is "Dir" or "dir"));
        await RestAsync(folder);
        Assert.Equal(["Dir/x=in capitals", "README=capitals", "dir/y=in small letters", "readme=small letters"], Tree(ours));
        Assert.Equal(2, Tree(peer).Count);
        Assert.Empty(Versions(peer));

        // The existing one is deleted: the other one is created, and only the deleted one was displaced.
        var placed = Tree(peer).Single(f => f.StartsWith("README", StringComparison.OrdinalIgnoreCase)).Split('=')[0];
        var other = placed == "README" ? "readme" : "README";
        var content = Tree(ours).Single(f => f.StartsWith(other + "=", StringComparison.Ordinal));
        File.Delete(Path.Combine(ours, placed));
        await Ours.ScanAsync(folder);
        await Cluster.UntilAsync("that the other one comes", () => Task.FromResult(Tree(peer).Contains(content)));
        await RestAsync(folder);
        Assert.Contains(content, Tree(ours));
        Assert.Contains(content, Tree(peer));

        // Another file with that spelling, then renamed: it arrives under its new name.
        Write(ours, placed, "once more");
        await Ours.ScanAsync(folder);
        await Cluster.UntilAsync("that it is reported", async () => (await ErrorsAsync(folder)).Contains(placed));
        Rename(ours, placed, "elsewhere");
        await Ours.ScanAsync(folder);
        await Cluster.UntilAsync("that it comes", () => Task.FromResult(Tree(peer).Contains("elsewhere=once more")));
        Assert.Contains(content, Tree(peer));

        // Renamed on the case-insensitive disk.
        Rename(peer, other, "renamed");
        await Peer.ScanAsync(folder);
        await Cluster.UntilAsync("that it is renamed", () => Task.FromResult(!File.Exists(Path.Combine(ours, other)) && File.Exists(Path.Combine(ours, "renamed"))));
        var directory = Directory.Exists(Path.Combine(peer, "Dir")) && Tree(peer).Any(f => f.StartsWith("Dir/", StringComparison.Ordinal)) ? "dir" : "Dir";
        Rename(ours, directory, "third");
        await SameAsync(ours, peer, folder);
        Assert.Equal(4, Tree(peer).Count);
    });

    /// <summary>
    /// A disk that lists names differently from how they were written can't hold such a name: it is reported, and deleted nowhere.
    /// </summary>
    [SkippableFact]
    public Task WhatTheDiskShowsUnderAnotherNameIsNotPlaced() => RunAsync("lowntfs", "small", async (ours, peer, folder) =>
    {
        Write(ours, "small", "fits");
        Write(ours, "Capital", "does not");
        Write(ours, "Dir/inside", "neither");
        await Ours.ScanAsync(folder);
        await Cluster.UntilAsync("that they are reported", async () => (await ErrorsAsync(folder)).Contains("Capital") && (await ErrorsAsync(folder)).Contains("Dir"));
        await RestAsync(folder);
        Assert.Equal(["Capital=does not", "Dir/inside=neither", "small=fits"], Tree(ours));
        Assert.Equal(["small=fits"], Tree(peer));

        Rename(ours, "small", "Small");
        await Ours.ScanAsync(folder);
        await Cluster.UntilAsync("that it is reported", async () => (await ErrorsAsync(folder)).Contains("Small"));
        await RestAsync(folder);
        Assert.Equal(["Capital=does not", "Dir/inside=neither", "Small=fits"], Tree(ours));
        Assert.Contains("fits", string.Concat(Tree(peer).Concat(Versions(peer))), StringComparison.Ordinal);
    });

    private static void Write(string root, string path, string content) => SampleFiles.Write(Path.Combine(root, path), content);

    /// <summary>Renames like mv: .NET would treat the other spelling, or what the kernel remembers of it, as an existing file.</summary>
    private static void Rename(string root, string from, string to) => Assert.Equal(0, Rename(Path.Combine(root, from), Path.Combine(root, to)));

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    /// <summary>The files as the disk lists them, with their contents; sorted.</summary>
    private static List<string> Tree(string root) => Files(root, f => !f.StartsWith(".st", StringComparison.Ordinal) && !f.Contains(".foldersync.", StringComparison.Ordinal));

    private static List<string> Versions(string root) => Files(root, f => f.StartsWith(".stversions", StringComparison.Ordinal));

    private static List<string> Files(string root, Func<string, bool> wanted) =>
        [.. new DirectoryInfo(root).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(f => (Name: Path.GetRelativePath(root, f.FullName), f.FullName)).Where(f => wanted(f.Name))
            .Select(f => $"{f.Name.Normalize(NormalizationForm.FormC)}={File.ReadAllText(f.FullName)}").Order(StringComparer.Ordinal)];

    private async Task<List<string>> ErrorsAsync(string folder) =>
        [.. (await Peer.Rest.GetAsync($"folder/errors?folder={folder}"))["errors"]!.AsArray().Select(e => (string)e!["path"]!)];

    private async Task SameAsync(string ours, string peer, string folder)
    {
        await Cluster.SyncedAsync(folder);
        Assert.Equal(Tree(ours), Tree(peer));
        await RestAsync(folder);
        Assert.Equal(Tree(ours), Tree(peer));
    }

    /// <summary>Scans find nothing new on either side.</summary>
    private async Task RestAsync(string folder)
    {
        var before = await SequencesAsync(folder);
        for (var i = 0; i < 5; i++)
        {
            foreach (var device in Cluster.Devices)
                await device.ScanAsync(folder);
            await Cluster.UntilAsync("that both are idle", async () => await Ours.StateAsync(folder) == "idle" && await Peer.StateAsync(folder) == "idle");
            var now = await SequencesAsync(folder);
            if (i > 0 && now == before)
                return;
            before = now;
        }
        Assert.Fail("Every scan finds something to announce.");
    }

    private async Task<string> SequencesAsync(string folder) =>
        string.Join(' ', (await Task.WhenAll(Cluster.Devices.Select(d => d.StatusAsync(folder)))).Select(s => $"{s["sequence"]}"));

    /// <summary>Shares a folder with this name, which is on such a disk at the peer, for one test.</summary>
    private Task RunAsync(string kind, string folder, Func<string, string, string, Task> test) => Cluster.RunAsync(async () =>
    {
        await using var disk = await (kind switch
        {
            "exfat" => LoopDisk.ExfatAsync(),
            "ntfs" => LoopDisk.NtfsAsync(),
            _ => LoopDisk.SmallLetterNtfsAsync(),
        });
        var (ours, peer) = (Cluster.PathOf(folder, Ours), Path.Combine(disk.Path, "folder"));
        await Ours.AddFolderAsync(folder, ours, [Peer]);
        await Peer.AddFolderAsync(folder, peer, [Ours]);
        try
        {
            await Cluster.ConnectedAsync(Ours, Peer);
            await Cluster.SyncedAsync(folder);
            await test(ours, peer, folder);
        }
        finally
        {
            // Otherwise it keeps the disk busy, which must be unmounted.
            foreach (var device in Cluster.Devices)
            {
                device.Folders.Remove(folder);
                await device.Rest.AskAsync(HttpMethod.Delete, $"config/folders/{folder}");
            }
        }
    });
}
