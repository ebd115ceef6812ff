using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Windows;

/// <summary>foldersync.exe under Wine.</summary>
public sealed class WineFolderSync : SyncDevice
{
    private readonly WindowsBuild _build;

    private WineFolderSync(WindowsBuild build, string name, string home)
        : base(name, home) => _build = build;

    /// <summary>Creates an identity and a configuration; doesn't start it.</summary>
    public static async Task<WineFolderSync> MakeAsync(WindowsBuild build, string name, string home)
    {
        // Wine 8 has no ECDSA.
        var device = new WineFolderSync(build, name, home) { Id = await Identities.MakeAsync(home, KeyKind.Ed25519) };
        await File.WriteAllTextAsync(Path.Combine(home, "config.yaml"),
            $"""
             device:
               name: {name}

             network:
               listen: ["{device.PeerAddress}"]
               reconnect: 1s

             """);
        return device;
    }

    public override string PathThere(string path) => WindowsBuild.WindowsPath(path);

    private protected override ChildProcess StartProcess() => ChildProcess.Start("wine",
        [_build.Program, "serve", "--home", WindowsBuild.WindowsPath(Home), "--no-browser", "--gui-address", $"127.0.0.1:{PagePort}", "--gui-apikey", ApiKey], _build.Environment);
}
