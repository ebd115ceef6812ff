using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>strace attached to all threads of a running program: it records calls, or puts a fault in the place of one.</summary>
internal sealed class Strace : IAsyncDisposable
{
    private const int Interrupt = 2;
    private const int NotFound = 127;

    private readonly ChildProcess _process;
    private readonly string _log;

    private Strace(ChildProcess process, string log) => (_process, _log) = (process, log);

    public static async Task SkipUnlessItWorksAsync()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "strace is Linux's");
        await using var sleeper = ChildProcess.Start("sleep", ["60"]);
        // Its own limit ends it, and it detaches.
        var tried = await ChildProcess.RunAsync("timeout", ["--signal=INT", "2", "strace", "-f", "-p", $"{sleeper.Id}", "-o", "/dev/null"]);
        Skip.If(tried.ExitCode == NotFound, "the package strace is not installed");
        Skip.IfNot(tried.Error.Contains("attached", StringComparison.Ordinal), $"no process may be traced here: {tried.Error.Trim()}");
    }

    /// <summary>Records all calls that may change a disk.</summary>
    public static Task<Strace> RecordAsync(int process, string log) => AttachAsync(process, log, ["-s", "300", "-e", $"trace={SystemCall.Traced}"]);

    /// <summary>Injects a fault into the n-th of these calls that concerns this path, counted for each thread.</summary>
    /// <param name="fault">As strace writes it: "signal=SIGKILL", "error=EIO".</param>
    public static Task<Strace> InjectAsync(int process, string log, string call, string path, string fault, int number) =>
        AttachAsync(process, log, ["-s", "300", "-P", path, "-e", $"trace={call}", "-e", $"inject={call}:{fault}:when={number}"]);

    /// <summary>The calls so far.</summary>
    public IReadOnlyList<SystemCall> Calls
    {
        get
        {
            using var stream = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            var calls = new List<SystemCall>();
            while (reader.ReadLine() is { } line)
            {
                if (SystemCall.Parse(line) is { } call)
                    calls.Add(call);
            }
            return calls;
        }
    }

    /// <summary>Detaches; the program goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Signal(Interrupt);
        await _process.ExitCodeAsync();
        await _process.DisposeAsync();
    }

    private static async Task<Strace> AttachAsync(int process, string log, string[] what)
    {
        var strace = ChildProcess.Start("strace", ["-f", "-y", "-p", $"{process}", "-o", log, .. what]);
        await strace.WrittenAsync("attached");
        return new Strace(strace, log);
    }
}
