using System.Runtime.Versioning;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Platform.Tests;

/// <summary>Windows replaces no file that another program has open.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsDurableFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-windows-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [WindowsFact]
    public void A_file_that_a_reader_has_open_is_replaced_when_it_lets_go()
    {
        var path = Path.Combine(_directory, "config.yaml");
        DurableFile.Write(path, "first");
        var held = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var pauses = 0;
        DurableFile.Write(path, "second", _ =>
        {
            if (++pauses == 3)
                held.Dispose();
        });
        Assert.Equal((3, "second"), (pauses, File.ReadAllText(path)));
        Assert.Single(Directory.GetFiles(_directory));
    }

    [WindowsFact]
    public void A_file_that_stays_held_is_as_it_was_and_the_error_names_it()
    {
        var path = Path.Combine(_directory, "config.yaml");
        DurableFile.Write(path, "first");
        using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read))
            Assert.Contains(path, Assert.Throws<IOException>(() => DurableFile.Write(path, "second")).Message, StringComparison.Ordinal);
        Assert.Equal("first", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_directory));
    }
}
