using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>What a program that ran to its end left.</summary>
public sealed record Ended(int ExitCode, string Output, string Error)
{
    public string All => $"exit code {ExitCode}\n{Output}{Error}";
}

/// <summary>A program that a test started, with all that it writes. It never outlives the test.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    public const int HangUp = 1;

    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Stop = 19;
    private const int Continue = 18;
    private const int KeptLines = 4000;

    /// <summary>
    /// A shell has what it starts in the background ignore SIGINT, and whatever that starts in its turn. A person's Ctrl-C comes from a shell
    /// in the foreground.
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

    /// <summary>The last lines of standard output and error, as they came.</summary>
    public string Log
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _log);
        }
    }

    /// <param name="environment">Set over this process's own; null takes the variable away.</param>
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

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Ended> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null)
    {
        await using var child = Start(program, arguments, environment, directory);
        using var limit = new CancellationTokenSource(TestSettings.Patience);
        try
        {
            await child._process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end. It wrote:\n{child.Log}", e);
        }
        lock (child._lock)
            return new Ended(child._process.ExitCode, child._output.ToString(), child._error.ToString());
    }

    /// <summary>Like kill -9 or a power cut: no last word.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        // Its output ends with the last program that has it, which need not be a child of this one any more.
        await _process.WaitForExitAsync().WaitAsync(TestSettings.Patience);
    }

    /// <summary>SIGSTOP, or SIGCONT.</summary>
    public void Suspend(bool suspended) => Suspend(_process.Id, suspended);

    /// <summary>The same to a program that a test did not start itself.</summary>
    public static void Suspend(int process, bool suspended) => Assert.True(Kill(process, suspended ? Stop : Continue) == 0, $"There is no process {process}.");

    /// <summary>SIGKILL to the program alone: what it started is not ended with it.</summary>
    public void KillAlone() => _process.Kill(entireProcessTree: false);

    /// <summary>SIGTERM, and the exit code that came of it.</summary>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, Terminate);
        return await ExitCodeAsync();
    }

    /// <summary>SIGINT, which Ctrl-C sends, and the exit code that came of it.</summary>
    public async Task<int> InterruptAsync()
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, Interrupt);
        return await ExitCodeAsync();
    }

    /// <summary>SIGHUP, which a terminal that closes sends, and the exit code that came of it.</summary>
    public async Task<int> HangUpAsync()
    {
        Signal(HangUp);
        return await ExitCodeAsync();
    }

    public void Signal(int signal) => _ = Kill(_process.Id, signal);

    /// <summary>Waits until it has written that.</summary>
    public async Task WrittenAsync(string text)
    {
        using var limit = new CancellationTokenSource(TestSettings.Patience);
        while (!Log.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(HasExited || limit.IsCancellationRequested, $"'{text}' was not written, but:\n{Log}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Waits until it has ended.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TestSettings.Patience);
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
