using System.Runtime.InteropServices;
using FolderSync.Host.Cli;

namespace FolderSync.Host;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var terminated = false;
        using var ended = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var code = await CommandLine.RunAsync(args, CliContext.OfProcess(), ended.Token);
        return code == ExitCode.Interrupted && terminated ? ExitCode.Terminated : code;

        // The first signal ends what runs in good order; a second one has the system's usual effect.
        void End(PosixSignalContext signal)
        {
            terminated |= signal.Signal == PosixSignal.SIGTERM;
            signal.Cancel = !ended.IsCancellationRequested;
            ended.Cancel();
        }
    }
}
