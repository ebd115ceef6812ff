using System.Xml.Linq;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>A real Syncthing without discovery, relays and any other connection to outside this machine.</summary>
public sealed class SyncthingProcess : SyncDevice
{
    private static readonly Dictionary<string, string?> MonitoredEnvironment = new()
    {
        // Without its monitor process: the started process is the one that is killed.
        ["STMONITORED"] = "yes",
        ["STNOUPGRADE"] = "1",
    };

    private readonly string _version;

    private SyncthingProcess(string version, string name, string home)
        : base(name, home) => _version = version;

    /// <param name="version">"1.19" or "1.29".</param>
    public static async Task<SyncthingProcess> StartAsync(string version, string name, string home, KeyKind key = KeyKind.P384)
    {
        SkipUnlessThere(version);
        var id = await Identities.MakeAsync(home, key);
        var device = new SyncthingProcess(version, name, home) { Id = id };
        var made = await ChildProcess.RunAsync(TestSettings.Syncthing(version), ["generate", "--home", home, "--no-default-folder", "--skip-port-probing"]);
        if (made.ExitCode != 0)
            throw new InvalidOperationException($"syncthing {version} generate: {made.All}");
        device.Configure();
        await device.StartAsync();
        return device;
    }

    public static void SkipUnlessThere(string version) => Skip.IfNot(File.Exists(TestSettings.Syncthing(version)),
        $"Syncthing {version} is not in {TestSettings.Peers}: run tests/peers/get-syncthing, or name its place in FOLDERSYNC_TEST_PEERS.");

    private protected override ChildProcess StartProcess() => ChildProcess.Start(TestSettings.Syncthing(_version),
        ["serve", "--home", Home, "--no-browser", "--no-restart", $"--gui-address=127.0.0.1:{PagePort}", $"--gui-apikey={ApiKey}", "--logflags=3"], MonitoredEnvironment);

    private void Configure()
    {
        var file = Path.Combine(Home, "config.xml");
        var xml = XDocument.Load(file);
        var options = xml.Root!.Element("options")!;
        void Set(string name, string value)
        {
            options.Elements(name).Remove();
            options.Add(new XElement(name, value));
        }
        Set("listenAddress", PeerAddress);
        foreach (var off in (string[])["globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled", "startBrowser", "crashReportingEnabled", "setLowPriority"])
            Set(off, "false");
        Set("urAccepted", "-1");
        Set("autoUpgradeIntervalH", "0");
        Set("reconnectionIntervalS", "1");
        Set("progressUpdateIntervalS", "1");
        xml.Root.Elements("device").Single().SetAttributeValue("name", Name);
        xml.Save(file);
    }
}
