using System.Globalization;
using System.Runtime.InteropServices;
using FolderSync.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Platform;

namespace FolderSync.Host;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // The words are English, so the numbers are, wherever the computer stands.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        ProcessUmask.Restrict();
        int? code = null;
        using var ended = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        // Under nohup SIGHUP stays ignored: the terminal may close.
        using var hangUp = ThisProcess.IsHangUpIgnored() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        var result = await CommandLineProgram.RunAsync(args, CliContext.OfProcess(), ServiceRun.RunAsync, ended.Token);
        return result == ExitCode.Interrupted ? code ?? result : result;

        // The first signal ends the service in good order; a second one has the system's usual effect.
        void End(PosixSignalContext signal)
        {
            code ??= signal.Signal switch
            {
                PosixSignal.SIGTERM => ExitCode.Terminated,
                PosixSignal.SIGHUP => ExitCode.HungUp,
                _ => ExitCode.Interrupted,
            };
            // A closing terminal and its shell both send SIGHUP: once is enough.
            signal.Cancel = !ended.IsCancellationRequested || signal.Signal == PosixSignal.SIGHUP;
            ended.Cancel();
        }
    }
}
