using System.Text.Json.Nodes;
using System.Xml.Linq;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Discovery;

/// <summary>The built `foldersync serve` on a host of the lab, with discovery on, as by default.</summary>
internal sealed class LabFolderSync : SyncDevice
{
    private readonly LabHost _host;

    private LabFolderSync(string name, string home, LabHost host)
        : base(name, home, host.Connect) => _host = host;

    public string ConfigFile => Path.Combine(Home, "config.yaml");

    /// <param name="network">More lines for the section network.</param>
    public static async Task<LabFolderSync> StartAsync(LabHost host, string name, string home, params string[] network)
    {
        var id = await Identities.MakeAsync(home, KeyKind.P256);
        var device = new LabFolderSync(name, home, host) { Id = id };
        await File.WriteAllTextAsync(device.ConfigFile, $"device:\n  name: {name}\nnetwork:\n  listen: [\"tcp://0.0.0.0:22000\"]\n{string.Concat(network.Select(n => $"  {n}\n"))}");
        await device.StartAsync();
        return device;
    }

    public Task<JsonNode> NearbyAsync() => Rest.GetAsync("foldersync/nearby");

    public async Task<JsonNode?> NearbyAsync(SyncDevice other) => ((JsonArray)await NearbyAsync()).FirstOrDefault(n => (string?)n!["deviceID"] == other.Id.ToString());

    private protected override ChildProcess StartProcess() => _host.Start(
        TestSettings.Program[0],
        [.. TestSettings.Program[1..], "serve", "--home", Home, "--no-browser", "--gui-address", $"127.0.0.1:{PagePort}", "--gui-apikey", ApiKey],
        new Dictionary<string, string?> { ["DISPLAY"] = null, ["FOLDERSYNC_NETWORK_LOCAL_DISCOVERY"] = null });
}

/// <summary>A real Syncthing on a host of the lab, which finds devices by local discovery only.</summary>
internal sealed class LabSyncthing : SyncDevice
{
    private readonly LabHost _host;
    private readonly string _version;

    private LabSyncthing(string version, string name, string home, LabHost host)
        : base(name, home, host.Connect) => (_version, _host) = (version, host);

    public static async Task<LabSyncthing> StartAsync(LabHost host, string version, string name, string home)
    {
        SyncthingProcess.SkipUnlessThere(version);
        var id = await Identities.MakeAsync(home, KeyKind.P384);
        var device = new LabSyncthing(version, name, home, host) { Id = id };
        var made = await ChildProcess.RunAsync(TestSettings.Syncthing(version), ["generate", "--home", home, "--no-default-folder", "--skip-port-probing"]);
        if (made.ExitCode != 0)
            throw new InvalidOperationException(made.All);
        device.Configure();
        await device.StartAsync();
        return device;
    }

    private protected override ChildProcess StartProcess() => _host.Start(
        TestSettings.Syncthing(_version),
        ["serve", "--home", Home, "--no-browser", "--no-restart", $"--gui-address=127.0.0.1:{PagePort}", $"--gui-apikey={ApiKey}", "--logflags=3"],
        new Dictionary<string, string?> { ["STMONITORED"] = "yes", ["STNOUPGRADE"] = "1", ["STTRACE"] = "discover,beacon" });

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
        Set("listenAddress", "tcp://:22000");
        Set("localAnnounceEnabled", "true");
        foreach (var off in (string[])["globalAnnounceEnabled", "relaysEnabled", "natEnabled", "startBrowser", "crashReportingEnabled", "setLowPriority"])
            Set(off, "false");
        Set("urAccepted", "-1");
        Set("autoUpgradeIntervalH", "0");
        Set("reconnectionIntervalS", "5");
        xml.Root.Elements("device").Single().SetAttributeValue("name", Name);
        xml.Save(file);
    }
}
