namespace FolderSync.IntegrationTests.Harness;

/// <summary>A test's temporary directory, deleted when the test ends.</summary>
public sealed class ScratchDirectory : IDisposable
{
    public ScratchDirectory() => Path = Directory.CreateTempSubdirectory("foldersync-test-").FullName;

    /// <summary>Absolute.</summary>
    public string Path { get; }

    public string Make(params string[] below) => Directory.CreateDirectory(System.IO.Path.Combine([Path, .. below])).FullName;

    public string In(params string[] below) => System.IO.Path.Combine([Path, .. below]);

    public void Dispose()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Delete(Path, recursive: true);
    }
}
