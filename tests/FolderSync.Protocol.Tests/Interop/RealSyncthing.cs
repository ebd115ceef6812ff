using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FolderSync.Client;
using FolderSync.Testing;

namespace FolderSync.Protocol.Tests.Interop;

/// <summary>A real Syncthing on loopback with its own directory; disposing stops it and deletes the directory.</summary>
internal sealed class RealSyncthing : IAsyncDisposable
{
    private const string Key = "interop";
    private readonly string _home;
    private readonly string _binary;
    private readonly HttpClient _rest;
    private Process? _process;

    private RealSyncthing(string binary)
    {
        _binary = binary;
        _home = Directory.CreateTempSubdirectory("foldersync-interop-").FullName;
        FolderPath = Directory.CreateDirectory(Path.Combine(_home, "folder")).FullName;
        (GuiPort, BepPort) = (FreePorts.Next(), FreePorts.Next());
        _rest = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{GuiPort}/rest/"), DefaultRequestHeaders = { { "X-API-Key", Key } } };
    }

    public string FolderPath { get; }

    public int BepPort { get; }

    private int GuiPort { get; }

    /// <summary>
    /// The binary of a version, or null if it's missing: in $FOLDERSYNC_TEST_PEERS or /tmp/peers, laid out like Debian's packages.
    /// </summary>
    public static string? Find(string version)
    {
        var root = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_PEERS") ?? "/tmp/peers";
        var path = Path.Combine(root, version, "usr/bin/syncthing");
        return File.Exists(path) ? path : null;
    }

    public static async Task<RealSyncthing> StartAsync(string binary, CancellationToken cancellation)
    {
        var peer = new RealSyncthing(binary);
        try
        {
            await peer.GenerateAsync(cancellation);
            peer._process = peer.Run("serve", "--no-browser", "--no-restart", $"--gui-address=127.0.0.1:{peer.GuiPort}", $"--gui-apikey={Key}");
            await peer.AnswersAsync(cancellation);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async Task<string> DeviceIdAsync(CancellationToken cancellation) =>
        (await GetAsync("system/status", cancellation))["myID"]!.GetValue<string>();

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellation) =>
        (await _rest.GetFromJsonAsync<JsonNode>(path, cancellation))!;

    public async Task PutAsync(string path, JsonNode body, CancellationToken cancellation) =>
        (await _rest.PutAsJsonAsync(path, body, cancellation)).EnsureSuccessStatusCode();

    public async Task ScanAsync(string folder, CancellationToken cancellation) =>
        (await _rest.PostAsync($"db/scan?folder={folder}", null, cancellation)).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        _rest.Dispose();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        Directory.Delete(_home, true);
    }

    /// <summary>Creates the keys and a configuration that uses loopback only.</summary>
    private async Task GenerateAsync(CancellationToken cancellation)
    {
        using (var generating = Run("generate", "--no-default-folder", "--skip-port-probing"))
            await generating.WaitForExitAsync(cancellation);
        var path = Path.Combine(_home, "config.xml");
        var config = XDocument.Load(path);
        var options = config.Root!.Element("options")!;
        options.Elements("listenAddress").Remove();
        options.Add(new XElement("listenAddress", $"tcp://127.0.0.1:{BepPort}"));
        foreach (var name in new[] { "globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled", "crashReportingEnabled" })
            options.SetElementValue(name, "false");
        options.SetElementValue("urAccepted", "-1");
        options.SetElementValue("autoUpgradeIntervalH", "0");
        options.SetElementValue("progressUpdateIntervalS", "-1");
        config.Save(path);
    }

    private Process Run(string verb, params string[] arguments)
    {
        var start = new ProcessStartInfo(_binary) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[verb, "--home", _home, .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["STMONITORED"] = "yes";
        start.Environment["STNOUPGRADE"] = "1";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Syncthing has no event for this: polls until it responds, exits, or the deadline passes.</summary>
    private async Task AnswersAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await GetAsync("system/ping", cancellation);
                return;
            }
            catch (Exception e) when (ConnectionFailure.Is(e) && _process is { HasExited: false })
            {
                await Task.Delay(50, cancellation);
            }
        }
    }
}
