using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FolderSync.Client;
using FolderSync.Core.Model;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>A real Syncthing on loopback, without discovery, relays and folders.</summary>
internal sealed class SyncthingProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _home;
    private readonly HttpClient _rest;

    private SyncthingProcess(Process process, string home, HttpClient rest, DeviceId id, int port)
    {
        (_process, _home, _rest, DeviceId, Port) = (process, home, rest, id, port);
    }

    public DeviceId DeviceId { get; }

    public int Port { get; }

    /// <param name="identity">Null to let Syncthing create its own.</param>
    public static async Task<SyncthingProcess> StartAsync(string version, DeviceIdentity? identity)
    {
        var root = Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_PEERS") ?? "/tmp/peers";
        var binary = Path.Combine(root, version, "usr", "bin", "syncthing");
        Skip.IfNot(File.Exists(binary), $"no Syncthing {version} at {binary}");

        var home = Path.Combine(Path.GetTempPath(), "syncthing-" + Path.GetRandomFileName());
        if (identity is not null)
            await identity.SaveAsync(home);
        using (var generating = Start(binary, home, "generate", "--home", home, "--no-default-folder", "--skip-port-probing"))
            await generating.WaitForExitAsync();
        var id = DeviceIdentity.LoadOrNull(home)!.Identity.DeviceId;

        var (port, gui) = (FreePorts.Next(), FreePorts.Next());
        Quieten(Path.Combine(home, "config.xml"), port);
        var process = Start(binary, home, "serve", "--home", home, "--no-browser", "--no-restart", $"--gui-address=127.0.0.1:{gui}", "--gui-apikey=key");
        var rest = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{gui}/rest/") };
        rest.DefaultRequestHeaders.Add("X-API-Key", "key");
        var syncthing = new SyncthingProcess(process, home, rest, id, port);
        await syncthing.WaitUntilUpAsync();
        return syncthing;
    }

    /// <summary>Adds a device; with an address Syncthing dials it.</summary>
    public async Task AddDeviceAsync(DeviceId id, string? address)
    {
        var answer = await _rest.PutAsJsonAsync($"config/devices/{id}", new { deviceID = id.ToString(), addresses = new[] { address ?? "dynamic" } });
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _rest.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private static Process Start(string binary, string home, params string[] arguments)
    {
        var start = new ProcessStartInfo(binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["STMONITORED"] = "yes";
        start.Environment["HOME"] = home;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Quieten(string path, int port)
    {
        var config = File.ReadAllText(path).Replace("<listenAddress>default<", $"<listenAddress>tcp://127.0.0.1:{port}<", StringComparison.Ordinal);
        foreach (var off in new[] { "globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled", "crashReportingEnabled" })
            config = Regex.Replace(config, $"<{off}>true<", $"<{off}>false<");
        config = Regex.Replace(config, "<reconnectionIntervalS>\\d+<", "<reconnectionIntervalS>5<");
        File.WriteAllText(path, Regex.Replace(config, "<urAccepted>\\d+<", "<urAccepted>-1<"));
    }

    private async Task WaitUntilUpAsync()
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                (await _rest.GetAsync("system/ping")).EnsureSuccessStatusCode();
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (Exception e) when (ConnectionFailure.Is(e) && clock.Elapsed < TestLimits.Timeout && !_process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }
}
