using System.Diagnostics;
using FolderSync.Client;
using FolderSync.Core.Model;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>The built `foldersync serve`.</summary>
public sealed class FolderSyncProcess : SyncDevice
{
    private static readonly Dictionary<string, string?> CleanEnvironment = new()
    {
        ["FOLDERSYNC_HOME"] = null,
        ["FOLDERSYNC_GUI_ADDRESS"] = null,
        ["FOLDERSYNC_GUI_APIKEY"] = null,
        ["DISPLAY"] = null,
        // Discovery tests have their own networks; all others stay on loopback.
        ["FOLDERSYNC_NETWORK_LOCAL_DISCOVERY"] = "false",
    };

    private FolderSyncProcess(string name, string home)
        : base(name, home)
    {
    }

    public string ConfigFile => Path.Combine(Home, "config.yaml");

    /// <summary>Creates a home with an identity of this kind and a configuration without devices and folders; doesn't start it.</summary>
    public static async Task<FolderSyncProcess> MakeAsync(string name, string home, KeyKind key = KeyKind.P256)
    {
        var id = await Identities.MakeAsync(home, key);
        var device = new FolderSyncProcess(name, home) { Id = id };
        await File.WriteAllTextAsync(device.ConfigFile,
            $"""
             # A comment that stays.
             device:
               name: {name}   # and one at a value

             network:
               listen: ["{device.PeerAddress}"]
               reconnect: 1s

             """);
        return device;
    }

    /// <summary>Uses an existing home, whose configuration has the ports.</summary>
    public static FolderSyncProcess Of(string name, string home, DeviceId id) => new(name, home) { Id = id };

    public static async Task<FolderSyncProcess> StartAsync(string name, string home, KeyKind key = KeyKind.P256)
    {
        var device = await MakeAsync(name, home, key);
        await device.StartAsync();
        return device;
    }

    /// <summary>Waits until the same process has restarted the service.</summary>
    /// <param name="startTime">The start time of the previous run, from system/status.</param>
    public async Task UntilRestartedAsync(string startTime)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                if ((string)(await Rest.GetAsync("system/status"))["startTime"]! != startTime)
                    return;
            }
            catch (Exception e) when (ConnectionFailure.Is(e))
            {
            }
            if (clock.Elapsed > TestSettings.Timeout)
                throw new TimeoutException($"Waited in vain that it is there again:\n{Log}");
            // No event says that a port is open again.
            await Task.Delay(50);
        }
    }

    /// <summary>The environment for our programs, with another directory for temporary files.</summary>
    public static IReadOnlyDictionary<string, string?> Surroundings(string temporary) => new Dictionary<string, string?>(CleanEnvironment) { ["TMPDIR"] = temporary };

    /// <summary>Runs one command and waits for its exit.</summary>
    public static Task<ProcessResult> RunAsync(params string[] arguments) =>
        RunInAsync(CleanEnvironment, arguments);

    /// <summary>The same with other variables.</summary>
    public static Task<ProcessResult> RunInAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        ChildProcess.RunAsync(TestSettings.Program[0], [.. TestSettings.Program[1..], .. arguments], environment);

    /// <summary>Starts a command that keeps running.</summary>
    internal static ChildProcess Launch(params string[] arguments) =>
        LaunchIn(CleanEnvironment, arguments);

    /// <summary>The same with other variables.</summary>
    internal static ChildProcess LaunchIn(IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        ChildProcess.Start(TestSettings.Program[0], [.. TestSettings.Program[1..], .. arguments], environment);

    /// <summary>The same through another program, which runs what follows its own arguments.</summary>
    internal static ChildProcess LaunchBy(string program, IEnumerable<string> itsArguments, params string[] arguments) =>
        ChildProcess.Start(program, [.. itsArguments, .. TestSettings.Program, .. arguments], CleanEnvironment);

    private protected override ChildProcess StartProcess() =>
        Launch("serve", "--home", Home, "--no-browser", "--gui-address", $"127.0.0.1:{PagePort}", "--gui-apikey", ApiKey);
}
