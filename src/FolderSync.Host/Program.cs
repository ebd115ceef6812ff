using System.Globalization;
using System.Runtime.InteropServices;
using FolderSync.Host.Cli;

namespace FolderSync.Host;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        int? code = null;
        using var ended = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        // Under nohup it stays ignored: the terminal may close.
        using var hangUp = IsHangUpIgnored() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        var result = await CommandLine.RunAsync(args, CliContext.OfProcess(), ended.Token);
        return result == ExitCode.Interrupted ? code ?? result : result;

        // The first signal ends what runs in good order; a second one has the system's usual effect.
        void End(PosixSignalContext signal)
        {
            code ??= signal.Signal switch
            {
                PosixSignal.SIGTERM => ExitCode.Terminated,
                PosixSignal.SIGHUP => ExitCode.HungUp,
                _ => ExitCode.Interrupted,
            };
            // A terminal that closes sends it again to all that is left, and its shell, too: once is enough.
            signal.Cancel = !ended.IsCancellationRequested || signal.Signal == PosixSignal.SIGHUP;
            ended.Cancel();
        }
    }

    /// <summary>As the process was started: nohup and some service managers let it be ignored.</summary>
    private static bool IsHangUpIgnored()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
            return line is not null && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // No /proc: taken for not ignored.
            return false;
        }
    }
}
