using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Import;

/// <summary>A FolderSync that `foldersync import-syncthing` created from a real Syncthing's home.</summary>
internal sealed class ImportedSyncthing : SyncDevice
{
    private ImportedSyncthing(string name, string home)
        : base(name, home)
    {
    }

    public ProcessResult Imported { get; private init; } = null!;

    /// <param name="from">A stopped Syncthing; its folders keep their paths.</param>
    public static async Task<ImportedSyncthing> ImportAsync(SyncDevice from, string home)
    {
        var imported = await FolderSyncProcess.RunAsync("import-syncthing", from.Home, "--home", home, "--yes");
        Assert.True(imported.ExitCode == 0, imported.All);
        var device = new ImportedSyncthing(from.Name, home) { Id = from.Id, Imported = imported };
        foreach (var (folder, path) in from.Folders)
            device.Folders[folder] = path;
        return device;
    }

    private protected override ChildProcess StartProcess() =>
        FolderSyncProcess.Launch("serve", "--home", Home, "--no-browser", "--gui-address", $"127.0.0.1:{PagePort}", "--gui-apikey", ApiKey);
}
