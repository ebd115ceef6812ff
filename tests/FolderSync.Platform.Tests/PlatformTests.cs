using System.Runtime.Versioning;
using Xunit;

namespace FolderSync.Platform.Tests;

/// <summary>System calls that .NET doesn't offer.</summary>
public sealed class PlatformTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-platform-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableFact]
    public void The_process_knows_how_many_files_it_may_open()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux tells it");
        var before = ThisProcess.OpenFiles()!.Value;
        using var one = File.Create(Path.Combine(_directory, "one"));
        using var two = File.Create(Path.Combine(_directory, "two"));
        Assert.True(before.Limit > before.Used && before.Used > 2, $"{before}");
    }

    [SkippableFact]
    public void A_file_that_is_written_is_known_by_its_writer()
    {
        Skip.IfNot(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "Nobody tells it");
        var path = Path.Combine(_directory, "config.yaml");
        using (File.Create(path))
            Assert.True(FileUsage.IsBeingWritten(path));
        Assert.False(FileUsage.IsBeingWritten(path));
        Assert.False(FileUsage.IsBeingWritten(path + ".none"));
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void What_is_its_owners_is_so_from_the_first_moment()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows' rights are in WindowsConfigTests");
        var (directory, file) = (Path.Combine(_directory, "own"), Path.Combine(_directory, "key"));
        OwnerOnlyDirectory.Create(directory);
        OwnerOnlyFile.Create(file);
        DurableFile.Write(file + ".durable", "text");
        DurableName.SyncDirectory(directory);
        Assert.Equal(OwnerOnlyDirectory.Mode, File.GetUnixFileMode(directory));
        Assert.Equal((OwnerOnlyFile.Mode, OwnerOnlyFile.Mode), (File.GetUnixFileMode(file), File.GetUnixFileMode(file + ".durable")));
    }
}
