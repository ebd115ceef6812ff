using System.Diagnostics;
using System.Text;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Platform;

namespace FolderSync.CommandLine.Demo;

/// <summary>One of the demo's devices: a home directory, a folder, and this program running on them as a process of its own.</summary>
internal sealed class DemoDevice : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly StringBuilder _log;

    private DemoDevice(string name, string id, string folder, int port, Process process, StringBuilder log, ServiceClient client)
    {
        Name = name;
        Id = id;
        Folder = folder;
        PeerAddress = $"tcp://127.0.0.1:{port}";
        Client = client;
        _process = process;
        _log = log;
    }

    public string Name { get; }

    public string Id { get; }

    /// <summary>Absolute path of the synced directory.</summary>
    public string Folder { get; }

    public string PeerAddress { get; }

    public ServiceClient Client { get; }

    /// <param name="directory">Created; contains home and folder.</param>
    public static async Task<DemoDevice> StartAsync(string directory, string name, int port, CancellationToken cancellation)
    {
        var home = new HomeDirectory(Path.Combine(directory, name + "-home"));
        var folder = Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
        var ready = await HomeSetup.EnsureAsync(home, name, cancellation);
        var text = InitialConfig.Text(name, InitialConfig.ApiKey()).Replace("# listen: [default] ", $"listen: [\"tcp://127.0.0.1:{port}\"] ", StringComparison.Ordinal);
        DurableFile.Write(home.ConfigFile, text);

        var log = new StringBuilder();
        var process = Start(["serve", "--home", home.Path, "--no-browser", "--gui-address", "127.0.0.1:0"], log);
        try
        {
            var client = await WaitUntilUpAsync(home, name, process, log, cancellation);
            return new DemoDevice(name, ready.Device.ToString(), folder, port, process, log, client);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Throws when the process has ended: waiting would be useless.</summary>
    public void CheckAlive()
    {
        if (_process.HasExited)
            throw CliException.Failed($"The device '{Name}' exited unexpectedly (exit code {_process.ExitCode}). Its log:{Environment.NewLine}{_log}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                using var limit = new CancellationTokenSource(EndLimit);
                await Client.ShutdownAsync(limit.Token);
                await _process.WaitForExitAsync(limit.Token);
            }
        }
        catch (Exception e) when (e is ServiceException or OperationCanceledException)
        {
            _process.Kill();
        }
        Client.Dispose();
        _process.Dispose();
    }

    private static Process Start(IReadOnlyList<string> arguments, StringBuilder log)
    {
        var program = Environment.ProcessPath ?? throw CliException.Failed("This program's own path is not known, so the demo can't start it a second time.");
        // When run as `dotnet foldersync.dll`, this process is dotnet.
        IEnumerable<string> own = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [Path.Combine(AppContext.BaseDirectory, "foldersync.dll")] : [];
        var start = new ProcessStartInfo(program, [.. own, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var variable in new[] { HomeDirectory.Variable, "FOLDERSYNC_GUI_ADDRESS", "FOLDERSYNC_GUI_APIKEY" })
            start.Environment.Remove(variable);
        // The demo concerns only its two devices.
        start.Environment["FOLDERSYNC_NETWORK_LOCAL_DISCOVERY"] = "false";
        var process = Process.Start(start)!;
        var keeping = new Lock();
        void Keep(object _, DataReceivedEventArgs e)
        {
            lock (keeping)
                log.AppendLine(e.Data);
        }
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<ServiceClient> WaitUntilUpAsync(HomeDirectory home, string name, Process process, StringBuilder log, CancellationToken cancellation)
    {
        for (var began = Stopwatch.StartNew(); began.Elapsed < StartLimit; await Task.Delay(50, cancellation))
        {
            if (process.HasExited)
                throw CliException.Failed($"The device '{name}' did not start (exit code {process.ExitCode}). Its log:{Environment.NewLine}{log}");
            try
            {
                if (await CliContext.ConnectAsync(home, cancellation) is { } client)
                    return client;
            }
            catch (ServiceException)
            {
                // It is starting and doesn't answer yet.
            }
        }
        throw CliException.Failed($"The device '{name}' did not answer within {StartLimit.TotalSeconds:0} s.");
    }
}
