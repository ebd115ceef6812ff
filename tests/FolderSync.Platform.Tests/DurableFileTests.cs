using FolderSync.Testing;
using Xunit;

namespace FolderSync.Platform.Tests;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-durable-").FullName;

    private string File1 => Path.Combine(_directory, "config.yaml");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_is_left_beside_it()
    {
        DurableFile.Write(File1, "a long first text");
        DurableFile.Write(File1, "zweiter Text: ü\n");
        Assert.Equal("zweiter Text: ü\n", File.ReadAllText(File1));
        Assert.Equal("zweiter Text: ü\n"u8.ToArray(), DurableFile.Read(File1));
        Assert.Equal([File1], Directory.GetFiles(_directory));
    }

    [SkippableFact]
    public void A_link_stays_and_what_it_points_at_is_replaced()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need rights there.");
        var there = Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "dotfiles")).FullName, "real.yaml");
        File.WriteAllText(there, "old");
        File.CreateSymbolicLink(Path.Combine(_directory, "between"), there);
        File.CreateSymbolicLink(File1, "between");
        DurableFile.Write(File1, "new");
        Assert.Equal(("new", "between"), (File.ReadAllText(there), new FileInfo(File1).LinkTarget));
        Assert.Equal([there], Directory.GetFiles(Path.GetDirectoryName(there)!));
    }

    [SkippableFact]
    public void What_others_could_read_before_is_for_its_owner_only()
    {
        Skip.If(OperatingSystem.IsWindows());
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode everybody = OwnerOnlyFile.Mode | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.WriteAllText(File1, "old");
        File.SetUnixFileMode(File1, everybody);
        // As a process of the same ID left them when it was killed.
        for (var i = 0; i < 300; i++)
        {
            var left = $"{File1}.{Environment.ProcessId}{(i == 0 ? "" : $"-{i}")}.tmp";
            File.WriteAllText(left, "left");
            File.SetUnixFileMode(left, everybody);
        }
        DurableFile.Write(File1, "new");
        Assert.Equal(("new", OwnerOnlyFile.Mode), (File.ReadAllText(File1), File.GetUnixFileMode(File1)));
    }

    [Fact]
    public void What_can_not_be_written_is_named_and_stays_as_it_was()
    {
        var absent = Path.Combine(_directory, "absent", "config.yaml");
        Assert.StartsWith($"'{absent}' could not be written: ", Assert.Throws<IOException>(() => DurableFile.Write(absent, "x")).Message, StringComparison.Ordinal);
        var directory = Directory.CreateDirectory(Path.Combine(_directory, "directory")).FullName;
        Assert.StartsWith($"'{directory}' could not be written: ", Assert.Throws<IOException>(() => DurableFile.Write(directory, "x")).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [SkippableFact]
    public async Task Writers_of_one_file_do_not_disturb_each_other()
    {
        Skip.If(OperatingSystem.IsWindows(), "There a file that is just being replaced is held.");
        var texts = Enumerable.Range(0, 50).Select(i => new string((char)('a' + (i % 26)), 1000 + i)).ToList();
        await Parallel.ForEachAsync(texts, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (text, _) =>
        {
            DurableFile.Write(File1, text);
            return ValueTask.CompletedTask;
        }).WaitAsync(TestLimits.Timeout);
        Assert.Contains(File.ReadAllText(File1), texts);
        Assert.Equal([File1], Directory.GetFiles(_directory));
    }
}
