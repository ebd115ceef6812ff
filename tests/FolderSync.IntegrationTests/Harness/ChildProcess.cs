using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>The result of a program that has exited.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    public string All => $"exit code {ExitCode}\n{Output}{Error}";
}

/// <summary>A program started by a test, with its output. It never outlives the test.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    public const int HangUp = 1;

    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Stop = 19;
    private const int Continue = 18;
    private const int KeptLines = 4000;

    /// <summary>
    /// A shell makes its background processes ignore SIGINT, and their children inherit that. A user's Ctrl-C goes to a foreground process.
    /// </summary>
    private static readonly bool s_ignoresInterrupt = OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status")
        .Any(l => l.StartsWith("SigIgn:", StringComparison.Ordinal) && (Convert.ToUInt64(l[7..].Trim(), 16) & (1UL << (Interrupt - 1))) != 0);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly Queue<string> _log = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ChildProcess(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>The last lines of standard output and error, in order.</summary>
    public string Log
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _log);
        }
    }

    /// <param name="environment">Overrides this process's environment; null removes a variable.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null)
    {
        if (s_ignoresInterrupt)
            (program, arguments) = ("env", ["--default-signal=INT,HUP", program, .. arguments]);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, e) => child.Keep(e.Data, isOutput: true);
        child._process.ErrorDataReceived += (_, e) => child.Keep(e.Data, isOutput: false);
        try
        {
            child._process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"'{program}' can't be started: {e.Message}", e);
        }
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program and waits for its exit.</summary>
    public static async Task<ProcessResult> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null)
    {
        await using var child = Start(program, arguments, environment, directory);
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        try
        {
            await child._process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end. It wrote:\n{child.Log}", e);
        }
        lock (child._lock)
            return new ProcessResult(child._process.ExitCode, child._output.ToString(), child._error.ToString());
    }

    /// <summary>Kills the process and its children, like kill -9 or a power failure.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        // Its output ends when the last program that inherited it exits, which need not be a child of this one.
        await _process.WaitForExitAsync().WaitAsync(TestSettings.Timeout);
    }

    /// <summary>Sends SIGSTOP or SIGCONT.</summary>
    public void Suspend(bool suspended) => Suspend(_process.Id, suspended);

    /// <summary>The same for a program that a test did not start itself.</summary>
    public static void Suspend(int process, bool suspended) => Assert.True(Kill(process, suspended ? Stop : Continue) == 0, $"There is no process {process}.");

    /// <summary>Sends SIGKILL to the program alone, without its children.</summary>
    public void KillAlone() => _process.Kill(entireProcessTree: false);

    /// <summary>Sends SIGTERM and returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, Terminate);
        return await ExitCodeAsync();
    }

    /// <summary>Sends SIGINT, as Ctrl-C does, and returns the exit code.</summary>
    public async Task<int> InterruptAsync()
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, Interrupt);
        return await ExitCodeAsync();
    }

    /// <summary>Sends SIGHUP, as a closing terminal does, and returns the exit code.</summary>
    public async Task<int> HangUpAsync()
    {
        Signal(HangUp);
        return await ExitCodeAsync();
    }

    public void Signal(int signal) => _ = Kill(_process.Id, signal);

    /// <summary>Waits until the output contains the text.</summary>
    public async Task WrittenAsync(string text)
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        while (!Log.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(HasExited || limit.IsCancellationRequested, $"'{text}' was not written, but:\n{Log}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Waits until it has exited.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TestSettings.Timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} did not end. It wrote:\n{Log}", e);
        }
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Keep(string? line, bool isOutput)
    {
        if (line is null)
            return;
        lock (_lock)
        {
            (isOutput ? _output : _error).AppendLine(line);
            _log.Enqueue(line);
            if (_log.Count > KeptLines)
                _log.Dequeue();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
