using System.ComponentModel;
using System.Diagnostics;
using FolderSync.Client;
using FolderSync.Contracts;

namespace FolderSync.Tray.Service;

/// <summary>A service started by this tray. It ends with the tray, even a killed one, because its standard input closes.</summary>
internal sealed class ServiceProcess(string home, string? program) : IAsyncDisposable
{
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(30);

    private Process? _process;
    private volatile string _lastLine = "";

    /// <summary>True when it runs and this tray started it.</summary>
    public bool IsOurs => _process is { HasExited: false };

    /// <summary>Null: none was started, or it is running.</summary>
    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>The last line of its output.</summary>
    public string LastLine => _lastLine;

    /// <returns>Null, or a sentence that says why it couldn't be started.</returns>
    public string? Start()
    {
        if (IsOurs)
            return null;
        if (Find(program) is not { } file)
            return program is null
                ? "The program foldersync is neither beside this one nor on PATH. Install it, or start the service yourself."
                : $"'{program}' does not exist. Give the service's program with --service.";
        var start = new ProcessStartInfo(file, ["serve", "--home", home, "--no-browser", "--end-with-input"])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        try
        {
            _process?.Dispose();
            _process = new Process { StartInfo = start };
            _process.ErrorDataReceived += (_, e) => Keep(e.Data);
            _process.OutputDataReceived += (_, e) => Keep(e.Data);
            _process.Start();
            _process.BeginErrorReadLine();
            _process.BeginOutputReadLine();
            return null;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            _process = null;
            return $"'{file}' can't be started: {e.Message}";
        }
    }

    /// <summary>Ends it if this tray started it: asks first, and kills it only if that fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is not { } process)
            return;
        if (!process.HasExited)
        {
            using var limit = new CancellationTokenSource(TimeToEnd);
            try
            {
                if (ServiceAddress.Find(home) is { HasRest: true } address && address.Process == process.Id)
                {
                    using var client = new ServiceClient(address);
                    await client.ShutdownAsync(limit.Token);
                }
                else
                {
                    // It hasn't published its address yet.
                    process.StandardInput.Close();
                }
                await process.WaitForExitAsync(limit.Token);
            }
            catch (Exception e) when (e is ServiceException or OperationCanceledException or InvalidOperationException or Win32Exception)
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }
        process.Dispose();
        _process = null;
    }

    private void Keep(string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
            _lastLine = line.Trim();
    }

    private static string? Find(string? program)
    {
        if (program is not null)
            return File.Exists(program) ? program : null;
        var name = OperatingSystem.IsWindows() ? "foldersync.exe" : "foldersync";
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Prepend(AppContext.BaseDirectory)
            .Where(Path.IsPathFullyQualified)
            .Select(d => Path.Combine(d, name))
            .FirstOrDefault(File.Exists);
    }
}
